"""A coordinator chooses the pages behind a dossier; two people may be needed to seal it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from documents.dossiers.models import DossierVersion, VersionState, VersionVariant
from documents.dossiers.services import request_dossier
from documents.records.models import Document, DocumentFile, RecordKind
from navigator.desk.source_choice import SourceLine, read_pages, write_pages
from tests.desk.office import Office, build_version, put_version
from tests.dossiers.records import accepted_record
from tests.make import NOW
from tests.signing import sign_in

LINE = SourceLine(
    position=3, document_id="x", title="Report", kind="Report", page_count=9, is_in=True, pages=""
)


@pytest.mark.parametrize(
    ("typed", "numbers"),
    [
        ("", []),
        (" , ", []),
        ("1", [1]),
        ("9", [9]),
        ("1-3, 5", [1, 2, 3, 5]),
        ("5,1–3،2", [1, 2, 3, 5]),
        ("2 - 2", [2]),
    ],
)
def test_pages_are_read_as_people_write_them(typed: str, numbers: list[int]) -> None:
    assert read_pages(typed, LINE) == numbers


@pytest.mark.parametrize("typed", ["0", "10", "3-1", "1-10", "a", "1;2", "-1", "1-", "9" * 300])
def test_pages_that_are_not_there_are_refused_with_the_number_that_are(typed: str) -> None:
    with pytest.raises(ValidationError, match="S3 has 9 pages"):
        read_pages(typed, LINE)


@pytest.mark.parametrize("numbers", [[], [1], [1, 2, 3], [1, 3, 4, 9]])
def test_what_is_written_is_read_back(numbers: list[int]) -> None:
    assert read_pages(write_pages(numbers), LINE) == numbers


def ask_again(office: Office, run_jobs: Callable[[], int], **wanted: Any) -> DossierVersion:
    """One more version, in another form or language."""
    build_version(office, run_jobs)
    version = request_dossier(
        case=office.case,
        referral=office.cast.referral,
        actor=office.cast.coordinator,
        now=NOW,
        **wanted,
    )
    run_jobs()
    version.refresh_from_db()
    return version


def test_a_version_with_other_pages_is_made_and_the_looked_at_one_stays(
    office: Office, desk: Client, run_jobs: Callable[[], int]
) -> None:
    version = build_version(office, run_jobs)
    item = version.items.select_related("file").first()
    assert item is not None
    document_id = str(item.file.document_id)
    address = reverse("admin:version_do", args=[version.pk])
    html = desk.get(reverse("admin:version", args=[version.pk])).content.decode()
    assert f'name="pages-{document_id}"' in html
    wrong = {"do": "choose", f"in-{document_id}": "on", f"pages-{document_id}": "999"}
    assert desk.post(address, wrong).status_code == 400
    assert desk.post(address, {"do": "choose"}).status_code == 302
    run_jobs()
    made = DossierVersion.objects.order_by("-number")[0]
    assert (made.number, made.state) == (version.number + 1, VersionState.TO_CHECK)
    assert made.source_choice[document_id] == []
    html = desk.get(reverse("admin:version", args=[made.pk])).content.decode()
    assert "not among the pages behind it" in html
    version.refresh_from_db()
    assert version.source_choice == {}


def test_a_passport_is_behind_only_once_it_is_ticked_and_then_with_all_its_pages(
    office: Office, desk: Client
) -> None:
    version = put_version(office)
    item = version.items.select_related("file__document").get()
    DocumentFile.objects.filter(pk=item.file_id).update(page_count=3)
    Document.objects.filter(pk=item.file.document_id).update(kind=RecordKind.IDENTITY)
    html = desk.get(reverse("admin:version", args=[version.pk])).content.decode()
    assert "not among the pages behind it" in html
    document_id = str(item.file.document_id)
    address = reverse("admin:version_do", args=[version.pk])
    assert desk.post(address, {"do": "choose", f"in-{document_id}": "on"}).status_code == 302
    made = DossierVersion.objects.order_by("-number")[0]
    assert made.source_choice[document_id] == [1, 2, 3]


def test_images_without_pages_are_said_to_be_so_and_nothing_of_them_is_chosen(
    office: Office, desk: Client
) -> None:
    version = put_version(office)
    item = version.items.get()
    DocumentFile.objects.filter(pk=item.file_id).update(page_count=0)
    html = desk.get(reverse("admin:version", args=[version.pk])).content.decode()
    assert "no pages, so not in the PDF" in html
    assert f'name="pages-{item.file.document_id}"' not in html
    address = reverse("admin:version_do", args=[version.pk])
    assert desk.post(address, {"do": "choose"}).status_code == 302
    assert DossierVersion.objects.order_by("-number")[0].source_choice == {}


def test_a_form_without_identity_is_said_to_carry_no_papers(
    office: Office, desk: Client, run_jobs: Callable[[], int]
) -> None:
    without = ask_again(office, run_jobs, variant=VersionVariant.DEIDENTIFIED)
    whole = DossierVersion.objects.get(number=without.number - 1)
    said = "This form carries no papers"
    pages = {
        version: desk.get(reverse("admin:version", args=[version.pk])).content.decode()
        for version in (whole, without)
    }
    assert said in pages[without]
    assert "accepted after it was made" not in pages[without]
    assert said not in pages[whole]


def test_a_part_of_a_record_that_was_left_out_is_shown_as_new_before_it_is_sealed(
    office: Office, desk: Client
) -> None:
    """The parts of a split record are records of their own, which nobody chose pages of."""
    first = put_version(office)
    left_out = first.items.get().file
    part = accepted_record(office.case, office.cast.coordinator, title="Report, second part")
    later = DossierVersion.objects.create(
        dossier=first.dossier,
        number=2,
        state=VersionState.TO_CHECK,
        reference_date=first.reference_date,
        source_choice={str(left_out.document_id): []},
        contents_sha256=first.contents_sha256,
        file_sha256=first.file_sha256,
        size=first.size,
        page_count=first.page_count,
        object_name=first.object_name,
        asked_by=first.asked_by,
        asked_at=first.asked_at,
    )
    for position, file in enumerate((left_out, part), start=1):
        later.items.create(file=file, position=position)
    html = ""
    for version, times in ((first, 0), (later, 1)):
        html = desk.get(reverse("admin:version", args=[version.pk])).content.decode()
        assert html.count("New since the pages were chosen, with all their pages") == times
        assert html.count("new since the pages were chosen: all pages behind it") == times
    assert "S2 Report, second part</p>" in html


def test_other_pages_behind_a_spanish_version_make_a_spanish_one(
    office: Office, desk: Client, run_jobs: Callable[[], int]
) -> None:
    version = ask_again(office, run_jobs, language="es")
    address = reverse("admin:version_do", args=[version.pk])
    assert desk.post(address, {"do": "choose"}).status_code == 302
    made = DossierVersion.objects.order_by("-number")[0]
    assert made.number == version.number + 1
    assert (made.language, made.variant) == ("es", VersionVariant.FULL)


@pytest.mark.parametrize(
    ("variant", "may_choose"),
    [
        (VersionVariant.FULL, True),
        (VersionVariant.SUMMARY, False),
        (VersionVariant.DEIDENTIFIED, False),
    ],
)
def test_pages_are_chosen_for_whole_dossiers_only(
    office: Office,
    desk: Client,
    run_jobs: Callable[[], int],
    variant: VersionVariant,
    *,
    may_choose: bool,
) -> None:
    version = ask_again(office, run_jobs, variant=variant)
    assert version.state == VersionState.TO_CHECK
    html = desk.get(reverse("admin:version", args=[version.pk])).content.decode()
    assert ('value="choose"' in html) is may_choose
    answer = desk.post(reverse("admin:version_do", args=[version.pk]), {"do": "choose"})
    assert answer.status_code == (302 if may_choose else 404)
    assert DossierVersion.objects.filter(number__gt=version.number).exists() is may_choose


def test_pages_that_were_refused_stay_in_their_fields(office: Office, desk: Client) -> None:
    version = put_version(office)
    first = str(version.items.get().file.document_id)
    other = accepted_record(office.case, office.cast.coordinator, title="Second report")
    version.items.create(file=other, position=2)
    shown = desk.get(reverse("admin:version", args=[version.pk])).content.decode()
    assert '<details class="card-foot">' in shown
    refused = desk.post(
        reverse("admin:version_do", args=[version.pk]),
        {"do": "choose", f"in-{first}": "on", f"pages-{first}": "1, 999"},
    )
    assert refused.status_code == 400
    html = refused.content.decode()
    assert '<details class="card-foot" open>' in html
    assert 'value="1, 999"' in html
    assert f'name="in-{first}" checked' in html
    assert f'name="in-{other.document_id}">' in html


@pytest.mark.parametrize("needed", [False, True])
def test_where_two_people_are_needed_who_asked_is_told_and_refused(
    office: Office,
    desk: Client,
    run_jobs: Callable[[], int],
    settings: Settings,
    *,
    needed: bool,
) -> None:
    settings.SEALING_NEEDS_TWO = needed
    version = build_version(office, run_jobs)
    html = desk.get(reverse("admin:version", args=[version.pk])).content.decode()
    assert ("a colleague looks at it and seals it" in html) is needed
    assert ('name="looked"' in html) is not needed
    second = office.cast.clinician
    assert (f"<strong>{second.name}</strong>" in html) is needed
    theirs = sign_in(second).get(reverse("admin:version", args=[version.pk])).content.decode()
    assert ("and you are the second" in theirs) is needed
    assert 'name="looked"' in theirs
    answer = desk.post(
        reverse("admin:version_do", args=[version.pk]), {"do": "seal", "looked": "on"}
    )
    assert answer.status_code == (400 if needed else 302)
    version.refresh_from_db()
    assert version.state == (VersionState.TO_CHECK if needed else VersionState.SEALED)


def test_where_nobody_else_may_seal_the_page_says_who_helps(
    office: Office, desk: Client, run_jobs: Callable[[], int], settings: Settings
) -> None:
    settings.SEALING_NEEDS_TWO = True
    version = build_version(office, run_jobs)
    team = office.case.team
    assert team is not None
    team.members.set([office.cast.coordinator])
    html = desk.get(reverse("admin:version", args=[version.pk])).content.decode()
    assert "A team lead adds somebody to the team." in html


def test_a_team_lead_chooses_for_the_team_whether_two_people_seal(office: Office) -> None:
    team = office.case.team
    assert team is not None
    lead = sign_in(office.cast.lead)
    address = reverse("admin:accounts_team_change", args=[team.pk])
    assert "As the installation has it" in lead.get(address).content.decode()
    typed = {"name": team.name, "members": [office.cast.lead.pk], "sealing": "two"}
    assert lead.post(address, typed).status_code == 302
    team.refresh_from_db()
    assert team.sealing == "two"
    assert lead.post(address, {**typed, "sealing": "three"}).status_code == 200
