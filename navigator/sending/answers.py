"""What a program of the page is answered about a file: a receipt, or a code and a sentence."""

from http import HTTPStatus
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.http import JsonResponse
from django.urls import reverse
from django.utils.formats import date_format

from documents.records.models import Document
from navigator.sending.doors import Door

# What may pass if it is tried again, and what is too large; all else needs another file.
STATUS: Final = {
    "storage_unavailable": HTTPStatus.SERVICE_UNAVAILABLE,
    "storage_full": HTTPStatus.INSUFFICIENT_STORAGE,
    "file_too_big": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
}


def code_of(refusal: ValidationError) -> str:
    return str(refusal.error_list[0].code or "refused")


def answer_code(code: str, sentences: list[str], status: int | None = None) -> JsonResponse:
    chosen = status or STATUS.get(code) or HTTPStatus.UNPROCESSABLE_ENTITY
    return JsonResponse({"code": code, "errors": sentences}, status=chosen)


def answer_refusal(refusal: ValidationError, status: int | None = None) -> JsonResponse:
    return answer_code(code_of(refusal), list(refusal.messages), status)


def write_receipt(document: Document, door: Door) -> dict[str, Any]:
    receipt = {"document": str(document.pk), "state": "received"}
    if door.look:
        receipt["look"] = reverse(door.look, args=[document.case_id, document.pk])
    if document.already_here:
        day = date_format(document.received_at, "DATE_FORMAT")
        receipt["state"] = "duplicate"
        receipt["words"] = str(door.again) % {"day": day}
    return receipt
