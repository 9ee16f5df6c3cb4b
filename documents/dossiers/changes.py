"""What changed since the version that a hospital may have seen, from the two frozen contents."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from documents.dossiers.contents import FIRST_VERSION, Change
from documents.dossiers.days import Day
from documents.dossiers.findings import Answer, LineStatus, Overall
from documents.dossiers.printed import Absence, Listed
from documents.dossiers.said import Said, gettext_noop, join_said, say as _

DATES: Final = frozenset({"on", "start", "end"})
NOTHING_CHANGED: Final = Absence(_("nothing that is printed here has changed"))
# Lists whose rows are told apart by these fields, and told in words by those.
LISTS: Final[tuple[tuple[str, str, tuple[str, ...], tuple[str, ...]], ...]] = (
    (gettext_noop("Detail: %(what)s"), "diagnosis_details", ("label",), ("text",)),
    (gettext_noop("Site of metastasis: %(what)s"), "metastases", ("text",), ("text",)),
    (gettext_noop("Marker: %(what)s"), "markers", ("label",), ("text", "on")),
    (
        gettext_noop("Treatment: %(what)s"),
        "treatments",
        ("agent", "start"),
        ("start", "end", "status", "best_response", "stop_reason"),
    ),
    (gettext_noop("Biomarker: %(what)s"), "biomarkers", ("name", "result"), ("result", "on")),
    (gettext_noop("Imaging: %(what)s"), "imaging", ("what", "on"), ("on",)),
    (gettext_noop("For attention: %(what)s"), "attention", ("topic", "fact"), ("fact",)),
    (gettext_noop("Source: %(what)s"), "sources", ("sha256",), ("title",)),
    (gettext_noop("Missing: %(what)s"), "missing", ("what",), ("state",)),
)
OVERALL: Final[Mapping[str, Said]] = {
    Overall.MATCH: _("corresponds"),
    Overall.NO_MATCH: _("does not correspond"),
    Overall.INSUFFICIENT: _("not yet comparable"),
}
ANSWERS: Final[Mapping[str, Said]] = {
    Answer.MET: _("met"),
    Answer.NOT_MET: _("not met"),
    Answer.UNKNOWN: _("unknown"),
}
STATUSES: Final[Mapping[str, Said]] = {
    LineStatus.GIVEN: _("given"),
    LineStatus.ONGOING: _("ongoing"),
    LineStatus.PLANNED: _("planned"),
    LineStatus.DECLINED: _("declined"),
}


def list_changes(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> Listed[Change]:
    """One line for each statement that came, went or reads otherwise.

    Both are frozen contents, which are in English whatever the language of their pages.
    """
    if not before:
        return FIRST_VERSION
    earlier, later = dict(_statements(before)), dict(_statements(after))
    changes = tuple(
        Change(what=what, before=earlier.get(what, ""), after=later.get(what, ""))
        for what in dict.fromkeys([*earlier, *later])
        if earlier.get(what) != later.get(what)
    )
    return changes or NOTHING_CHANGED


def _statements(frozen: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each statement of a dossier: what it is about, and its words."""
    yield _("Question"), _say(frozen["question"], "text")
    yield _("Diagnosis"), _say(frozen["diagnosis"], "text")
    yield _("Stage"), _say(frozen["stage"], "text")
    flag = frozen["flag"]
    yield _("Comparison"), OVERALL.get(flag.get("overall")) or _say(flag, "overall")
    for row in flag.get("rows", ()):
        answer = ANSWERS.get(row["answer"], row["answer"])
        # An age is told with its day, which is another in each version.
        said = "" if row["id"].startswith("age_") else row["fact"] or row["reason"]
        yield _("Row “%(phrase)s”", phrase=row["phrase"]), join_said(answer, said, by=": ")
    for name, part, told_apart, said_fields in LISTS:
        rows = frozen[part]
        if isinstance(rows, dict):
            continue
        for row in rows:
            yield _say_row(name, part, row, told_apart, said_fields)


def _say_row(
    name: str, part: str, row: Mapping[str, Any], told_apart: Iterable[str], fields: Iterable[str]
) -> tuple[str, str]:
    if part == "sources":
        words = Said("SHA-256 %(hash)s…", {"hash": row["sha256"][:12]})
        return Said(name, {"what": row["title"]}), words
    about = join_said(*(_say_field(row, field) for field in told_apart), by=", ")
    words = join_said(*(_say_field(row, field) for field in fields), by=", ")
    return Said(name, {"what": about}), words or _("recorded")


def _say_field(row: Mapping[str, Any], field: str) -> str:
    value = str(row.get(field) or "")
    if field == "text" and row.get("sides"):
        return join_said(value, _say_sides(row["sides"]), by=": ")
    if value and field in DATES:
        return Said("%(day)s", {"day": Day(value)})
    return STATUSES.get(value, value) if field == "status" else value


def _say(part: Mapping[str, Any], field: str) -> str:
    """A part's words; where it is absent, why."""
    if part.get("is_absent"):
        return Said(part["reason"])
    return _say_sides(part["sides"]) if part.get("sides") else str(part[field])


def _say_sides(sides: Iterable[Mapping[str, Any]]) -> str:
    """What confirmed sources say that disagree."""
    return join_said(*(side["text"] for side in sides), by=" / ")
