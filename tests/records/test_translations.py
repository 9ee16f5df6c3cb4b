"""Translations: asked for once a language, delivered as a record, approved by a person."""

from datetime import datetime

import pytest

from cases.accounts.models import AuditEvent, Role
from cases.casework.models import Task
from documents.records import services
from documents.records.errors import (
    NotOfThisCase,
    SameLanguage,
    TranslationAsked,
    TranslationMoveNotPossible,
)
from documents.records.models import Document, Translation, TranslationState
from tests import make
from tests.records.sending import send


@pytest.fixture
def paper(cast: make.Cast) -> Document:
    document = send(cast.case, actor=cast.parent)
    document.language = "es"
    document.save()
    return document


@pytest.fixture
def translation(paper: Document, cast: make.Cast, now: datetime) -> Translation:
    return services.request_translation(
        document=paper, to_language="en", actor=cast.coordinator, now=now
    )


def test_a_translation_asked_for_makes_a_task_and_is_recorded_without_words(
    translation: Translation, paper: Document
) -> None:
    assert translation.of_file == paper.files.get()
    assert Task.objects.filter(code="translation_requested", case=paper.case).exists()
    event = AuditEvent.objects.get(action="translation.requested")
    assert event.detail == {"translation": str(translation.pk), "to": "en"}


def test_it_is_asked_for_once_a_language_and_again_after_it_was_cancelled(
    translation: Translation, paper: Document, cast: make.Cast, now: datetime
) -> None:
    with pytest.raises(TranslationAsked):
        services.request_translation(
            document=paper, to_language="en", actor=cast.coordinator, now=now
        )
    services.cancel_translation(translation=translation, actor=cast.coordinator, now=now)
    services.request_translation(document=paper, to_language="en", actor=cast.coordinator, now=now)


def test_nobody_translates_a_paper_into_its_own_language(
    paper: Document, cast: make.Cast, now: datetime
) -> None:
    with pytest.raises(SameLanguage):
        services.request_translation(
            document=paper, to_language="es", actor=cast.coordinator, now=now
        )


def test_from_delivery_over_rework_to_approval(
    translation: Translation, paper: Document, cast: make.Cast, now: datetime
) -> None:
    english = send(cast.case, b"The English words.", actor=cast.coordinator, name="en.txt")
    act = {"actor": cast.coordinator, "now": now}
    services.assign_translation(translation=translation, translator_name="Office Okafor", **act)  # type: ignore[arg-type]
    services.deliver_translation(translation=translation, translated=english, **act)  # type: ignore[arg-type]
    english.refresh_from_db()
    assert (english.kind, english.language) == (paper.kind, "en")
    services.return_translation(translation=translation, note="Page 2 is missing.", **act)  # type: ignore[arg-type]
    services.deliver_translation(translation=translation, translated=english, **act)  # type: ignore[arg-type]
    services.check_translation(translation=translation, **act)  # type: ignore[arg-type]
    services.approve_translation(translation=translation, **act)  # type: ignore[arg-type]
    assert translation.state == TranslationState.APPROVED


def test_what_was_not_delivered_cannot_be_approved(
    translation: Translation, cast: make.Cast, now: datetime
) -> None:
    with pytest.raises(TranslationMoveNotPossible):
        services.approve_translation(translation=translation, actor=cast.coordinator, now=now)
    translation.refresh_from_db()
    assert translation.state == TranslationState.REQUESTED


def test_a_paper_of_another_case_is_no_translation(
    translation: Translation, cast: make.Cast, now: datetime
) -> None:
    other = send(make.case(owner=cast.coordinator), b"Of another case.")
    with pytest.raises(NotOfThisCase):
        services.deliver_translation(
            translation=translation, translated=other, actor=cast.coordinator, now=now
        )


@pytest.mark.parametrize(
    ("reads", "suggested"), [("", "en"), ("fr", "en"), ("es", None), ("fr, ES", None)]
)
def test_a_translation_is_suggested_where_no_clinician_on_the_case_reads_it(
    paper: Document, cast: make.Cast, reads: str, suggested: str | None
) -> None:
    cast.clinician.also_reads = reads
    cast.clinician.save()
    assert services.suggest_translation(paper) == suggested


def test_a_clinician_of_another_team_does_not_count(paper: Document) -> None:
    elsewhere = make.user(role=Role.CLINICIAN, team=make.team())
    elsewhere.also_reads = "es"
    elsewhere.save()
    assert services.suggest_translation(paper) == "en"


@pytest.mark.usefixtures("translation")
def test_nothing_is_suggested_twice_nor_for_a_language_nobody_named(
    paper: Document, cast: make.Cast
) -> None:
    assert services.suggest_translation(paper) is None
    unknown = send(cast.case, b"Some other words.", name="u.txt")
    assert services.suggest_translation(unknown) is None
