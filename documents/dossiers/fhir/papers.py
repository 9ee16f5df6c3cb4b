"""The papers and images behind the facts: what they are, their hash, never their content."""

from base64 import urlsafe_b64encode
from typing import Final

from documents.dossiers.fhir import codes
from documents.dossiers.fhir.known import CaseKnown, ImageSeries, ImageStudy, Paper
from documents.dossiers.fhir.observing import PATIENT
from documents.dossiers.fhir.parts import (
    Ids,
    Resource,
    coding,
    concept,
    instant,
    is_date,
    prune,
    tell,
)

RECORD_KIND: Final = f"{codes.VOCABULARY}/record-kind"


def list_papers(known: CaseKnown, ids: Ids) -> list[Resource]:
    return [_describe_paper(known, ids, paper) for paper in known.papers]


def _describe_paper(known: CaseKnown, ids: Ids, paper: Paper) -> Resource:
    """One file by its SHA-256. FHIR R4 has room for SHA-1 alone, so the hash is an identifier."""
    listed = {each.key for each in known.papers}
    original = paper.translation_of if paper.translation_of in listed else ""
    period = {"start": paper.dated, "end": paper.dated} if is_date(paper.dated) else {}
    told = [
        ("Key", paper.key),
        ("Issued by", paper.issuer),
        ("Dated", paper.dated),
        ("Pages", paper.pages),
        ("SHA-256", paper.sha256),
        ("Translation of", original),
    ]
    return prune(
        {
            "resourceType": "DocumentReference",
            "id": ids.give(f"paper/{paper.key}"),
            "text": tell(paper.title, told),
            "identifier": [
                {"system": "urn:ietf:rfc:3986", "value": name_by_hash(paper.sha256)},
                {"system": f"{codes.OURS}/source", "value": paper.key},
            ],
            "status": "current",
            "type": concept(paper.kind_words, coding(RECORD_KIND, paper.kind)),
            "subject": ids.link(PATIENT),
            "date": instant(paper.received_at),
            "author": [{"display": paper.issuer}] if paper.issuer else [],
            "relatesTo": [{"code": "transforms", "target": ids.link(f"paper/{original}")}]
            if original
            else [],
            "description": paper.title,
            "content": [
                {
                    "attachment": {
                        "extension": [{"url": codes.PAGES, "valuePositiveInt": paper.pages}],
                        "contentType": paper.content_type,
                        "language": paper.language,
                        "size": paper.size,
                        "title": paper.title,
                    }
                }
            ],
            "context": {"period": period},
        }
    )


def name_by_hash(sha256: str) -> str:
    """The name of a file by its hash (RFC 6920): `ni:///sha-256;…`."""
    digest = urlsafe_b64encode(bytes.fromhex(sha256)).decode().rstrip("=")
    return f"ni:///sha-256;{digest}" if digest else ""


def list_studies(known: CaseKnown, ids: Ids) -> list[Resource]:
    return [_describe_study(ids, study) for study in known.studies]


def _describe_study(ids: Ids, study: ImageStudy) -> Resource:
    images = sum(series.images for series in study.series)
    modalities = sorted({series.modality for series in study.series if series.modality})
    told = [
        ("Modalities", ", ".join(modalities)),
        ("Date", study.started),
        ("Series", len(study.series)),
        ("Images", images),
    ]
    return prune(
        {
            "resourceType": "ImagingStudy",
            "id": ids.give(f"study/{study.uid}"),
            "text": tell(study.description or "Imaging study", told),
            "identifier": [{"system": "urn:dicom:uid", "value": f"urn:oid:{study.uid}"}],
            "status": "available",
            "modality": [coding(codes.DICOM, modality) for modality in modalities],
            "subject": ids.link(PATIENT),
            "started": study.started if is_date(study.started) else "",
            "numberOfSeries": len(study.series),
            "numberOfInstances": images,
            "description": study.description,
            "series": [_describe_series(series) for series in study.series],
        }
    )


def _describe_series(series: ImageSeries) -> Resource:
    return {
        "uid": series.uid,
        "number": series.number if series.number is not None and series.number >= 0 else None,
        "modality": coding(codes.DICOM, series.modality or "OT"),
        "description": series.description,
        "numberOfInstances": series.images,
    }
