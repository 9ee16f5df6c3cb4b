"""The desk's search at 200,000 pages on PostgreSQL, against the same search at 2,000.

All that a coordinator waits for is in it: through `visible_to`, of the newest version of papers
that count, with record, case and patient, snippets, names compared, looks recorded. There are as
many cases in both, so what differs are the pages. A common word stands on two pages of three, a
rare one on 30; the person sees one case in ten, or every one. Processor time of Python and of the
database together; the row has the worst of the four, and the note also what the index alone takes
to count the pages with the word. What grows is the reading of titles: a coordinator with 200 cases
has as many records at the small size, and the newest 2,000 are read at the large one.
"""

import json
import os
import random
import subprocess
import sys
import time
from datetime import UTC, datetime
from itertools import accumulate
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from django.core.management import call_command
from django.db import connection, transaction

from cases.accounts.models import Role, User
from cases.casework.models import Case
from documents.records.models import Document, DocumentFile, DocumentState
from documents.records.search_query import read_query
from documents.records.services.searching import search_papers
from tests import make
from tests.servers import find_postgres, run_postgres

CASES: Final = 2_000
PAPERS: Final = 20
PAGES: Final = 5
WORDS: Final = 80
TEXTS: Final = 4_000
RARE: Final = 30
TURNS: Final = 25
GOAL: Final = 3.0
NOW: Final = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
NAMES: Final = [(word, who) for word in ("common", "rare") for who in ("seen in part", "all seen")]
COLUMNS: Final = "id, file_id, number, text, width, height, text_source, words, preview_name"
BARE: Final = "SELECT count(*) FROM records_searchedpage WHERE vector @@ %s::tsquery"
ELSEWHERE: Final = """
import json, django
django.setup()
from tests.benchmarks.bench_search import measure
print(json.dumps(measure()))
"""


def run() -> dict[str, Any]:
    """Measure on a server of its own, and return the row for the table of benchmarks."""
    programs = find_postgres()
    if programs is None:
        raise RuntimeError("PostgreSQL is not installed")
    with run_postgres(programs) as server:
        server.create_database("navigator")
        done = subprocess.run(
            [sys.executable, "-c", ELSEWHERE],
            env={**os.environ, "DATABASE_URL": server.url("navigator"), "PYTHONWARNINGS": "ignore"},
            capture_output=True,
            text=True,
            check=True,
        )
    return dict(json.loads(done.stdout.splitlines()[-1]))


def measure() -> dict[str, Any]:
    call_command("migrate", verbosity=0)
    dice = random.Random(7)  # noqa: S311  # the same pages in every run
    cases, people = open_house()
    put_papers(dice, cases, papers=1, pages=1, rare=RARE)
    small = {name: search(*name, people) for name in NAMES}
    put_papers(dice, cases, papers=PAPERS, pages=PAGES)
    large = {name: search(*name, people) for name in NAMES}
    worst = max(NAMES, key=lambda name: large[name] / small[name])
    ratio = round(large[worst] / small[worst], 2)
    said = [f"{' '.join(name)} {small[name]:.0f} → {large[name]:.0f}" for name in NAMES]
    said += [f"index alone, {word} {ask_index(word):.0f}" for word in ("common", "rare")]
    return {
        "name": "search",
        "ours": round(large[worst], 1),
        "reference": round(small[worst], 1),
        "ratio": ratio,
        "goal": GOAL,
        "met": ratio <= GOAL,
        "note": f"processor milliseconds; {'; '.join(said)}",
    }


# --- The house ---------------------------------------------------------------------------------


def open_house() -> tuple[list[Case], dict[str, User]]:
    """The cases, a coordinator who sees every tenth of them and a lead who sees all."""
    few, many = make.team(), make.team()
    coordinator, lead = make.user(team=few), make.user(role=Role.TEAM_LEAD, team=few)
    many.members.add(lead)
    cases = [make.case(team=many if at % 10 else few, agreed=False) for at in range(CASES)]
    return cases, {"seen in part": coordinator, "all seen": lead}


def put_papers(
    dice: random.Random, cases: list[Case], *, papers: int, pages: int, rare: int = 0
) -> None:
    documents = Document.objects.bulk_create(
        (
            Document(case=case, title="Letter", state=DocumentState.TO_REVIEW, received_at=NOW)
            for _ in range(papers)
            for case in cases
        ),
        batch_size=2_000,
    )
    files = DocumentFile.objects.bulk_create(
        (
            DocumentFile(
                document=document,
                object_name=f"files/{uuid4().hex}",
                content_type="application/pdf",
                sha256="0" * 64,
                size=1,
                page_count=pages,
                created_at=NOW,
            )
            for document in documents
        ),
        batch_size=2_000,
    )
    keys = [(uuid4(), file.pk, number) for file in files for number in range(1, pages + 1)]
    texts = write_texts(dice, len(keys), rare)
    with transaction.atomic(), connection.cursor() as cursor:
        with cursor.copy(f"COPY records_page ({COLUMNS}) FROM STDIN") as copy:
            for key, text in zip(keys, texts, strict=True):
                copy.write_row((*key, text, 595, 842, "layer", "[]", ""))
        with cursor.copy("COPY records_searchedpage (page_id, terms) FROM STDIN") as copy:
            for key, text in zip(keys, texts, strict=True):
                copy.write_row((key[0], text))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def write_texts(dice: random.Random, count: int, rare: int) -> list[str]:
    """Invented words, some of them on most pages and most of them on few."""
    letters = "aeioubdklmnrstv"
    words = ["".join(dice.choices(letters, k=dice.randint(4, 9))) for _ in range(9_000)]
    weights = list(accumulate(1 / (place + 5) for place in range(len(words))))
    bodies = [" ".join(dice.choices(words, cum_weights=weights, k=WORDS)) for _ in range(TEXTS)]
    texts = [
        dice.choice(bodies) + (" common" if dice.random() < 2 / 3 else "") for _ in range(count)
    ]
    for at in dice.sample(range(count), rare):
        texts[at] += " rare"
    return texts


# --- The turns ---------------------------------------------------------------------------------


def search(word: str, who: str, people: dict[str, User]) -> float:
    """Milliseconds of processor time a search, Python's and the database's together."""
    asked, actor = f'"{word}"', people[who]
    search_papers(asked=asked, actor=actor, now=NOW)
    began = read_processor_time()
    for _ in range(TURNS):
        search_papers(asked=asked, actor=actor, now=NOW)
    return (read_processor_time() - began) * 1000 / TURNS


def read_processor_time() -> float:
    """Seconds that this process and the one that serves its connection have worked."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (served_by,) = cursor.fetchone()
    numbers = Path(f"/proc/{served_by}/stat").read_text().rpartition(")")[2].split()
    ticks = int(numbers[11]) + int(numbers[12])
    return time.process_time() + ticks / os.sysconf("SC_CLK_TCK")


def ask_index(word: str) -> float:
    query, began = read_query(f'"{word}"').for_postgresql, read_processor_time()
    with connection.cursor() as cursor:
        for _ in range(TURNS):
            cursor.execute(BARE, [query])
    return (read_processor_time() - began) * 1000 / TURNS
