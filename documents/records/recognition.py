"""Recognising text in photographs and scans, page by page, with the Tesseract that is installed.

Each page is drawn and recognised in a child of its own (`sandbox`), in the languages chosen for the
document or found in it, one or two at a time. A page that cannot be read costs nobody the others:
it stays without text, and a person has to see it. Without Tesseract nothing is recognised, but
blank pages are told from pictures all the same.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Final

import structlog
from django.conf import settings

from documents.records.language import detect_language
from documents.records.models import TextSource
from documents.records.parsers.recognition import GOOD
from documents.records.reading import (
    IMAGE_FORMATS,
    MAX_CHARS,
    MAX_PAGE_CHARS,
    MAX_PAGES,
    MAX_PIXELS,
    PageText,
    Reading,
    clean_text,
)
from documents.records.sandbox import MEBIBYTE, Limits, ReadingFailure, run_parser
from documents.records.sniffing import Kind

log = structlog.get_logger(__name__)

PAGE_LIMITS: Final = Limits(
    memory=1024 * MEBIBYTE, cpu_seconds=60, wall_seconds=140.0, output=16 * MEBIBYTE
)
MAX_RECOGNISED: Final = 300
LONGEST_SECONDS: Final = 30 * 60
MAX_DRAWN_PIXELS: Final = 9_000_000
ASK_ENGINE_SECONDS: Final = 20
MOST_LANGUAGES: Final = 2
ENGLISH: Final = "eng"
# The engine's name for the letters of each language in which papers come.
LETTERS: Final = {
    "en": "eng",
    "es": "spa",
    "ar": "ara",
    "fa": "ara",
    "ur": "ara",
    "hi": "hin",
    "ru": "rus",
    "uk": "rus",
    "zh-hans": "chi_sim",
}
SCRIPTS: Final = {
    "Latin": ("eng", "spa"),
    "Arabic": ("ara",),
    "Devanagari": ("hin",),
    "Cyrillic": ("rus",),
    "Han": ("chi_sim",),
}
Say = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Engine:
    """Tesseract as it is installed here; without a `program` it only looks at pages.

    `folders` are what a child must see of this machine, beyond the system's own, to run it.
    """

    program: str = ""
    languages: frozenset[str] = frozenset()
    environment: tuple[tuple[str, str], ...] = ()
    folders: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Letters:
    """In what a document is to be read: what a person chose, and else what is known of it.

    `chosen`: the engine's codes ("spa+eng"), or nothing. `language`: that of the paper, if known.
    `spoken`: the languages of the patient, as codes of languages.
    """

    chosen: str = ""
    language: str = ""
    spoken: tuple[str, ...] = ()


def find_engine() -> Engine:
    """What is installed, asked once a process."""
    return _ask_engine(settings.TESSERACT, os.environ.get("TESSDATA_PREFIX", ""))


def is_engine_set_up() -> bool:
    return bool(find_engine().program)


@cache
def _ask_engine(name: str, data: str) -> Engine:
    program = shutil.which(name) if name else None
    if program is None:
        return Engine()
    libraries = os.environ.get("LD_LIBRARY_PATH", "")
    told = (("TESSDATA_PREFIX", data), ("LD_LIBRARY_PATH", libraries))
    environment = tuple((key, value) for key, value in told if value)
    try:
        answer = subprocess.run(
            [program, "--list-langs"],
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=ASK_ENGINE_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError) as error:
        log.warning("recognition.no_engine", error=type(error).__name__)
        return Engine()
    languages = frozenset(line.strip() for line in answer.stdout.splitlines()[1:])
    if ENGLISH not in languages:
        log.warning("recognition.no_engine", error="no_languages")
        return Engine()
    places = [str(Path(program).resolve().parent), data, *libraries.split(os.pathsep)]
    folders = [place for place in places if place and not f"{place}/".startswith("/usr/")]
    return Engine(program, languages, environment, tuple(dict.fromkeys(folders)))


def choose_letters(letters: Letters, installed: Iterable[str]) -> tuple[str, ...]:
    """The one or two languages with which reading begins; a person's choice is kept to."""
    chosen = [code for code in letters.chosen.split("+") if code in installed]
    if chosen:
        return tuple(chosen[:MOST_LANGUAGES])
    known = LETTERS.get(letters.language, "")
    latin = [LETTERS.get(code, "") for code in letters.spoken]
    wanted = [known, *(code for code in latin if code in SCRIPTS["Latin"]), ENGLISH]
    found = [code for code in dict.fromkeys(wanted) if code in installed]
    return tuple(found[:MOST_LANGUAGES])


