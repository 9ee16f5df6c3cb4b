"""What the name of an archive's entry says: whether to look at it at all, and how to show it.

A name is never used to write a file. Names that try to lead out of the archive, or to look like
another name, are a sign that somebody means harm: such entries are listed and not opened.
"""

import re
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Final

from documents.records.intake import MAX_NAME, clean_original_name

OUTWARD: Final = re.compile(r"\A(?:[\\/]|[A-Za-z]:)|(?:\A|[\\/])\.\.(?:[\\/]|\Z)")
HIDING: Final = re.compile(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
SYSTEM: Final = frozenset({".ds_store", "thumbs.db", "desktop.ini"})
ARCHIVES: Final = frozenset(
    {".zip", ".7z", ".rar", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".iso", ".img", ".cab"}
)
PROGRAMS: Final = frozenset(
    {".exe", ".dll", ".msi", ".bat", ".cmd", ".com", ".scr", ".vbs", ".js", ".jar", ".class"}
    | {".so", ".dylib", ".inf", ".sys", ".ocx", ".ps1", ".sh", ".lnk", ".reg", ".pkg", ".dmg"}
)
VIEWER_PARTS: Final = frozenset(
    {".ini", ".cfg", ".conf", ".config", ".manifest", ".xml", ".xsl", ".xsd", ".css", ".json"}
    | {".log", ".properties", ".htm", ".html", ".ico", ".cur", ".chm", ".hlp", ".lng", ".db"}
)
# A disc's own leaflets, in the languages of the makers of viewers.
LEAFLET: Final = re.compile(
    r"(?:read_?me|lies_?mich|leame|lisezmoi|licen[cs]e|eula|copying|copyright|changes|help"
    r"|version|autorun|disclaimer|notice)\b.*\.(?:txt|rtf|pdf)",
    re.IGNORECASE,
)
# What is a report even where it lies beside a program.
SURELY_A_PAPER: Final = frozenset({".pdf", ".docx", ".tif", ".tiff"})


def judge_name(name: str) -> str:
    """The code for which an entry of this name is not opened; empty where it is looked at."""
    if OUTWARD.search(name) or HIDING.search(name):
        return "unsafe_name"
    *folders, base = split_name(name)
    if "__MACOSX" in folders or base.startswith("._") or base.lower() in SYSTEM:
        return "system_file"
    if base.upper().rstrip(".") == "DICOMDIR":
        return "disc_index"
    ending = ending_of(base)
    if ending in ARCHIVES:
        return "nested_archive"
    return "program" if ending in PROGRAMS else ""


def show_name(name: str) -> str:
    """The name with its folders as it may be shown, in the length that is kept."""
    shown = "/".join(filter(None, (clean_original_name(part) for part in split_name(name))))
    return shown if len(shown) <= MAX_NAME else f"…{shown[-(MAX_NAME - 1) :]}"


def split_name(name: str) -> list[str]:
    return re.split(r"[\\/]", name)


def ending_of(name: str) -> str:
    return PurePosixPath(name).suffix.lower()


def find_program_folders(names: Iterable[str]) -> frozenset[str]:
    """The folders in which programs lie: a viewer's, with all that belongs to it."""
    return frozenset(
        "/".join(split_name(name)[:-1]) for name in names if ending_of(name) in PROGRAMS
    ) - {""}


def is_part_of_viewer(name: str, program_folders: frozenset[str], *, is_disc: bool) -> bool:
    """Whether a file that is no image belongs to the viewer that a disc brings along."""
    *folders, base = split_name(name)
    ending = ending_of(base)
    if ending in VIEWER_PARTS or (is_disc and LEAFLET.fullmatch(base)):
        return True
    above = {"/".join(folders[:depth]) for depth in range(1, len(folders) + 1)}
    return ending not in SURELY_A_PAPER and bool(above & program_folders)
