"""What the product needs of the system beside Python, and whether it is there.

A component is looked for by its files, so that any way of installing it counts; the names
of packages are Debian's.
"""

import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from ctypes.util import find_library
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Component:
    name: str
    packages: tuple[str, ...]
    present: Callable[[], bool]
    # Without a needed one the set-up stops; without another, the tests that use it are
    # skipped and say so.
    needed: bool = True


# The shared libraries that WeasyPrint opens: Linux's name, and the name to search elsewhere.
PANGO_LIBRARIES = (
    ("libgobject-2.0.so.0", "gobject-2.0"),
    ("libpango-1.0.so.0", "pango-1.0"),
    ("libpangoft2-1.0.so.0", "pangoft2-1.0"),
    ("libharfbuzz.so.0", "harfbuzz"),
    ("libharfbuzz-subset.so.0", "harfbuzz-subset"),
    ("libfontconfig.so.1", "fontconfig"),
)
FONT_FOLDERS = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path("~/.local/share/fonts").expanduser(),
    Path("~/.fonts").expanduser(),
    Path("/Library/Fonts"),
    Path("~/Library/Fonts").expanduser(),
)

JAVA_LIBRARIES = Path("/usr/share/java")


def has_pango() -> bool:
    return all(has_library(soname, name) for soname, name in PANGO_LIBRARIES)


def has_library(soname: str, name: str) -> bool:
    if sys.platform != "linux":
        return find_library(name) is not None
    try:
        ctypes.CDLL(soname)
    except OSError:
        return False
    return True


def has_browser_driver() -> bool:
    """Whether what Playwright drives the browser with can start; elsewhere it brings its own."""
    return sys.platform != "linux" or has_library("libatomic.so.1", "atomic")


def has_fonts(*wanted: str) -> Callable[[], bool]:
    """Whether a font file whose name begins with each of the wanted names is installed."""

    def look() -> bool:
        missing = set(wanted)
        for folder in FONT_FOLDERS:
            for _place, _folders, files in os.walk(folder):
                missing = {
                    name for name in missing if not any(file.startswith(name) for file in files)
                }
                if not missing:
                    return True
        return False

    return look


def has_program(name: str) -> Callable[[], bool]:
    return lambda: shutil.which(name) is not None


def has_tesseract(*languages: str) -> Callable[[], bool]:
    """Whether Tesseract is there and reads each of the languages, by its own names for them."""

    def look() -> bool:
        if shutil.which("tesseract") is None:
            return False
        asked = subprocess.run(
            ["tesseract", "--list-langs"], check=False, capture_output=True, text=True
        )
        return set(languages) <= set(asked.stdout.split())

    return look


def has_jaxb() -> bool:
    """The judge of PDF/A and PDF/UA runs on Java, whose newer releases come without it."""
    return (JAVA_LIBRARIES / "jaxb-runtime.jar").exists()


RUNTIME = (
    Component(
        "Pango",
        ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0"),
        has_pango,
    ),
    Component(
        "the Noto fonts",
        ("fonts-noto-core",),
        has_fonts("NotoSans-Regular", "NotoSansArabic-Regular", "NotoSansDevanagari-Regular"),
    ),
    Component(
        "a font with Chinese, Japanese and Korean signs",
        ("fonts-droid-fallback",),
        has_fonts("DroidSansFallbackFull"),
    ),
    Component(
        "Tesseract, which reads photographs of papers",
        (
            "tesseract-ocr",
            "tesseract-ocr-ara",
            "tesseract-ocr-chi-sim",
            "tesseract-ocr-hin",
            "tesseract-ocr-rus",
            "tesseract-ocr-spa",
        ),
        has_tesseract("eng", "spa", "ara", "hin", "rus", "chi_sim", "osd"),
        needed=False,
    ),
)

DEVELOPMENT = (
    *RUNTIME,
    Component("Chromium", ("chromium",), has_program("chromium"), needed=False),
    Component(
        "a library of the browser's driver", ("libatomic1",), has_browser_driver, needed=False
    ),
    Component("ClamAV", ("clamav-daemon",), has_program("clamd"), needed=False),
    Component("Java's library for XML", ("libjaxb-java",), has_jaxb, needed=False),
    Component("poppler's tools", ("poppler-utils",), has_program("pdftoppm"), needed=False),
    Component("bubblewrap", ("bubblewrap",), has_program("bwrap"), needed=False),
    Component("make", ("make",), has_program("make"), needed=False),
    Component("git", ("git",), has_program("git"), needed=False),
)
