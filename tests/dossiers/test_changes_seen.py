"""What changed is told against what the hospital opened last, in any language, form by form."""

import re
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction

from cases.hospitals.models import Contact, Hospital
from documents.dossiers import errors
from documents.dossiers.contents import DossierContents
from documents.dossiers.delivery import grant_version
from documents.dossiers.gather import gather_version
from documents.dossiers.links import build_code_mail, build_link_mail
from documents.dossiers.models import (
    Access,
    AccessKind,
    DossierVersion,
    Grant,
    VersionState,
    VersionVariant,
)
from documents.dossiers.printed import Absence
from documents.dossiers.queries import find_newest_sealed
from documents.dossiers.services import begin_version, choose_language, seal_version
from documents.dossiers.serving import pdf_headers
from documents.records.vault import seal_bytes
from tests.clinical.knowing import enter
from tests.dossiers.records import agree, fill_case, small_pdf
from tests.make import Cast

DAY = timedelta(days=1)
FULL = VersionVariant.FULL


def make_version(
    cast: Cast, now: datetime, *, variant: VersionVariant = FULL, language: str = "en"
) -> tuple[DossierVersion, DossierContents]:
    """A sealed version with its real contents, whose file nobody had to lay out."""
    version, _new = begin_version(
        case=cast.case,
        referral=cast.referral,
        actor=cast.coordinator,
        now=now,
        variant=variant,
        language=language,
    )
    gathered = gather_version(version, now=now)
    stored = seal_bytes(case_id=cast.case.pk, data=b"%PDF-1.7 of a test", folder="dossiers")
    DossierVersion.objects.filter(pk=version.pk).update(
        state=VersionState.SEALED,
        contents=gathered.frozen,
        contents_sha256=gathered.contents_sha256,
        file_sha256=stored.sha256,
        object_name=stored.object_name,
        sealed_at=now,
    )
    return version, gathered.contents


def open_by(
    cast: Cast, version: DossierVersion, contact: Contact, at: datetime, kind: AccessKind
) -> None:
    grant = Grant.objects.create(
        version=version,
        contact=contact,
        token_hash=uuid4().hex,
        created_at=at,
        created_by=cast.coordinator,
        expires_at=at + DAY,
    )
    Access.objects.create(grant=grant, at=at, kind=kind)


def told(contents: DossierContents) -> list[str]:
    assert not isinstance(contents.changes, Absence)
    return [change.what for change in contents.changes]


def test_changes_are_since_the_version_that_was_opened_and_not_since_the_last(
    cast: Cast, now: datetime
) -> None:
    fill_case(cast)
    first, _contents = make_version(cast, now)
    open_by(cast, first, cast.reviewer, now, AccessKind.OPENED)
    enter(cast.case, cast.coordinator, "ecog", 1)
    make_version(cast, now + DAY)
    enter(cast.case, cast.coordinator, "child_pugh", "B")
    _third, contents = make_version(cast, now + 2 * DAY)
    assert any("ECOG" in what for what in told(contents))
    assert any("Liver function" in what for what in told(contents))
    day = now.strftime("%-d %b %Y")
    assert contents.changes_since == (
        f"Since version 1, which {cast.reviewer.name} opened last, on {day}."
    )


def test_sources_that_began_to_disagree_are_told_with_what_they_say(
    cast: Cast, now: datetime
) -> None:
    fill_case(cast)
    enter(cast.case, cast.coordinator, "ecog", 1)
    first, _contents = make_version(cast, now)
    open_by(cast, first, cast.reviewer, now, AccessKind.OPENED)
    enter(cast.case, cast.coordinator, "ecog", 2)
    second, contents = make_version(cast, now + DAY)
    assert not isinstance(contents.changes, Absence)
    (ecog,) = [change for change in contents.changes if "ECOG" in change.what]
    assert ecog.before.startswith("1")
    assert re.findall(r"\d", ecog.after.partition(",")[0]) in (["1", "2"], ["2", "1"])
    open_by(cast, second, cast.reviewer, now + DAY, AccessKind.OPENED)
    enter(cast.case, cast.coordinator, "ecog", 3)
    _third, contents = make_version(cast, now + 2 * DAY)
    assert not isinstance(contents.changes, Absence)
    (ecog,) = [change for change in contents.changes if "ECOG" in change.what]
    assert "3" not in ecog.before
    assert sorted(re.findall(r"\d", ecog.after.partition(",")[0])) == ["1", "2", "3"]


def test_a_code_that_was_only_asked_for_shows_nothing(cast: Cast, now: datetime) -> None:
    fill_case(cast)
    first, _contents = make_version(cast, now)
    open_by(cast, first, cast.reviewer, now, AccessKind.CODE_SENT)
    _second, contents = make_version(cast, now + DAY)
    assert contents.changes == Absence("no earlier version was opened at this hospital")
    assert contents.changes_since == ""


