"""What was found in an archive, kept as rows: its entries, its studies, and whose they are."""

from datetime import datetime
from typing import Any

from django.db import transaction

from cases.jobs.registry import Run
from documents.records.archives import Contents, Listed, look_through
from documents.records.digest import KINDS, drop_objects
from documents.records.entry_names import show_name
from documents.records.holding import hold_parts
from documents.records.models import (
    ArchiveEntry,
    Document,
    DocumentFile,
    DocumentState,
    EntryState,
    ImagingSeries,
    ImagingStudy,
    PersonCheck,
    RecordKind,
)
from documents.records.printed_person import HOLDING
from documents.records.processing import WORTH_ANOTHER_TRY, queue_taking, settle_failure
from documents.records.reading import clean_text
from documents.records.sandbox import ReadingFailure
from documents.records.sniffing import Kind
from documents.records.states import Codes, lock_document, move_document, tell
from documents.records.studies import (
    TEXT_LENGTH,
    Series,
    Studies,
    Study,
    are_of_two,
    compare_tags,
    describe_tags,
    name_person,
)
from documents.records.vault import SealedReader


def read_images(run: Run, file: DocumentFile, *, now: datetime) -> None:
    """Look through an archive or an image of a scan, and put it before a person."""
    document = file.document
    if document.state != DocumentState.READING:
        return
    try:
        with SealedReader(case_id=document.case_id, object_name=file.object_name) as source:
            contents = look_through(source, KINDS[file.content_type], document.case_id, run)
    except ReadingFailure as failure:
        if failure.code in WORTH_ANOTHER_TRY and run.job.attempts < run.job.max_attempts:
            raise
        with run.finishing():
            settle_failure(document, failure.code, now=now)
        return
    try:
        with run.finishing():
            settle_images(file, contents, now=now)
    except BaseException:
        drop_objects(contents.pictures.values())
        raise


def settle_images(file: DocumentFile, contents: Contents, *, now: datetime) -> None:
    """Store what was found and move the document on. Inside a transaction."""
    document = lock_document(file.document)
    people = list(contents.studies.people)
    patient = document.case.patient
    check = compare_tags(people, patient) if people else PersonCheck.NOT_PRINTED
    of_two = are_of_two(people)
    is_held = of_two or check in HOLDING
    store_entries(document, contents, is_held=is_held)
    store_studies(document, contents)
    code = "two_patients" if of_two else ""
    if not code and not contents.has_papers and not contents.studies.found:
        code = "nothing_to_take"
    move_document(
        document,
        DocumentState.OTHER_PATIENT if is_held else DocumentState.TO_REVIEW,
        failure_code=code,
        person_check=check,
        findings={
            **document.findings,
            **describe_images(contents.studies),
            "people": describe_tags(people, patient),
        },
    )
    counts: Codes = {
        "entries": len(contents.entries),
        "studies": len(contents.studies.found),
        "series": contents.studies.count,
        "person": check.value,
        "code": code,
    }
    tell(document, "read", actor=None, now=now, detail=counts)
    if is_held:
        tell(document, "held", actor=None, now=now, shown_to_family=False)
        hold_parts(document, actor=None, now=now)
    elif contents.has_papers:
        queue_taking(file)


def describe_images(studies: Studies) -> dict[str, Any]:
    """What the images say of themselves, beside the fields that it may fill."""
    told: dict[str, Any] = {}
    if studies.found:
        told["kind"] = {"value": RecordKind.IMAGING.value, "quote": "DICOM"}
        told["images"] = {"value": _name_images(studies), "quote": "DICOM"}
    dates = {study.made_on for study in studies}
    if len(dates) == 1 and (made_on := dates.pop()):
        told["study_date"] = {"value": made_on, "quote": "DICOM"}
    places = {clean_text(study.tags["institution"]) for study in studies}
    if len(places) == 1 and (place := places.pop()):
        told["issuer"] = {"value": place[:150], "quote": "DICOM"}
    return told


def _name_images(studies: Studies) -> str:
    """“CT abdomen” of one study, of several what they were made with."""
    found = list(studies)
    made_with = " ".join(dict.fromkeys(study.modalities for study in found if study.modalities))
    text = clean_text(found[0].tags["study_text"]) if len(found) == 1 else ""
    if made_with and made_with.casefold() in text.casefold():
        return text
    return " ".join(filter(None, (made_with or "DICOM", text)))


def store_entries(document: Document, contents: Contents, *, is_held: bool) -> None:
    """Put the list in place of an earlier one; what became a record already stays as it is."""
    document.entries.exclude(state=EntryState.TAKEN).delete()
    taken = set(document.entries.values_list("number", flat=True))
    ArchiveEntry.objects.bulk_create(
        (
            ArchiveEntry(
                archive=document,
                number=one.number,
                name=clean_text(show_name(one.raw_name)) or document.title,
                size=one.size,
                state=_state_of(one, is_held=is_held),
                kind=Kind.DICOM.value if one.is_image else "",
                refusal_code=one.refusal_code,
            )
            for one in contents.entries
            if one.number not in taken
        ),
        batch_size=500,
    )


def _state_of(one: Listed, *, is_held: bool) -> EntryState:
    if one.refusal_code:
        return EntryState.REFUSED
    return EntryState.IMAGE if one.is_image and not is_held else EntryState.LISTED


def store_studies(document: Document, contents: Contents) -> None:
    """Put the studies in place of those of an earlier attempt."""
    old = ImagingSeries.objects.filter(study__document=document).exclude(preview_name="")
    former = list(old.values_list("preview_name", flat=True))
    document.studies.all().delete()
    for study in contents.studies:
        row = _make_study(document, study)
        row.save(force_insert=True)
        ImagingSeries.objects.bulk_create(
            _make_series(row, one, contents) for one in study.series.values()
        )
    if former:
        transaction.on_commit(lambda: drop_objects(former), robust=True)


def _make_study(document: Document, study: Study) -> ImagingStudy:
    tags = {
        key: clean_text(value)[:TEXT_LENGTH] if isinstance(value, str) else ""
        for key, value in study.tags.items()
    }
    person = name_person(study.tags)
    return ImagingStudy(
        document=document,
        study_uid=study.uid,
        modalities=study.modalities,
        description=tags["study_text"],
        body_part=tags["body_part"][:64],
        institution=tags["institution"],
        study_date=study.made_on,
        patient_name=person.name,
        patient_birth_date=person.birth_date,
        patient_number=person.number,
        patient_sex=tags["sex"][:10],
    )


def _make_series(study: ImagingStudy, series: Series, contents: Contents) -> ImagingSeries:
    key = (study.study_uid, series.uid)
    return ImagingSeries(
        study=study,
        series_uid=series.uid,
        number=series.number,
        modality=series.modality,
        description=series.description,
        image_count=series.image_count,
        preview_name=contents.pictures.get(key, ""),
        no_preview_code=contents.no_picture.get(key, ""),
    )