def choose_by_script(letters: Letters, installed: Iterable[str]) -> dict[str, list[str]]:
    """What to read in when the letters of a page turn out to be of a script."""
    found = {}
    for script, codes in SCRIPTS.items():
        own = [code for code in codes[:1] if code in installed]
        if script == "Latin":
            own = list(choose_letters(replace(letters, language=""), installed))
        if own:
            found[script] = list(dict.fromkeys([*own, ENGLISH]))[:MOST_LANGUAGES]
    return found


def count_pictures(reading: Reading) -> int:
    return sum(page.is_picture for page in reading.pages)


def recognise_pages(
    source: Path | bytes,
    kind: Kind,
    reading: Reading,
    letters: Letters,
    *,
    engine: Engine | None = None,
    say: Say = lambda _done: None,
) -> Reading:
    """The same pages with the text of those that are pictures. Raises nothing of a page's own.

    `say` is told before each page how many are done. What takes longer than a document may take
    stays unread.
    """
    work = _Work(source, kind, letters, engine or find_engine())
    ends = time.monotonic() + LONGEST_SECONDS
    pages, done = [], 0
    for page in reading.pages:
        if page.is_picture and done < MAX_RECOGNISED and time.monotonic() < ends:
            say(done)
            pages.append(work.recognise(page))
            done += 1
        else:
            pages.append(page)
    return Reading(tuple(pages), detect_language(page.text for page in pages))


class _Work:
    """One document under way: how the page before was read is tried first with the next."""

    def __init__(self, source: Path | bytes, kind: Kind, letters: Letters, engine: Engine) -> None:
        self._source, self._kind, self._engine = source, kind, engine
        self._by_script = choose_by_script(letters, engine.languages)
        self._languages = choose_letters(letters, engine.languages)
        self._is_chosen = bool(letters.chosen)
        self._turn = 0

    def recognise(self, page: PageText) -> PageText:
        try:
            found = self._ask(page)
            if self._should_be_spanish(found):
                self._languages = ("spa", ENGLISH)
                found = self._ask(page)
        except ReadingFailure as failure:
            log.warning("recognition.failed", page=page.number, code=failure.code)
            return page
        return found

    def _should_be_spanish(self, page: PageText) -> bool:
        """Whether English letters alone were looked for in a Spanish text: its accents are lost."""
        return (
            self._languages == (ENGLISH,)
            and not self._is_chosen
            and "spa" in self._engine.languages
            and detect_language([page.text]) == "es"
        )

    def _ask(self, page: PageText) -> PageText:
        answer = run_parser(
            "recognise_page",
            self._source,
            self._describe(page.number),
            limits=PAGE_LIMITS,
            shown=self._engine.folders,
        )
        header = answer.header
        seen = replace(page, is_blank=header["blank"], sharpness=header["sharpness"])
        if not answer.payload or header["sure"] < _count_letters(page.text):
            return seen
        text, words = json.loads(answer.payload)
        if not words:
            return seen
        confidence = sum(word[6] for word in words) / len(words)
        if confidence >= GOOD:
            self._languages, self._turn = tuple(header["languages"]), header["turn"]
        return replace(
            seen,
            text=clean_text(text)[:MAX_PAGE_CHARS],
            words=words,
            source=TextSource.RECOGNISED,
            confidence=round(confidence, 4),
            turn=header["turn"],
        )

    def _describe(self, number: int) -> dict[str, Any]:
        return {
            "page": number,
            "formats": IMAGE_FORMATS[self._kind] if self._kind.is_image else [],
            "max_pixels": MAX_PIXELS if self._kind.is_image else MAX_DRAWN_PIXELS,
            "max_pages": MAX_PAGES,
            "max_page_chars": MAX_PAGE_CHARS,
            "max_chars": MAX_CHARS,
            "program": self._engine.program,
            "environment": dict(self._engine.environment),
            "languages": list(self._languages),
            "by_script": self._by_script,
            "is_chosen": self._is_chosen,
            "turn": self._turn,
        }


def _count_letters(text: str) -> int:
    return sum(not sign.isspace() for sign in text)
