"""How a refusal looks: a stable code, one plain sentence, what is at fault, a reference.

What was sent is never echoed. The rooms' refusals are Django's ValidationError with a code; they
become 400 here and nowhere else.
"""

import uuid
from collections.abc import Mapping
from typing import Any, Final

import structlog
from django.core.exceptions import (
    BadRequest,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    ValidationError,
)
from django.http import Http404
from django.http.multipartparser import MultiPartParserError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions
from rest_framework.exceptions import ErrorDetail
from rest_framework.response import Response
from rest_framework.views import exception_handler

log = structlog.get_logger(__name__)

# Where the framework's own sentence repeats what was sent, or tells more than it should.
SENTENCES: Final[Mapping[str, Promise]] = {
    "not_found": _("There is nothing here, or it is not yours to see."),
    "not_authenticated": _("Sign in first."),
    "method_not_allowed": _("This address does not take that method; the schema lists which."),
    "unsupported_media_type": _("Send JSON; files go as multipart form data to a case's records."),
    "not_acceptable": _("The answer can be had as JSON only."),
    "invalid_choice": _("Choose one of the values that the schema lists."),
    "request_too_large": _("The request is too large; send less at once."),
    "bad_request": _("This request cannot be read."),
}
FIELDS_AT_FAULT: Final = _("Some fields need another value.")
REFUSED: Final = _("This cannot be done.")


class RequestTooLarge(exceptions.APIException):
    status_code = 413
    default_code = "request_too_large"


class RequestUnreadable(exceptions.APIException):
    status_code = 400
    default_code = "bad_request"


def answer_refusal(error: Exception, context: dict[str, Any]) -> Response | None:
    """One shape for every refusal: `{"code", "detail", "fields"?, "reference"}`."""
    reference = uuid.uuid4().hex[:12]
    if isinstance(error, ValidationError):
        body = {"code": refusal_code(error), "detail": " ".join(error.messages)}
        response: Response | None = Response(body, status=400)
    else:
        error = translate_error(error)
        response = exception_handler(error, context)
        body = describe_error(error)
    if response is None:
        return None
    response.data = {**body, "reference": reference}
    log.info("api.refused", code=body["code"], reference=reference)
    return response


def translate_error(error: Exception) -> Exception:
    """The framework's several ways to say one thing, as one."""
    if isinstance(error, PermissionDenied | Http404 | exceptions.PermissionDenied):
        return exceptions.NotFound()  # forbidden and missing cannot be told apart
    if isinstance(error, RequestDataTooBig):
        return RequestTooLarge()
    if isinstance(error, SuspiciousOperation | MultiPartParserError | BadRequest):
        return RequestUnreadable()
    return error


def describe_error(error: Exception) -> dict[str, Any]:
    if isinstance(error, exceptions.ValidationError) and isinstance(error.detail, dict):
        fields = {name: say_faults(faults) for name, faults in error.detail.items()}
        return {"code": "invalid", "detail": str(FIELDS_AT_FAULT), "fields": fields}
    code = str(getattr(error, "default_code", "refused"))
    return {"code": code, "detail": " ".join(say_faults(getattr(error, "detail", ""), code))}


def say_faults(faults: Any, code: str = "") -> list[str]:
    """The sentences of a field, without those that repeat what was sent."""
    if isinstance(faults, dict):
        return [words for inner in faults.values() for words in say_faults(inner)]
    if isinstance(faults, list | tuple):
        return [words for inner in faults for words in say_faults(inner, code)]
    code = faults.code if isinstance(faults, ErrorDetail) and faults.code else code
    return [str(SENTENCES.get(code) or faults or REFUSED)]


def refusal_code(error: ValidationError) -> str:
    """The code of the first fault: a refusal of ours has one alone."""
    first = (
        error
        if hasattr(error, "code")
        else error.error_list[0]
        if hasattr(error, "error_list")
        else next(iter(error.error_dict.values()))[0]
    )
    return str(getattr(first, "code", None) or "invalid")
