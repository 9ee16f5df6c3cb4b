"""What a dossier says: only confirmed facts with ground to stand on, and why the rest is absent."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.db import transaction

from cases.casework.consents import withdraw_consent
from cases.casework.models import RequestState
from cases.casework.services import ask_for_record, set_request_state
from cases.clinical.approvals import approve_definition, withdraw_definition
from cases.clinical.definitions import DEFAULT_INDICATION, load_definitions
from cases.clinical.evaluating import evaluate_case
from cases.clinical.models import DefinitionVersion, SignOffMeaning
from cases.clinical.services import confirm_history_complete, correct_fact
from cases.clinical.sign_offs import settle_row, sign_off_evaluation
from cases.hospitals.models import (
    Audience,
    Direction,
    HospitalRequirement,
    MessageState,
    Referral,
    Thread,
)
from cases.hospitals.services import receive_message
from cases.travel.models import Appointment, Trip, TripItem
from documents.dossiers.errors import WordRefused
from documents.dossiers.findings import Flag, Overall, UnknownKind
from documents.dossiers.freezing import freeze_contents, hash_contents, hash_frozen
from documents.dossiers.gather import Gathered, gather_version
from documents.dossiers.models import DossierVersion
from documents.dossiers.printed import Absence
from documents.dossiers.services import begin_version
from documents.records.models import (
    Document,
    DocumentState,
    ImagingSeries,
    ImagingStudy as Study,
    RecordKind,
    Translation,
    TranslationState,
)
from documents.records.services import accept_document
from tests import make
from tests.clinical.knowing import EVEROLIMUS, SOURCE, enter
from tests.dossiers.records import accepted_record, agree, fill_case, propose_from, read_from
from tests.make import NOW, Cast


def gather(cast: Cast, now: datetime, *, referral: Referral | None = None) -> Gathered:
    version, _new = begin_version(
        case=cast.case, referral=referral, actor=cast.coordinator, now=now
    )
    gathered = gather_version(version, now=now)
    DossierVersion.objects.filter(pk=version.pk).update(state="failed")
    return gathered


def flag_of(gathered: Gathered) -> Flag:
    flag = gathered.contents.flag
    assert isinstance(flag, Flag)
    return flag


def test_a_full_case_corresponds_and_cites_its_report(cast: Cast, now: datetime) -> None:
    fill_case(cast)
    flag = flag_of(gather(cast, now))
    assert (flag.overall, flag.cohort) == (Overall.MATCH, "pNET")
    row = next(row for row in flag.rows if row.id == "histology_net")
    assert (row.cites[0].source, row.cites[0].page) == ("S1", 2)
    assert row.cites[0].quote == "histology as in the report"
    assert row.confirmed_by == cast.coordinator.name


def test_a_proposed_fact_is_nowhere(cast: Cast, now: datetime) -> None:
    file = accepted_record(cast.case, cast.coordinator)
    propose_from(file, "histology", "MiNEN_NEC_component", quote="canary of a proposal")
    said = str(gather(cast, now).frozen)
    assert "canary of a proposal" not in said
    assert "MiNEN" not in said


@pytest.mark.parametrize(
    "state", [DocumentState.TO_REVIEW, DocumentState.REJECTED, DocumentState.WITHDRAWN]
)
def test_a_fact_whose_record_is_not_accepted_is_nowhere(
    cast: Cast, now: datetime, state: DocumentState
) -> None:
    file = fill_case(cast)
    assert flag_of(gather(cast, now)).overall is Overall.MATCH
    Document.objects.filter(pk=file.document_id).update(state=state)
    gathered = gather(cast, now)
    assert flag_of(gathered).overall is Overall.INSUFFICIENT
    assert "as in the report" not in str(gathered.frozen)
    assert isinstance(gathered.contents.sources, Absence)


def test_a_fact_on_another_cases_record_is_nowhere(cast: Cast, now: datetime) -> None:
    file = accepted_record(make.case(), cast.coordinator)
    fact = propose_from(accepted_record(cast.case, cast.coordinator), "grade", "G2")
    fact.evidence.update(file=file)
    correct_fact(fact=fact, value="G3", actor=cast.coordinator, now=now)
    assert "G3" not in str(gather(cast, now).frozen["diagnosis_details"])


def test_a_record_kept_from_hospitals_is_not_cited(cast: Cast, now: datetime) -> None:
    file = fill_case(cast)
    Document.objects.filter(pk=file.document_id).update(shown_to_hospitals=False)
    assert "as in the report" not in str(gather(cast, now).frozen)


def test_what_a_named_person_stated_says_who_said_so(cast: Cast, now: datetime) -> None:
    enter(cast.case, cast.coordinator, "allergy", "penicillin")
    group = next(each for each in gather(cast, now).contents.history if each.name == "Allergies")
    assert not isinstance(group.facts, Absence)
    assert "stated: letter of Dr. Anselm Vogt" in group.facts[0].note


def test_a_corrected_fact_keeps_its_words(cast: Cast, now: datetime) -> None:
    file = accepted_record(cast.case, cast.coordinator)
    fact = propose_from(file, "ki67_percent", 80, quote="Ki-67: 8,0 %")
    correct_fact(fact=fact, value=8, actor=cast.coordinator, now=now)
    markers = gather(cast, now).contents.markers
    assert not isinstance(markers, Absence)
    assert (markers[0].text, markers[0].cites[0].quote) == ("8 %", "Ki-67: 8,0 %")


def test_reports_that_disagree_stand_side_by_side(cast: Cast, now: datetime) -> None:
    fill_case(cast)
    other = accepted_record(cast.case, cast.coordinator, title="Second opinion")
    read_from(other, cast.clinician, "histology", "NEC", quote="poorly differentiated NEC")
    gathered = gather(cast, now)
    row = next(row for row in flag_of(gathered).rows if row.id == "histology_net")
    assert row.unknown_kind is UnknownKind.CONFLICT
    assert {cite.quote for side in row.sides for cite in side.cites} == {
        "histology as in the report",
        "poorly differentiated NEC",
    }
    assert not isinstance(gathered.contents.diagnosis, Absence)
    assert len(gathered.contents.diagnosis.sides) == 2


def test_an_empty_case_says_why_each_part_is_empty(cast: Cast, now: datetime) -> None:
    contents = gather(cast, now).contents
    for part in ("flag", "treatments", "biomarkers", "sources", "attention", "travel", "stage"):
        absent = getattr(contents, part)
        assert isinstance(absent, Absence)
        assert absent.reason


def test_the_patient_is_named_only_under_a_consent_for_this_hospital(
    cast: Cast, now: datetime
) -> None:
    without = gather(cast, now, referral=cast.referral)
    assert cast.case.patient.name not in str(without.frozen)
    assert "1968-05-20" not in str(without.frozen["patient"])
    assert without.contents.patient.age_years == 58
    consent = agree(cast)
    named = gather(cast, now, referral=cast.referral).contents.patient
    assert (named.name, named.birth_date) == (cast.case.patient.name, "1968-05-20")
    withdraw_consent(consent=consent, actor=cast.parent, now=now)
    again = gather(cast, now, referral=cast.referral)
    assert cast.case.patient.name not in str(again.frozen)


def test_what_was_asked_and_what_this_hospital_wants_is_listed_as_missing(
    cast: Cast, now: datetime
) -> None:
    ask_for_record(
        case=cast.case,
        kind="biomarker",
        title="Report of the genetic test",
        reason="The hospital reads it.",
        actor=cast.coordinator,
        now=now,
    )
    hospital = cast.reviewer.hospital
    HospitalRequirement.objects.create(
        hospital=hospital, kind=RecordKind.IMAGING, not_older_than_days=30
    )
    accepted_record(
        cast.case,
        cast.coordinator,
        kind=RecordKind.IMAGING,
        title="CT abdomen",
        study_date="2026-10-22",
    )
    missing = gather(cast, now, referral=cast.referral).contents.missing
    assert not isinstance(missing, Absence)
    told = {item.what: item for item in missing}
    assert told["Report of the genetic test"].asked_of == "the family"
    assert "31 days old" in told["Newer: Imaging report"].why


def test_a_study_on_the_last_day_is_still_fresh(cast: Cast, now: datetime) -> None:
    HospitalRequirement.objects.create(
        hospital=cast.reviewer.hospital, kind=RecordKind.IMAGING, not_older_than_days=30
    )
    accepted_record(
        cast.case, cast.coordinator, kind=RecordKind.IMAGING, title="CT", study_date="2026-10-23"
    )
    contents = gather(cast, now, referral=cast.referral).contents
    assert "Newer" not in str(freeze_contents(contents)["missing"])


def test_letters_and_appointments_of_another_hospital_stay_out(cast: Cast, now: datetime) -> None:
    from cases.hospitals.services import open_referral  # noqa: PLC0415

    other = make.contact()
    referral = open_referral(
        case=cast.case, contact=other, question="Yours?", actor=cast.coordinator, now=now
    )
    receive_message(thread=referral.threads.get(), body="canary", contact=other, now=now)
    Appointment.objects.create(
        case=cast.case,
        hospital=other.hospital,
        title="Visit elsewhere",
        starts_at=now,
        time_zone="Europe/Berlin",
    )
    ours = gather(cast, now, referral=cast.referral)
    assert isinstance(ours.contents.correspondence, Absence)
    assert isinstance(ours.contents.travel, Absence)
    theirs = gather(cast, now, referral=referral)
    assert not isinstance(theirs.contents.correspondence, Absence)
    assert "canary" not in str(theirs.frozen)


def test_letters_stand_in_the_order_in_which_they_went(cast: Cast, now: datetime) -> None:
    thread = Thread.objects.create(
        case=cast.case,
        referral=cast.referral,
        audience=Audience.HOSPITAL,
        subject="Ours",
        created_at=now,
    )
    for written, sent in ((0, 5), (2, None), (3, 4)):
        thread.messages.create(
            direction=Direction.IN if sent is None else Direction.OUT,
            state=MessageState.FILED if sent is None else MessageState.SENT,
            body="A word",
            message_id=f"<{written}@tests>",
            created_at=now + timedelta(days=written),
            sent_at=None if sent is None else now + timedelta(days=sent),
        )
    letters = gather(cast, now, referral=cast.referral).contents.correspondence
    assert not isinstance(letters, Absence)
    assert [(letter.on - now.date()).days for letter in letters] == [2, 4, 5]


def test_trips_stand_in_the_time_of_the_place(cast: Cast, now: datetime) -> None:
    Appointment.objects.create(
        case=cast.case, title="First visit", starts_at=now, time_zone="Asia/Kolkata"
    )
    Trip.objects.create(case=cast.case, city="Lindenau", country="Germany", time_zone="UTC")
    travel = gather(cast, now).contents.travel
    assert not isinstance(travel, Absence)
    assert [item.what for item in travel] == ["First visit", "Trip to Lindenau, Germany"]
    assert travel[0].when == "22 Nov 2026, 14:30 Kolkata time"


def test_a_journey_says_what_both_its_ends_share_once(cast: Cast, now: datetime) -> None:
    trip = Trip.objects.create(case=cast.case, city="Lindenau", country="Germany", time_zone="UTC")
    for hours, ends_zone in ((2, "Asia/Kolkata"), (30, "Asia/Kolkata"), (9, "Europe/Berlin")):
        TripItem.objects.create(
            trip=trip,
            kind="flight",
            title=f"Leg of {hours} hours",
            starts_at=now,
            starts_zone="Asia/Kolkata",
            ends_at=now + timedelta(hours=hours),
            ends_zone=ends_zone,
        )
    travel = gather(cast, now).contents.travel
    assert not isinstance(travel, Absence)
    told = {item.what.rpartition(": ")[2]: (item.when, item.until) for item in travel}
    assert told["Leg of 2 hours"] == ("22 Nov 2026, 14:30–16:30 Kolkata time", "")
    assert told["Leg of 30 hours"] == ("22 Nov 2026, 14:30", "23 Nov 2026, 20:30 Kolkata time")
    assert told["Leg of 9 hours"] == (
        "22 Nov 2026, 14:30 Kolkata time",
        "22 Nov 2026, 19:00 Berlin time",
    )
    assert travel[0].when == "22 – 23 Nov 2026"


def test_the_first_page_has_each_fact_in_a_few_words(cast: Cast, now: datetime) -> None:
    file = fill_case(cast)
    read_from(file, cast.coordinator, "sstr_positive", value=True)
    contents = gather(cast, now).contents
    said = {row.id: row.first_words for row in flag_of(gather(cast, now)).rows}
    assert said == {
        "age_ge_12": "58 years on 22 Nov 2026",
        "histology_net": "NET",
        "well_differentiated": "well differentiated",
        "primary_site": "pancreas",
        "unresectable": "unresectable",
        "locally_advanced_or_metastatic": "metastatic; not locally advanced",
        "previously_treated": "everolimus (mTOR inhibitor), completed 30 Jun 2025 (stated)",
    }
    assert not isinstance(contents.markers, Absence)
    assert ("SSTR", "positive") in [(each.label, each.text) for each in contents.markers]
    assert flag_of(gather(cast, now)).published_as == (
        "the US label of cabozantinib tablets for neuroendocrine tumours (FDA, section 1.4)"
    )


def test_a_wording_is_read_otherwise_only_where_that_changes_the_answer(
    cast: Cast, now: datetime
) -> None:
    fill_case(cast)
    assert not any(row.other_readings for row in flag_of(gather(cast, now)).rows)


def test_a_request_is_missing_until_an_accepted_record_answers_it(
    cast: Cast, now: datetime
) -> None:
    request = ask_for_record(
        case=cast.case,
        kind="imaging",
        title="CT of the abdomen",
        reason="The hospital reads it.",
        actor=cast.coordinator,
        now=now,
    )
    file = accepted_record(cast.case, cast.coordinator, kind=RecordKind.IMAGING)
    Document.objects.filter(pk=file.document_id).update(
        state=DocumentState.TO_REVIEW, request=request, reviewed_at=None, reviewed_by=None
    )
    set_request_state(request=request, state=RequestState.RECEIVED, actor=None, now=now)
    assert "received, being checked" in str(gather(cast, now).frozen["missing"])
    document = Document.objects.get(pk=file.document_id)
    accept_document(document=document, actor=cast.coordinator, now=now)
    assert "CT of the abdomen" not in str(gather(cast, now).frozen["missing"])


def test_nodes_alone_are_no_list_of_sites(cast: Cast, now: datetime) -> None:
    file = accepted_record(cast.case, cast.coordinator)
    read_from(file, cast.coordinator, "nodal_metastasis", value=True)
    read_from(file, cast.coordinator, "metastatic", value=True, quote="liver metastases")
    contents = gather(cast, now).contents
    assert not isinstance(contents.metastases, Absence)
    assert [each.text for each in contents.metastases] == [
        "in the words of the source: “liver metastases”"
    ]
    assert not isinstance(contents.diagnosis_details, Absence)
    assert ("Lymph node metastasis", "yes") in [
        (each.label, each.text) for each in contents.diagnosis_details
    ]


def test_a_sign_off_stands_only_beside_the_facts_that_were_signed(
    cast: Cast, now: datetime
) -> None:
    file = fill_case(cast)
    flag = evaluate_case(case=cast.case, definition=load_definitions()[DEFAULT_INDICATION], now=now)
    sign_off_evaluation(
        evaluation=flag,
        meaning=SignOffMeaning.READING_REVIEWED,
        statement="Reading A was weighed.",
        actor=cast.clinician,
        now=now,
    )
    signed = gather(cast, now).contents.sign_offs
    assert not isinstance(signed, Absence)
    assert signed[0].name == cast.clinician.name
    Document.objects.filter(pk=file.document_id).update(state=DocumentState.WITHDRAWN)
    assert isinstance(gather(cast, now).contents.sign_offs, Absence)


def test_a_sentence_on_an_ambiguous_row_is_printed_with_who_said_it_and_when(
    cast: Cast, now: datetime
) -> None:
    enter(cast.case, cast.coordinator, "histology", "paraganglioma")
    flag = evaluate_case(case=cast.case, definition=load_definitions()[DEFAULT_INDICATION], now=now)
    settle_row(
        evaluation=flag,
        criterion="histology_net",
        sentence="A paraganglioma is not meant by these words.",
        actor=cast.clinician,
        now=now,
    )
    printed = gather(cast, now).contents.flag
    assert isinstance(printed, Flag)
    rows = {row.id: row for row in printed.rows}
    assert rows["histology_net"].settled == (
        f"A paraganglioma is not meant by these words. ({cast.clinician.name}, 22 Nov 2026)"
    )
    assert rows["histology_net"].unknown_kind is UnknownKind.AMBIGUOUS
    assert {row.settled for row in printed.rows if row.id != "histology_net"} == {""}
    enter(cast.case, cast.coordinator, "grade", "G2")
    changed = gather(cast, now).contents.flag
    assert isinstance(changed, Flag)
    assert {row.settled for row in changed.rows} == {""}


def test_a_withdrawn_definition_is_not_compared_in_a_dossier(cast: Cast, now: datetime) -> None:
    enter(cast.case, cast.coordinator, "histology", "NET")
    withdraw_definition(
        definition=DefinitionVersion.objects.get(indication=DEFAULT_INDICATION),
        because="the label was changed",
        actor=cast.lead,
        now=now,
    )
    flag = gather(cast, now).contents.flag
    assert isinstance(flag, Absence)
    assert "the definition is not in use" in flag.reason


def test_an_approval_is_printed_with_the_day_on_which_the_label_was_read(
    cast: Cast, now: datetime
) -> None:
    enter(cast.case, cast.coordinator, "histology", "NET")
    approve_definition(
        definition=DefinitionVersion.objects.get(indication=DEFAULT_INDICATION),
        label_read_on=now.date(),
        actor=cast.clinician,
        now=now,
    )
    flag = gather(cast, now).contents.flag
    assert isinstance(flag, Flag)
    assert (flag.definition_status, flag.label_read_on) == ("approved", now.date())
    assert flag.label_read_by == cast.clinician.name


def test_a_history_with_an_entry_left_out_is_not_complete(cast: Cast, now: datetime) -> None:
    letter = accepted_record(cast.case, cast.coordinator, kind=RecordKind.ONCOLOGY_LETTER)
    read_from(letter, cast.coordinator, "prior_treatments", EVEROLIMUS)
    confirm_history_complete(case=cast.case, stated_source=SOURCE, actor=cast.coordinator, now=now)
    enter(cast.case, cast.coordinator, "histology", "NET")
    Document.objects.filter(pk=letter.document_id).update(state=DocumentState.WITHDRAWN)
    contents = gather(cast, now).contents
    assert isinstance(contents.treatments, Absence)
    assert isinstance(contents.flag, Flag)
    row = next(row for row in contents.flag.rows if row.id == "previously_treated")
    assert row.unknown_kind is UnknownKind.MISSING


def test_the_hash_depends_on_what_is_said_and_not_on_when(cast: Cast, now: datetime) -> None:
    fill_case(cast)
    first = gather(cast, now)
    later = gather(cast, now + timedelta(hours=2))
    assert first.contents_sha256 == later.contents_sha256
    enter(cast.case, cast.coordinator, "ecog", 1)
    assert gather(cast, now).contents_sha256 != first.contents_sha256


def test_the_frozen_form_has_the_hash_of_the_contents(cast: Cast, now: datetime) -> None:
    fill_case(cast)
    gathered = gather(cast, now)
    assert hash_frozen(gathered.frozen) == hash_contents(gathered.contents)


@pytest.mark.parametrize("word", ["eligible", "a good candidate", "guarantees", "qualifies"])
def test_a_word_that_promises_is_refused_with_its_place(
    cast: Cast, now: datetime, word: str
) -> None:
    Referral.objects.filter(pk=cast.referral.pk).update(question=f"Hello. She is {word}!")
    with pytest.raises(WordRefused, match="the question asked") as refused:
        gather(cast, now, referral=cast.referral)
    assert f"“She is {word}!” Say instead: " in refused.value.messages[0]


def test_promises_are_looked_for_in_every_text_that_people_type(cast: Cast, now: datetime) -> None:
    file = fill_case(cast)
    promise = "She is eligible."
    places: dict[str, Callable[[], object]] = {
        "the titles of the records": lambda: Document.objects.filter(pk=file.document_id).update(
            title=promise
        ),
        "the correspondence": lambda: receive_message(
            thread=say_subject(cast, promise), body="Hello", contact=cast.reviewer, now=now
        ),
        "what is missing": lambda: ask_for_record(
            case=cast.case, kind="ct", title=promise, reason="", actor=cast.coordinator, now=now
        ),
        "what is for the prescriber’s attention": lambda: enter(
            cast.case, cast.coordinator, "attention:planned_surgery", promise
        ),
        "the other conditions": lambda: enter(cast.case, cast.coordinator, "allergy", promise),
    }
    for place, plant in places.items():
        with transaction.atomic():
            plant()
            with pytest.raises(WordRefused, match=place):
                gather(cast, now, referral=cast.referral)
            transaction.set_rollback(True)  # Django has no keyword for it
    gather(cast, now, referral=cast.referral)


def say_subject(cast: Cast, subject: str) -> Thread:
    return Thread.objects.create(
        case=cast.case,
        referral=cast.referral,
        audience=Audience.HOSPITAL,
        subject=subject,
        created_at=NOW,
    )


def test_the_words_of_a_report_are_printed_as_they_stand(cast: Cast, now: datetime) -> None:
    file = fill_case(cast)
    words = "she is not a surgical candidate"
    read_from(file, cast.coordinator, "comorbidity", "not a surgical candidate", quote=words)
    assert words in str(gather(cast, now).frozen)
    enter(cast.case, cast.coordinator, "comorbidity", "a candidate for surgery")
    with pytest.raises(WordRefused, match="the other conditions"):
        gather(cast, now)


def test_images_stand_beside_the_report_of_their_day_and_alone_where_none_is(
    cast: Cast, now: datetime
) -> None:
    report = accepted_record(
        cast.case, cast.coordinator, kind=RecordKind.IMAGING, title="CT", study_date="2026-10-01"
    )
    read_from(report, cast.coordinator, "disease_status", "progressive", quote="growing lesions")
    disc = accepted_record(cast.case, cast.coordinator, kind=RecordKind.OTHER, title="Disc")
    for uid, day, modality in (("1.1", "2026-10-01", "CT"), ("1.2", "2026-11-01", "MR")):
        study = Study.objects.create(
            document=disc.document,
            study_uid=uid,
            modalities=modality,
            body_part="LIVER",
            study_date=day,
            patient_name="canary of a disc",
        )
        for number in (1, 2):
            ImagingSeries.objects.create(study=study, series_uid=f"{uid}.{number}", image_count=40)
    HospitalRequirement.objects.create(
        hospital=cast.reviewer.hospital, kind=RecordKind.IMAGING, not_older_than_days=30
    )
    gathered = gather(cast, now, referral=cast.referral)
    imaging = gathered.contents.imaging
    assert not isinstance(imaging, Absence)
    assert [(study.what, study.images, study.is_too_old) for study in imaging] == [
        ("MR LIVER", "DICOM, 2 series, 80 images", False),
        ("CT", "DICOM, 2 series, 80 images", True),
    ]
    assert imaging[1].finding == "growing lesions"
    assert "canary of a disc" not in str(gathered.frozen)


def test_a_source_says_where_its_translation_stands(cast: Cast, now: datetime) -> None:
    original = accepted_record(cast.case, cast.coordinator, title="Informe")
    ask = Translation.objects.create(
        document=original.document,
        from_language="es",
        to_language="en",
        requested_by=cast.coordinator,
        requested_at=now,
        changed_at=now,
    )
    assert translations(cast, now) == ["Translation into English: Asked for"]
    translated = accepted_record(
        cast.case, cast.coordinator, title="Report", study_date="2026-01-01"
    )
    ask.translated, ask.state = translated.document, TranslationState.APPROVED
    ask.save()
    assert translations(cast, now) == ["Translation into English: S2", ""]


def translations(cast: Cast, now: datetime) -> list[str]:
    sources = gather(cast, now).contents.sources
    assert not isinstance(sources, Absence)
    return [source.translation for source in sources]


def test_where_the_birth_date_is_withheld_no_day_tells_it(cast: Cast, now: datetime) -> None:
    cast.case.patient.birth_date = "2014-12-30"
    cast.case.patient.save()
    fill_case(cast)
    for consent, day in ((False, None), (True, date(2026, 12, 30))):
        if consent:
            agree(cast)
        contents = gather(cast, now, referral=cast.referral).contents
        assert isinstance(contents.flag, Flag)
        assert contents.flag.next_change_on == day
