"""The drawings of a dossier, as SVG bytes with the words that say the same.

Two drawings: the course of treatment along one time axis, and small curves of values over time.
Every drawing only repeats what a table beside it prints, so nothing is known from colour or
position alone; its `alt` is written for a reader who hears the document.

Letters of a drawing are set one by one, so words of scripts that join or reorder their letters
(Arabic, Devanagari) are not written in it: a date is written in digits there, a lane is known by
its shape, which the key below the drawing explains, a treatment by the number that it has in the
table. Where the page runs from right to left the names stand on the right; time runs from left to
right in every language, as in the charts that physicians read.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from xml.etree import ElementTree as ET

from django.utils.translation import get_language_bidi, gettext as _, gettext_lazy

from .contents import DossierContents
from .days import say_date, say_month
from .findings import LineKind, LineStatus, Series, TreatmentLine
from .printed import Absence
from .said import in_words

INK = "#16232e"
QUIET = "#5b6873"
HAIR = "#ccd4da"
ACCENT = "#0b5566"
SOFT = "#9fc0c7"
PAPER = "#ffffff"

FACES = (
    "'Noto Sans', 'Noto Naskh Arabic', 'Noto Sans Arabic', 'Noto Sans Devanagari', "
    "'Droid Sans Fallback', sans-serif"
)

WIDTH = 488.0
GUTTER = 124.0
ROW = 17.0
BAR = 7.0
MARGIN_END = 10.0

MONTHS_UP_TO = 1_100
"""Longest span, in days, whose axis counts months; beyond it, years."""
TWO_MONTHS_UP_TO = 400
MOST_YEARS = 11
"""Labels of years that fit on the axis."""
POINTS_OF_A_CURVE = 2
_STATUSES = {
    LineStatus.GIVEN: gettext_lazy("end not recorded"),
    LineStatus.ONGOING: gettext_lazy("ongoing"),
    LineStatus.PLANNED: gettext_lazy("planned"),
    LineStatus.DECLINED: gettext_lazy("declined"),
}

SERIES_WIDTH = 150.0
SERIES_HEIGHT = 66.0


@dataclass(frozen=True)
class Drawing:
    svg: bytes
    alt: str
    width: float
    """In points, as `height`."""
    height: float


@dataclass(frozen=True)
class Scale:
    """Days to points."""

    first: date
    last: date
    start: float
    end: float

    def place(self, day: date) -> float:
        share = (day - self.first).days / max((self.last - self.first).days, 1)
        return self.start + share * (self.end - self.start)


@dataclass(frozen=True)
class Lane:
    name: str
    days: tuple[date, ...]
    shape: str


def draw_course(contents: DossierContents) -> Drawing | None:
    """Draw treatments as bars and examinations as dots; None when nothing has a date."""
    lines = [line for line in _rows(contents.treatments) if line.start]
    lanes = [lane for lane in _lanes(contents) if lane.days]
    if not lines and not lanes:
        return None
    scale = _choose_scale(contents.reference_date, lines, lanes)
    top = 20.0
    height = top + ROW * (len(lines) + len(lanes)) + (6.0 if lines and lanes else 0.0) + 16.0
    svg = _new_svg(WIDTH, height)
    _draw_axis(svg, scale, top=top - 4, bottom=height - 14)
    _draw_reference(svg, scale.place(contents.reference_date), contents.reference_date, height)
    y = top + ROW / 2
    for line in lines:
        _draw_line(svg, scale, line, y, contents.reference_date)
        y += ROW
    y += 6.0 if lines and lanes else 0.0
    for lane in lanes:
        _draw_lane(svg, scale, lane, y)
        y += ROW
    return Drawing(_as_bytes(svg), _describe_course(contents, lines, lanes), WIDTH, height)


def draw_series(series: Series) -> Drawing | None:
    """Draw one value over time; None with fewer than two plain numbers."""
    points = sorted((p.on, p.value, p.text) for p in series.points if p.value is not None)
    if len(points) < POINTS_OF_A_CURVE:
        return None
    scale = Scale(points[0][0], points[-1][0], 8.0, SERIES_WIDTH - 14.0)
    low, high = min(p[1] for p in points), max(p[1] for p in points)
    spread = (high - low) or 1.0
    svg = _new_svg(SERIES_WIDTH, SERIES_HEIGHT)
    spots = [(scale.place(d), 42.0 - 26.0 * (v - low) / spread) for d, v, _text in points]
    _add(svg, "line", x1=0, x2=SERIES_WIDTH - 6, y1=49, y2=49, stroke=HAIR, **{"stroke-width": 0.5})
    path = " ".join(f"{x:.2f},{y:.2f}" for x, y in spots)
    _add(svg, "polyline", points=path, fill="none", stroke=ACCENT, **{"stroke-width": 1})
    for x, y in spots:
        _add(svg, "circle", cx=x, cy=y, r=2, fill=PAPER, stroke=ACCENT, **{"stroke-width": 1})
    _add(svg, "circle", cx=spots[-1][0], cy=spots[-1][1], r=2.4, fill=ACCENT)
    for (x, y), (_day, _value, text), anchor in (
        (spots[0], points[0], "start"),
        (spots[-1], points[-1], "end"),
    ):
        shift = -6 if anchor == "start" else 6
        _write(svg, text, x + shift, y - 5, anchor=anchor, size=7)
    _write(svg, _draw_month(points[0][0]), 0, 59, fill=QUIET, size=6)
    last = _draw_month(points[-1][0])
    _write(svg, last, SERIES_WIDTH - 6, 59, anchor="end", fill=QUIET, size=6)
    said = "; ".join(f"{text} ({say_date(day)})" for day, _value, text in points)
    alt = _("%(name)s over time: %(values)s.") % {"name": in_words(series.name), "values": said}
    return Drawing(_as_bytes(svg), alt, SERIES_WIDTH, SERIES_HEIGHT)


def first_day(partial: str) -> date:
    """Return the first day that a partial ISO date can mean."""
    return date.fromisoformat((partial + "-01-01")[:10])


def _rows(treatments: tuple[TreatmentLine, ...] | Absence) -> Sequence[TreatmentLine]:
    return () if isinstance(treatments, Absence) else treatments


def _lanes(contents: DossierContents) -> Iterable[Lane]:
    sources = () if isinstance(contents.sources, Absence) else contents.sources
    biomarkers = () if isinstance(contents.biomarkers, Absence) else contents.biomarkers
    imaging = () if isinstance(contents.imaging, Absence) else contents.imaging
    reports = (s.dated for s in sources if s.is_pathology)
    yield Lane(_("Pathology"), _unique(reports), "diamond")
    yield Lane(_("Biomarkers"), _unique(b.on for b in biomarkers), "square")
    yield Lane(_("Imaging"), _unique(study.on for study in imaging), "circle")


def _unique(days: Iterable[date | None]) -> tuple[date, ...]:
    return tuple(sorted({day for day in days if day is not None}))


def _choose_scale(reference: date, lines: Sequence[TreatmentLine], lanes: Sequence[Lane]) -> Scale:
    days = [reference]
    for line in lines:
        days.extend(first_day(each) for each in (line.start, line.end) if each)
    for lane in lanes:
        days.extend(lane.days)
    first, last = min(days), max(days)
    span = max((last - first).days, 60)
    pad = max(span // 40, 3)
    start = date.fromordinal(max(first.toordinal() - pad, 1))
    end = date.fromordinal(min(max(last.toordinal(), first.toordinal() + span) + pad, 3_652_059))
    if get_language_bidi():
        return Scale(start, end, MARGIN_END, WIDTH - GUTTER)
    return Scale(start, end, GUTTER, WIDTH - MARGIN_END)


def _ticks(scale: Scale) -> Iterable[tuple[date, str]]:
    """Yield tick days and their labels: months, then years, then every few years."""
    days = (scale.last - scale.first).days
    if days <= MONTHS_UP_TO:
        months = 2 if days <= TWO_MONTHS_UP_TO else 6
        for index in range(scale.first.year * 12, scale.last.year * 12 + 12, months):
            day = date(index // 12, index % 12 + 1, 1)
            if scale.first <= day <= scale.last:
                yield day, _draw_month(day)
        return
    step = next((each for each in (1, 2, 5, 10, 20) if days / 365 / each <= MOST_YEARS), 50)
    for year in range(scale.first.year - scale.first.year % step, scale.last.year + 1, step):
        if year >= 1 and scale.first <= date(year, 1, 1) <= scale.last:
            yield date(year, 1, 1), str(year)


def _draw_axis(svg: ET.Element, scale: Scale, *, top: float, bottom: float) -> None:
    for day, label in _ticks(scale):
        x = scale.place(day)
        _add(svg, "line", x1=x, x2=x, y1=top, y2=bottom, stroke=HAIR, **{"stroke-width": 0.4})
        _write(svg, label, x, bottom + 9, anchor="middle", fill=QUIET, size=6.4)
    _add(svg, "line", x1=0, x2=WIDTH, y1=bottom, y2=bottom, stroke=INK, **{"stroke-width": 0.5})


def _draw_reference(svg: ET.Element, x: float, day: date, height: float) -> None:
    _add(svg, "line", x1=x, x2=x, y1=11, y2=height - 14, stroke=INK,
         **{"stroke-width": 0.7, "stroke-dasharray": "2 1.6"})  # fmt: skip
    anchor = "end" if x > WIDTH - 60 else "middle"
    label = _("reference date %(day)s") % {"day": say_date(day)}
    shown = label if can_be_drawn(label) else day.isoformat()
    _write(svg, shown, min(x + 4, WIDTH), 7.5, anchor=anchor, size=6.4)


def _draw_line(svg: ET.Element, scale: Scale, line: TreatmentLine, y: float, today: date) -> None:
    agent = _clip(in_words(line.agent), 31)
    _name_row(svg, agent if can_be_drawn(agent) else str(line.number or "–"), y, fill=INK)
    begin = scale.place(first_day(line.start))
    if line.end:
        stop = scale.place(first_day(line.end))
    else:
        stop = scale.place(max(today, first_day(line.start)))
    width = max(stop - begin, 2.4)
    fill = {LineKind.SYSTEMIC: ACCENT, LineKind.SSA: SOFT}.get(line.kind, QUIET)
    if line.status in (LineStatus.PLANNED, LineStatus.DECLINED):
        _add(svg, "rect", x=begin, y=y - BAR / 2, width=max(width, 10), height=BAR, fill=PAPER,
             stroke=QUIET, **{"stroke-width": 0.7, "stroke-dasharray": "2 1.4"})  # fmt: skip
        note = _drawn(_("planned") if line.status is LineStatus.PLANNED else _("declined"))
        stop = begin + max(width, 10)
    else:
        _add(svg, "rect", x=begin, y=y - BAR / 2, width=width, height=BAR, fill=fill)
        note = _drawn(in_words(line.best_response))
        if line.status is LineStatus.ONGOING:
            tip = (
                f"{stop:.2f},{y - BAR / 2 - 1.6} {stop + 6:.2f},{y} {stop:.2f},{y + BAR / 2 + 1.6}"
            )
            _add(svg, "polygon", points=tip, fill=fill)
            note = ", ".join(each for each in (note, _drawn(_("ongoing"))) if each)
    _annotate(svg, note, (begin, stop), y, scale=scale, today=scale.place(today))


def _annotate(
    svg: ET.Element,
    note: str,
    bar: tuple[float, float],
    y: float,
    *,
    scale: Scale,
    today: float,
) -> None:
    """Write beside the bar, on the side that has room and where no line is crossed."""
    begin, stop = bar
    note = _clip(note, 40)
    room = _width_of(note)
    free_until = today - 2 if stop < today else scale.end + MARGIN_END
    if stop + 5 + room < free_until:
        _write(svg, note, stop + 5, y + 2.2, fill=QUIET, size=6.4, halo=True)
    elif begin - 5 - room > scale.start:
        _write(svg, note, begin - 5, y + 2.2, anchor="end", fill=QUIET, size=6.4, halo=True)


def _draw_lane(svg: ET.Element, scale: Scale, lane: Lane, y: float) -> None:
    if can_be_drawn(lane.name):
        _name_row(svg, lane.name, y, fill=QUIET)
    places = [scale.place(day) for day in lane.days]
    if not can_be_drawn(lane.name):
        places.append(WIDTH - 4 if get_language_bidi() else 4.0)
    for x in places:
        if lane.shape == "circle":
            _add(svg, "circle", cx=x, cy=y, r=2.7, fill=INK)
        elif lane.shape == "square":
            _add(svg, "rect", x=x - 2.4, y=y - 2.4, width=4.8, height=4.8, fill=PAPER,
                 stroke=INK, **{"stroke-width": 0.9})  # fmt: skip
        else:
            corners = f"{x:.2f},{y - 3.4} {x + 3.4:.2f},{y} {x:.2f},{y + 3.4} {x - 3.4:.2f},{y}"
            _add(svg, "polygon", points=corners, fill=INK)


def _describe_course(
    contents: DossierContents, lines: Sequence[TreatmentLine], lanes: Sequence[Lane]
) -> str:
    parts = [
        _("%(agent)s from %(start)s to %(end)s")
        % {
            "agent": _clip(in_words(line.agent), 60),
            "start": say_date(line.start),
            "end": say_date(line.end) or _STATUSES[line.status],
        }
        for line in lines
    ]
    parts += [
        _("%(lane)s on %(days)s")
        % {"lane": lane.name, "days": ", ".join(say_date(day) for day in lane.days)}
        for lane in lanes
    ]
    opening = _("Course of treatment up to the reference date %(day)s") % {
        "day": say_date(contents.reference_date)
    }
    return f"{opening}: {'; '.join(parts)}."


def can_be_drawn(text: str) -> bool:
    """Whether a text keeps its look when its letters are set one by one."""
    return not any(
        unicodedata.bidirectional(each) in {"R", "AL", "NSM"} or "\u0900" <= each <= "\u0dff"
        for each in text
    )


def _drawn(text: str) -> str:
    return text if can_be_drawn(text) else ""


def _draw_month(day: date) -> str:
    said = say_month(day)
    return said if can_be_drawn(said) else f"{day:%Y-%m}"


def _name_row(svg: ET.Element, name: str, y: float, *, fill: str) -> None:
    """The name of a row on the side where lines begin."""
    if get_language_bidi():
        _write(svg, name, WIDTH, y + 2.4, anchor="end", fill=fill, size=7.6)
    else:
        _write(svg, name, 0, y + 2.4, fill=fill, size=7.6)


def _width_of(text: str) -> float:
    """Points that a note takes at its size, a little more rather than less."""
    return sum(6.6 if unicodedata.east_asian_width(each) in "WF" else 3.3 for each in text)


def _clip(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def _new_svg(width: float, height: float) -> ET.Element:
    return ET.Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "viewBox": f"0 0 {width:g} {height:g}",
            "width": f"{width:g}pt",
            "height": f"{height:g}pt",
        },
    )


def _add(parent: ET.Element, tag: str, **attributes: object) -> ET.Element:
    said = {
        name: f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
        for name, value in attributes.items()
    }
    return ET.SubElement(parent, tag, said)


def _write(
    svg: ET.Element,
    text: str,
    x: float,
    y: float,
    *,
    size: float,
    anchor: str = "start",
    fill: str = INK,
    halo: bool = False,
) -> None:
    if halo and text:
        width = _width_of(text)
        left = x - width if anchor == "end" else x
        _add(svg, "rect", x=left - 1.5, y=y - 6.0, width=width + 3, height=8.0, fill=PAPER)
    element = _add(svg, "text", x=float(x), y=float(y), fill=fill,
                   **{"font-family": FACES, "font-size": size, "text-anchor": anchor})  # fmt: skip
    element.text = text


def _as_bytes(svg: ET.Element) -> bytes:
    written: bytes = ET.tostring(svg, encoding="utf-8")
    return written
