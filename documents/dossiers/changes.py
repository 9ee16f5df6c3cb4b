"""What changed since the version that a hospital may have seen, from the two frozen contents."""

from collections.abc import Iterator
from typing import Any, Final

from documents.dossiers.contents import Change
from documents.dossiers.printed import Absence, Listed
from documents.dossiers.saying import say_date

FIRST: Final = Absence("this is the first version")
DATES: Final = frozenset({"on", "start", "end"})
# Lists whose rows are told apart by these fields, and told in words by those.
LISTS: Final[tuple[tuple[str, str, tuple[str, ...], tuple[str, ...]], ...]] = (
    ("Detail", "diagnosis_details", ("label",), ("text",)),
    ("Site of metastasis", "metastases", ("text",), ("text",)),
    ("Marker", "markers", ("label",), ("text", "on")),
    (
        "Treatment",
        "treatments",
        ("agent", "start"),
        ("start", "end", "status", "best_response", "stop_reason"),
    ),
    ("Biomarker", "biomarkers", ("name", "result"), ("result", "on")),
    ("Imaging", "imaging", ("what", "on"), ("on",)),
    ("For attention", "attention", ("topic", "fact"), ("fact",)),
    ("Source", "sources", ("sha256",), ("title",)),
    ("Missing", "missing", ("what",), ("state",)),
)


def list_changes(before: dict[str, Any] | None, after: dict[str, Any]) -> Listed[Change]:
    """One line for each statement that came, went or reads otherwise."""
    if before is None:
        return FIRST
    earlier, later = dict(_statements(before)), dict(_statements(after))
    changes = tuple(
        Change(what=what, before=earlier.get(what, ""), after=later.get(what, ""))
        for what in dict.fromkeys([*earlier, *later])
        if earlier.get(what) != later.get(what)
    )
    return changes or Absence("nothing that is printed here has changed")


def _statements(frozen: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Each statement of a dossier: what it is about, and its words."""
    yield "Question", _say(frozen["question"], "text")
    yield "Diagnosis", _say(frozen["diagnosis"], "text")
    yield "Stage", _say(frozen["stage"], "text")
    flag = frozen["flag"]
    yield "Comparison", _say(flag, "overall")
    for row in flag.get("rows", ()):
        yield f"Row “{row['phrase']}”", f"{row['answer']}: {row['fact'] or row['reason']}"
    for name, part, told_apart, said in LISTS:
        rows = frozen[part]
        if isinstance(rows, dict):
            continue
        for row in rows:
            about = ", ".join(_say_field(row, field) for field in told_apart if row[field])
            if part == "sources":
                yield f"{name}: {row['title']}", f"SHA-256 {row['sha256'][:12]}…"
                continue
            words = ", ".join(_say_field(row, field) for field in said if row[field])
            yield f"{name}: {about}", words or "recorded"


def _say_field(row: dict[str, Any], field: str) -> str:
    return say_date(row[field]) if field in DATES else str(row[field])


def _say(part: dict[str, Any], field: str) -> str:
    """A part's words; where it is absent, why."""
    if part.get("is_absent"):
        return str(part["reason"])
    sides = part.get("sides")
    if sides:
        return " / ".join(side["text"] for side in sides)
    return str(part[field])
