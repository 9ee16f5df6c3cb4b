"""Routes for definitions, to read: what each version says, and who stands behind it."""

from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cases.clinical.definition_parts import Definition
from cases.clinical.definitions import load_versions
from cases.clinical.models import DefinitionVersion
from cases.clinical.rows import Criterion
from cases.clinical.telling import list_cohorts, say_test
from navigator.api import filters
from navigator.api.permissions import AnyStaff
from navigator.api.rows import VisibleRows


def describe_content(said: Definition) -> dict[str, Any]:
    """What a definition says, its logic in words."""
    return {
        **{
            name: getattr(said, name)
            for name in ("title", "product", "form", "authority", "jurisdiction", "label_section")
        },
        "effective_from": said.effective_from,
        "effective_until": said.effective_until,
        "wording": said.wording,
        "source": said.source,
        "source_basis": said.source_basis.value,
        "criteria": [describe_criterion(criterion) for criterion in said.criteria],
        "readings": {said.reading: said.reading_says}
        | {reading.id: reading.says for reading in said.readings},
        "reading_used": said.reading,
        "alternatives": [
            {"criterion": other.criterion, "says": other.says} for other in said.alternatives
        ],
        "cohorts": list_cohorts(said),
        "dose_rows": [row.text for row in said.dose_rows],
        "context": [{"tag": note.tag.value, "text": note.text} for note in said.context],
        "limitations": list(said.limitations),
    }


def describe_criterion(criterion: Criterion) -> dict[str, Any]:
    return {
        "id": criterion.id,
        "tag": criterion.tag.value,
        "phrase": criterion.phrase,
        "logic": say_test(criterion.test),
        "ask": {kind.value: question for kind, question in criterion.asks.items()},
        "note": criterion.note,
        "source_basis": criterion.source_basis.value,
    }


class DefinitionOut(serializers.ModelSerializer[DefinitionVersion]):
    is_active = serializers.BooleanField(read_only=True)
    approved_by = serializers.CharField(source="approved_by.name", default=None)
    content = serializers.SerializerMethodField()

    class Meta:
        model = DefinitionVersion
        fields: ClassVar = [
            "id",
            "indication",
            "version",
            "state",
            "is_active",
            "digest",
            "label_read_on",
            "approved_at",
            "approved_by",
            "activated_at",
            "ended_at",
            "withdrawn_because",
            "content",
        ]

    @extend_schema_field({"type": "object", "nullable": True, "additionalProperties": True})
    def get_content(self, row: DefinitionVersion) -> dict[str, Any] | None:
        """What it says; null where its file is gone or is not the one decided about."""
        said = load_versions().get((row.indication, row.version))
        return describe_content(said) if said is not None and said.digest == row.digest else None


class DefinitionViewSet(VisibleRows[DefinitionVersion]):
    """Published wordings as this office stands to them, newest first. No patient is in them."""

    permission_classes = (AnyStaff,)
    queryset = DefinitionVersion.objects.select_related("approved_by")
    serializer_class = DefinitionOut
    filterset_class = filters.DefinitionFilters
    ordering = ("-registered_at", "-id")

    def find_case_id(self, row: Any) -> UUID | None:
        del row
        return None