def test_of_two_readers_the_one_who_saw_less_misses_nothing(cast: Cast, now: datetime) -> None:
    fill_case(cast)
    hospital = cast.reviewer.hospital
    colleague = Contact.objects.create(hospital=hospital, name="Dr. Ode", email="o@clinic.example")
    first, _contents = make_version(cast, now)
    open_by(cast, first, colleague, now, AccessKind.OPENED)
    enter(cast.case, cast.coordinator, "ecog", 1)
    second, _contents = make_version(cast, now + DAY)
    open_by(cast, second, cast.reviewer, now + DAY, AccessKind.DOWNLOADED)
    _third, contents = make_version(cast, now + 2 * DAY)
    assert any("ECOG" in what for what in told(contents))
    assert "Dr. Ode" in contents.changes_since
    Contact.objects.filter(pk=colleague.pk).update(ended_at=now + DAY)
    _fourth, contents = make_version(cast, now + 3 * DAY)
    assert contents.changes == Absence("nothing that is printed here has changed")


def test_another_language_alone_is_no_change(cast: Cast, now: datetime) -> None:
    fill_case(cast)
    first, _contents = make_version(cast, now, language="es")
    open_by(cast, first, cast.reviewer, now, AccessKind.OPENED)
    _second, contents = make_version(cast, now, language="ar")
    assert contents.language == "ar"
    assert contents.changes == Absence("nothing that is printed here has changed")


def test_a_form_is_compared_and_superseded_by_its_own_kind_alone(cast: Cast, now: datetime) -> None:
    fill_case(cast)
    full, _contents = make_version(cast, now)
    summary, contents = make_version(cast, now, variant=VersionVariant.SUMMARY)
    assert contents.changes == Absence("this is the first version")
    assert find_newest_sealed(full) == full
    full.refresh_from_db()
    later, _new = begin_version(
        case=cast.case,
        referral=cast.referral,
        actor=cast.coordinator,
        now=now,
        variant=VersionVariant.SUMMARY,
    )
    stored = seal_bytes(case_id=cast.case.pk, data=small_pdf(), folder="dossiers")
    DossierVersion.objects.filter(pk=later.pk).update(
        state=VersionState.TO_CHECK,
        contents={},
        contents_sha256="c" * 64,
        file_sha256=stored.sha256,
        object_name=stored.object_name,
    )
    seal_version(version=later, actor=cast.coordinator, now=now)
    full.refresh_from_db()
    summary.refresh_from_db()
    assert (full.state, summary.state) == (VersionState.SEALED, VersionState.SUPERSEDED)


def test_two_forms_may_be_in_the_making_at_once(cast: Cast, now: datetime) -> None:
    made = [
        begin_version(
            case=cast.case,
            referral=cast.referral,
            actor=cast.coordinator,
            now=now,
            variant=variant,
            language=language,
        )
        for variant, language in (
            (FULL, "en"),
            (FULL, "es"),
            (VersionVariant.SUMMARY, "en"),
            (FULL, "en"),
        )
    ]
    assert [is_new for _version, is_new in made] == [True, True, True, False]
    assert made[0][0] == made[3][0]


@pytest.mark.parametrize(("papers", "wanted", "made"), [
    ("es", "", "es"),
    ("de", "", "en"),
    ("es", "ar", "ar"),
    ("zh-hans", "", "zh-hans"),
])  # fmt: skip
def test_the_language_is_the_one_asked_for_else_the_hospitals_else_english(
    cast: Cast, papers: str, wanted: str, made: str
) -> None:
    Hospital.objects.filter(pk=cast.referral.hospital_id).update(language=papers)
    cast.referral.refresh_from_db()
    assert choose_language(wanted, cast.referral) == made
    assert choose_language("", None) == "en"


def test_a_language_without_a_frame_is_refused(cast: Cast) -> None:
    with pytest.raises(errors.LanguageNotSpoken):
        choose_language("tlh", cast.referral)


@pytest.mark.parametrize("change", [{"variant": "summary"}, {"language": "ar"}, {"number": 7}])
def test_form_and_language_of_a_sealed_version_stay(
    cast: Cast, now: datetime, change: dict[str, object]
) -> None:
    version, _contents = make_version(cast, now)
    with pytest.raises(DatabaseError), transaction.atomic():
        DossierVersion.objects.filter(pk=version.pk).update(**change)


def test_only_a_form_without_identity_has_another_reference(cast: Cast, now: datetime) -> None:
    version, _contents = make_version(cast, now)
    assert version.printed_reference == cast.case.reference
    hidden, _contents = make_version(cast, now, variant=VersionVariant.DEIDENTIFIED)
    assert hidden.printed_reference == hidden.alias
    begun, _new = begin_version(case=cast.case, referral=None, actor=cast.coordinator, now=now)
    with pytest.raises(DatabaseError), transaction.atomic():
        DossierVersion.objects.filter(pk=begun.pk).update(alias="X-1")


def test_the_pages_of_a_link_to_a_form_without_identity_do_not_name_the_case(
    cast: Cast, now: datetime
) -> None:
    agree(cast)
    hidden, _contents = make_version(cast, now, variant=VersionVariant.DEIDENTIFIED)
    grant, _token = grant_version(
        version=hidden, contact=cast.reviewer, actor=cast.coordinator, now=now
    )
    assert grant.message is not None
    for mail in (build_link_mail(grant, grant.message), build_code_mail(grant)):
        assert cast.case.reference not in f"{mail.subject} {mail.body}"
        assert hidden.alias in mail.subject
    assert cast.case.reference not in str(pdf_headers(hidden))
