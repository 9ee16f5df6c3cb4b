"""The planted case is whole: otherwise the other tests of this folder prove little."""

from django.apps import apps

from tests.security.planting import Planted

# Of these, rows stand beside the planted ones, and no address names them.
BESIDE = {
    "casework.CaseParty",
    "casework.TimelineEntry",
    "clinical.ComparedFacts",
    "clinical.Settlement",
    "records.ArchiveEntry",
    "records.Evidence",
    "records.ImagingSeries",
    "records.ImagingStudy",
    "records.Redaction",
    "records.SearchedPage",
    "records.Translation",
    "dossiers.Access",
    "dossiers.DossierItem",
    "dossiers.Notice",
    "dossiers.Sheets",
}


def test_every_model_below_a_case_has_a_planted_row(planted: Planted) -> None:
    here = {row._meta.label for row in planted.rows.values()}
    below = {
        model._meta.label
        for model in apps.get_models()
        if hasattr(model._default_manager.all(), "visible_to")
    }
    assert below - here - BESIDE == set()
