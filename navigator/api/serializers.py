"""What goes out (`…Out`) and what comes in (`…In`), field by field; nothing here saves."""

from typing import Any, ClassVar

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cases.casework.models import Case, validate_partial_date
from cases.clinical.fact_values import describe_value
from cases.clinical.models import Evaluation, Fact
from cases.jobs.models import Job
from documents.dossiers.models import Dossier, DossierVersion, VersionVariant
from documents.records.models import Document, DocumentFile, Evidence, RecordKind


class CaseOut(serializers.ModelSerializer[Case]):
    patient = serializers.CharField(source="patient.name")
    owner = serializers.CharField(source="owner.name", default=None)
    on_hold = serializers.SerializerMethodField()

    class Meta:
        model = Case
        fields: ClassVar = [
            "id",
            "reference",
            "patient",
            "stage",
            "owner",
            "on_hold",
            "opened_at",
            "stage_since",
            "records_complete_at",
            "waiting_on_us_since",
        ]

    def get_on_hold(self, case: Case) -> bool:
        return bool(case.hold_reason)


class RecordFileOut(serializers.ModelSerializer[DocumentFile]):
    class Meta:
        model = DocumentFile
        fields: ClassVar = ["id", "version", "content_type", "sha256", "size", "page_count"]


class RecordOut(serializers.ModelSerializer[Document]):
    files = RecordFileOut(many=True)

    class Meta:
        model = Document
        fields: ClassVar = [
            "id",
            "case",
            "kind",
            "title",
            "state",
            "failure_code",
            "specimen_date",
            "study_date",
            "report_date",
            "language",
            "issuer",
            "received_at",
            "reviewed_at",
            "files",
        ]


class Strict(serializers.Serializer[Any]):
    """Refuses fields that it does not know: what is misspelt would be left out silently."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict) and set(data) - set(self.fields):
            words = _("Send these fields only: %(names)s.") % {"names": ", ".join(self.fields)}
            raise serializers.ValidationError({"unknown_fields": [words]})
        return super().to_internal_value(data)


class RecordIn(serializers.Serializer[Any]):
    """A file as multipart form data, with what it is."""

    kind = serializers.ChoiceField(choices=RecordKind.choices, default=RecordKind.OTHER)
    file = serializers.FileField(allow_empty_file=True)


class RejectionIn(Strict):
    """Why a record is returned; the family reads it."""

    reason = serializers.CharField(max_length=300)


class EvidenceOut(serializers.ModelSerializer[Evidence]):
    document = serializers.UUIDField(source="file.document_id")

    class Meta:
        model = Evidence
        fields: ClassVar = ["document", "page", "start", "end", "quote", "boxes"]


class FactOut(serializers.ModelSerializer[Fact]):
    text = serializers.SerializerMethodField()
    evidence = EvidenceOut(many=True)

    class Meta:
        model = Fact
        fields: ClassVar = [
            "id",
            "case",
            "key",
            "value",
            "text",
            "dated",
            "state",
            "origin",
            "rule",
            "note",
            "details",
            "stated_source",
            "proposed_at",
            "decided_at",
            "reason",
            "evidence",
        ]

    def get_text(self, fact: Fact) -> str:
        return str(describe_value(fact.key, fact.value))


class FactIn(Strict):
    """A fact that the signed-in person states, with where they have it from."""

    case = serializers.UUIDField()
    key = serializers.CharField(max_length=80)
    value = serializers.JSONField()
    dated = serializers.CharField(
        max_length=10,
        required=False,
        default="",
        allow_blank=True,
        validators=[validate_partial_date],
    )
    stated_source = serializers.CharField(max_length=200)


class ReasonIn(Strict):
    reason = serializers.CharField(max_length=300, required=False, default="", allow_blank=True)


class CorrectionIn(ReasonIn):
    value = serializers.JSONField()


class EvaluationOut(serializers.ModelSerializer[Evaluation]):
    class Meta:
        model = Evaluation
        fields: ClassVar = [
            "id",
            "case",
            "indication",
            "definition_version",
            "reference_date",
            "overall",
            "cohort",
            "next_transition_date",
            "facts_hash",
            "result",
            "evaluated_at",
            "superseded_at",
        ]


class VersionOut(serializers.ModelSerializer[DossierVersion]):
    class Meta:
        model = DossierVersion
        fields: ClassVar = [
            "id",
            "number",
            "state",
            "reference_date",
            "contents_sha256",
            "file_sha256",
            "size",
            "page_count",
            "failure_code",
            "asked_at",
            "sealed_at",
        ]


class ProgressOut(serializers.ModelSerializer[Job]):
    percent = serializers.IntegerField(read_only=True)
    step = serializers.CharField(source="progress_step")

    class Meta:
        model = Job
        fields: ClassVar = ["state", "percent", "step", "attempts", "error_code"]


class VersionProgressOut(VersionOut):
    """A version and the newest job that made it or makes it; null where none is kept."""

    progress = serializers.SerializerMethodField()

    class Meta(VersionOut.Meta):
        fields: ClassVar = ["dossier", *VersionOut.Meta.fields, "progress"]

    @extend_schema_field(ProgressOut(allow_null=True))
    def get_progress(self, version: DossierVersion) -> Any:
        job = Job.objects.filter(
            kind="dossiers.build_version", subject=f"dossiers.dossierversion:{version.pk}"
        ).first()
        return ProgressOut(job).data if job is not None else None


class DossierOut(serializers.ModelSerializer[Dossier]):
    versions = VersionOut(many=True)

    class Meta:
        model = Dossier
        fields: ClassVar = ["id", "case", "referral", "created_at", "versions"]


class DossierIn(Strict):
    """Which case a new version is made for, for which referral if any, in which form and language.

    No language: the hospital's where dossiers speak it, else English.
    """

    case = serializers.UUIDField()
    referral = serializers.UUIDField(required=False, allow_null=True, default=None)
    variant = serializers.ChoiceField(VersionVariant.choices, default=VersionVariant.FULL)
    language = serializers.ChoiceField(settings.LANGUAGES, required=False, default="")


class BundleIn(Strict):
    """For whom a case is told as a FHIR document, and whether the person is left out."""

    referral = serializers.UUIDField(required=False, allow_null=True, default=None)
    deidentified = serializers.BooleanField(required=False, default=False)
