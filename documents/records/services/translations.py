"""Translations: asked for, given to a person, delivered, checked against the original, approved.

People translate; nothing here does. An approved translation stands beside its original; when
the original gets a newer version, the translation is said to be of the older one.
"""

from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_noop

from cases.accounts.audit import record
from cases.accounts.models import Role, User
from cases.casework.services import make_task
from documents.records.errors import (
    NotOfThisCase,
    SameLanguage,
    TranslationAsked,
    TranslationMoveNotPossible,
)
from documents.records.models import Document, DocumentState, Translation, TranslationState

NO_NEED = frozenset({DocumentState.WITHDRAWN, DocumentState.PURGED, DocumentState.DUPLICATE})


@transaction.atomic
def request_translation(
    *,
    document: Document,
    to_language: str,
    actor: User,
    now: datetime,
    note: str = "",
    due_on: date | None = None,
) -> Translation:
    """Ask for a paper in another language; a task says so. Once a language."""
    if document.language and document.language == to_language:
        raise SameLanguage
    try:
        with transaction.atomic():
            translation = Translation.objects.create(
                document=document,
                of_file=document.files.order_by("-version").first(),
                from_language=document.language,
                to_language=to_language,
                note=note.strip()[:300],
                due_on=due_on,
                requested_by=actor,
                requested_at=now,
                changed_at=now,
            )
    except IntegrityError:
        raise TranslationAsked from None
    _tell(translation, "requested", actor, now)
    make_task(
        title=gettext_noop("A translation was asked for"),
        case=document.case,
        code="translation_requested",
        target=document.target,
        now=now,
    )
    return translation


@transaction.atomic
def assign_translation(
    *,
    translation: Translation,
    actor: User,
    now: datetime,
    translator: User | None = None,
    translator_name: str = "",
    due_on: date | None = None,
) -> Translation:
    """Give it to a colleague, or note who outside the house has it."""
    return _move(
        translation,
        TranslationState.ASSIGNED,
        actor,
        now,
        translator=translator,
        translator_name=translator_name.strip()[:150],
        due_on=due_on or translation.due_on,
    )


@transaction.atomic
def deliver_translation(
    *, translation: Translation, translated: Document, actor: User, now: datetime
) -> Translation:
    """The translated paper is here, as a record of the same case."""
    original = translation.document
    if translated.case_id != original.case_id or translated.pk == original.pk:
        raise NotOfThisCase
    Document.objects.filter(pk=translated.pk).update(
        kind=original.kind,
        language=translation.to_language,
        specimen_date=original.specimen_date,
        study_date=original.study_date,
        report_date=original.report_date,
        issuer=original.issuer,
    )
    return _move(translation, TranslationState.DELIVERED, actor, now, translated=translated)


@transaction.atomic
def check_translation(*, translation: Translation, actor: User, now: datetime) -> Translation:
    """A person has held it beside the original."""
    return _move(translation, TranslationState.CHECKED, actor, now)


@transaction.atomic
def approve_translation(*, translation: Translation, actor: User, now: datetime) -> Translation:
    """It may stand beside the original in what leaves the house."""
    return _move(translation, TranslationState.APPROVED, actor, now)


@transaction.atomic
def return_translation(
    *, translation: Translation, note: str, actor: User, now: datetime
) -> Translation:
    """Back to the translator, with what is to be mended."""
    return _move(translation, TranslationState.REWORK, actor, now, note=note.strip()[:300])


@transaction.atomic
def cancel_translation(*, translation: Translation, actor: User, now: datetime) -> Translation:
    return _move(translation, TranslationState.CANCELLED, actor, now)


def suggest_translation(document: Document) -> str | None:
    """Into which language a paper should be translated, or None.

    English, where the paper is in a language that no clinician on its case reads. Clinicians read
    the languages that they set; where a case has none, its owner's count.
    """
    if not document.language or document.state in NO_NEED:
        return None
    if document.translations.exclude(state=TranslationState.CANCELLED).exists():
        return None
    if document.language in list_languages_read(document):
        return None
    return "en" if document.language != "en" else None


def list_languages_read(document: Document) -> set[str]:
    """What those who judge this case read."""
    case = document.case
    clinicians = User.objects.filter(
        role=Role.CLINICIAN, is_active=True, teams=case.team_id, teams__isnull=False
    )
    readers = list(clinicians)
    if not readers and case.owner is not None:
        readers = [case.owner]
    return {language for reader in readers for language in reader.languages_read}


def _move(
    translation: Translation, to: TranslationState, actor: User, now: datetime, **changes: Any
) -> Translation:
    moved = 0
    if translation.can_move_to(to):
        moved = Translation.objects.filter(pk=translation.pk, state=translation.state).update(
            state=to, changed_at=now, **changes
        )
    if not moved:
        raise TranslationMoveNotPossible(
            state=translation.get_state_display(), wanted=str(to.label)
        )
    translation.refresh_from_db()
    _tell(translation, to.value, actor, now)
    return translation


def _tell(translation: Translation, what: str, actor: User, now: datetime) -> None:
    record(
        action=f"translation.{what}",
        actor=actor,
        case_id=translation.document.case_id,
        target=translation.document.target,
        detail={"translation": str(translation.pk), "to": translation.to_language},
        now=now,
    )
