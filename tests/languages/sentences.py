"""Which sentences families and hospitals meet, read from the sources without gettext."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from django.utils import translation
from django.utils.translation.template import templatize

from cases.accounts.models import Role
from cases.casework.models import ConsentPurpose, Relation
from cases.clinical.models import SignOffMeaning
from cases.hospitals.models import ReferralState
from cases.travel.models import TripState, VisaState
from documents.dossiers.models import AccessKind, VersionState, VersionVariant
from documents.records.failures import KNOWN, OURS
from documents.records.models import RecordKind

ROOT = Path(__file__).resolve().parents[2]
Key = tuple[str | None, str]

# What a family or a hospital reads.
PAGES: Final = (
    *("base.html", "front_door.html", "400.html", "403.html", "403_csrf.html", "404.html"),
    *("account/**/*.html", "account/**/*.txt", "allauth/**/*.html", "mfa/**/*.html"),
    *("components/*.html", "delivery/*", "django/**/*.html", "email/**/*.txt", "portal/**/*.html"),
)
MODULES: Final = (
    *(
        "navigator/portal/**/*.py",
        "navigator/sending/*.py",
        "navigator/languages.py",
        "cases/clinical/asking.py",
    ),
    *("documents/records/sniffing.py", "documents/records/reading_failures.py"),
    *("documents/records/return_reasons.py", "documents/records/errors.py"),
    *("documents/dossiers/links.py", "cases/accounts/jobs.py", "cases/hospitals/outbox.py"),
    *("documents/dossiers/answers.py", "cases/casework/notices.py"),
)
# What stands on the pages of a dossier, in the language of its frame.
DOSSIER_PAGES: Final = ("dossiers/**/*.html",)
DOSSIER_MODULES: Final = (
    *("documents/dossiers/gather*.py", "documents/dossiers/templatetags/*.py"),
    *(
        f"documents/dossiers/{name}.py"
        for name in (
            *("assembling", "attachments", "changes", "chart", "contents", "label_warnings"),
            *("notices", "outline", "printed", "proof_views", "saying", "sources", "strip"),
        )
    ),
    *("cases/clinical/vocabulary.py", "cases/clinical/terms.py"),
    *("documents/records/entry_reasons.py", "documents/records/queries/imaging.py"),
)
# Of the shared components, what only the desk uses.
OF_THE_DESK: Final = {"components/case_header.html", "components/keys.html", "components/job.html"}

_LITERALS = r"((?:\s*[ru]?(?:\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*')\s*,?)+)"
_CALL = re.compile(rf"\b(n?p?gettext|_)\({_LITERALS}")
_CALLS: Final = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy"}
_CALLS_IN_CONTEXT: Final = {"pgettext", "pgettext_lazy", "npgettext", "npgettext_lazy"}


def list_page_sentences() -> set[Key]:
    folder = ROOT / "templates"
    wanted = (*PAGES, *DOSSIER_PAGES)
    paths = {path for pattern in wanted for path in folder.glob(pattern) if path.is_file()}
    return {
        key
        for path in paths
        if path.relative_to(folder).as_posix() not in OF_THE_DESK
        for key in read_template(path.read_text(encoding="utf-8"))
    }


def list_module_sentences() -> set[Key]:
    wanted = (*MODULES, *DOSSIER_MODULES)
    paths = {path for pattern in wanted for path in ROOT.glob(pattern)}
    return {key for path in paths for key in read_module(path.read_text(encoding="utf-8"))}


def list_choice_sentences() -> set[Key]:
    """What the portal and the dossier show of the models by `get_..._display`."""
    choices = (
        *(Relation, Role, ConsentPurpose, TripState, VisaState, RecordKind, AccessKind),
        *(SignOffMeaning, VersionState, VersionVariant, ReferralState),
    )
    with translation.override("en"):
        return {(None, str(label)) for labels in choices for label in labels.labels}


def list_failure_sentences() -> set[Key]:
    """What a family is told when a file could not be taken in."""
    with translation.override("en"):
        return {(None, str(words)) for words in (OURS, *(row.for_family for row in KNOWN.values()))}


def list_family_sentences() -> set[Key]:
    return (
        list_page_sentences()
        | list_module_sentences()
        | list_choice_sentences()
        | list_failure_sentences()
    )


def read_template(text: str) -> Iterator[Key]:
    for name, literals in _CALL.findall(templatize(text)):
        texts = ast.literal_eval(f"({literals.rstrip().rstrip(',')},)")
        yield (texts[0], texts[1]) if "pgettext" in name else (None, texts[0])


def read_module(text: str) -> Iterator[Key]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            values = [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
            texts = [value for value in values if isinstance(value, str)]
            if texts and node.func.id in _CALLS:
                yield None, texts[0]
            elif len(texts) > 1 and node.func.id in _CALLS_IN_CONTEXT:
                yield texts[0], texts[1]
