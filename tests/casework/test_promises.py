"""Words that are never said of a patient: found in six languages, spared where they mean else."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from cases.casework.promises import (
    FOLDER,
    LANGUAGES,
    PromiseRefused,
    find_promises,
    refuse_promises,
)
from cases.clinical.definitions import load_definitions
from cases.clinical.terms import LABELS
from documents.dossiers.label_warnings import LABEL_SAYS

ROOT = Path(__file__).resolve().parents[2]
DEFINITIONS = ROOT / "cases" / "clinical" / "indications"
QUOTED = ("wording", "phrase", "text")
"""Fields of a definition that quote a label or a trial."""


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("She is eligible for it.", "eligible"),
        ("INELIGIBLE, sadly", "INELIGIBLE"),
        ("He qualifies.", "qualifies"),
        ("a good candidate", "candidate"),
        ("It is approved for her tumour", "approved for"),
        ("PRRT is recommended", "recommended"),
        ("the best   option", "best   option"),
        ("We guarantee a bed", "guarantee"),
        ("a success rate of 40 %", "success rate"),
        ("She will surely respond", "will surely respond"),
        ("Es elegible", "elegible"),
        ("Son buenas candidatas", "candidatas"),
        ("Está aprobado para ella", "aprobado para"),
        ("Recomendamos el viaje", "Recomendamos"),
        ("la mejor opción", "la mejor opción"),
        ("Garantizamos una cama", "Garantizamos"),
        ("la tasa de éxito", "tasa de éxito"),
        ("هو مؤهَّل للعلاج", "مؤهل"),
        ("وهي مرشحة", "مرشح"),
        ("ونوصي بالسفر", "نوصي"),
        ("نضمن لكم سريراً", "نضمن"),
        ("معدل النجاح", "معدل النجاح"),
        ("वह पात्र है", "पात्र"),
        ("हम गारंटी देते हैं", "गारंटी"),
        ("सर्वोत्तम विकल्प", "सर्वोत्तम"),
        ("她符合条件", "符合条件"),
        ("推荐手术", "推荐"),
        ("成功率很高", "成功率"),
        ("Она подходит для лечения", "подходит для"),
        ("Мы рекомендуем поездку", "рекомендуем"),
        ("Гарантируем место", "Гарантируем"),
        ("лучший вариант", "лучший вариант"),
    ],
)
def test_a_promise_is_found_in_its_language(text: str, word: str) -> None:
    assert word in [promise.word for promise in find_promises(text)]


@pytest.mark.parametrize(
    "text",
    [
        "This does not guarantee access, eligibility or outcome.",
        "There is no guarantee of a bed.",
        "The embassy asks for a letter of guarantee.",
        "Nobody can guarantee it.",
        "The hospital will respond by Friday.",
        "Three candidate genes were sequenced.",
        "A qualified interpreter was there.",
        "The label was approved in 2025.",
        "No garantizamos nada.",
        "Se pide una carta de garantía.",
        "Мы не гарантируем место.",
        "لا يضمن هذا الملف شيئا في المستشفى",
        "本文件不保证任何结果",
        "यह कोई गारंटी नहीं है",
        "Quality of life is recorded.",
        "",
    ],
)
def test_a_denial_or_another_meaning_is_spared(text: str) -> None:
    assert list(find_promises(text)) == []


def test_a_denial_spares_only_its_own_word() -> None:
    found = [each.word for each in find_promises("We cannot guarantee it, but she is eligible.")]
    assert found == ["eligible"]


def test_the_refusal_says_the_sentence_and_what_to_say_instead() -> None:
    with pytest.raises(PromiseRefused) as refused:
        refuse_promises("Seen on 3 May. She is eligible! Please write.")
    said = refused.value.messages[0]
    assert "“eligible”" in said
    assert "“She is eligible!”" in said
    assert "Say instead: the recorded facts correspond" in said
    assert "Please write" not in said


def test_of_a_long_sentence_what_is_near_the_word_is_shown() -> None:
    found = next(find_promises("x " * 200 + "eligible" + " y" * 200))
    assert "eligible" in found.sentence
    assert found.sentence.startswith("…")
    assert len(found.sentence) < 200


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_has_something_to_say_instead_that_is_no_promise(language: str) -> None:
    data = yaml.safe_load((FOLDER / f"{language}.yaml").read_text(encoding="utf-8"))
    for entry in data["words"]:
        assert entry["instead"].strip()
        assert list(find_promises(entry["instead"])) == []
    assert len(data["words"]) >= 8


def test_no_template_promises() -> None:
    for path in sorted((ROOT / "templates").rglob("*")):
        if path.is_file():
            words = re.sub(r"<[^>]*>|\{#.*?#\}", " ", path.read_text(encoding="utf-8"))
            assert [(path.name, each) for each in find_promises(words, ["en"])] == []


def test_no_definition_promises_in_our_own_words() -> None:
    for definition in load_definitions().values():
        path = next(
            FOLDER.parents[1].glob(f"clinical/indications/{definition.id.replace('/', '-')}.yaml")
        )
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        for words in own_words(data):
            assert [(path.name, each) for each in find_promises(words)] == []


def own_words(data: object) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, list):
        for each in data:
            yield from own_words(each)
    elif isinstance(data, dict):
        for key, value in data.items():
            if key not in QUOTED:
                yield from own_words(value)


def test_neither_labels_of_facts_nor_warnings_promise() -> None:
    labels = [label for words in LABELS.values() for label in words.values()]
    assert [each for text in [*labels, *LABEL_SAYS.values()] for each in find_promises(text)] == []
