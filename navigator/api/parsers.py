"""JSON as the contracts mean it: one value a key, real characters, real numbers, little depth."""

import json
import math
from collections.abc import Mapping
from typing import IO, Any, Final

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from navigator.api.refusals import RequestTooLarge

DEEPEST: Final = 20


def refuse_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ParseError(_("A key stands twice in one object; send each key once."))
        found[key] = value
    return found


def refuse_constant(_name: str) -> None:
    raise ParseError(_("NaN and Infinity are not numbers; leave the value out or send null."))


def read_number(digits: str) -> float:
    """A number as it is written; one that is too large for a number is none."""
    number = float(digits)
    if not math.isfinite(number):
        refuse_constant(digits)
    return number


def check_text(value: Any, depth: int = 0) -> None:
    """Refuse NUL, lone surrogates and nesting that no form of ours has."""
    if depth > DEEPEST:
        raise ParseError(_("The JSON is nested too deeply."))
    if isinstance(value, str):
        if "\x00" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
            raise ParseError(_("A text holds a character that cannot be stored; remove it."))
    elif isinstance(value, dict):
        for key, item in value.items():
            check_text(key, depth + 1)
            check_text(item, depth + 1)
    elif isinstance(value, list):
        for item in value:
            check_text(item, depth + 1)


class StrictJSONParser(JSONParser):
    """Refuses, in a sentence, what the standard parser answers with 500 or takes silently."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,  # noqa: ARG002  # DRF's names
        parser_context: Mapping[str, Any] | None = None,  # noqa: ARG002
    ) -> Any:
        raw = stream.read(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
        if len(raw) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise RequestTooLarge
        try:
            data = json.loads(
                raw.decode("utf-8"),
                object_pairs_hook=refuse_twice,
                parse_constant=refuse_constant,
                parse_float=read_number,
            )
        except RecursionError:
            raise ParseError(_("The JSON is nested too deeply.")) from None
        except (UnicodeDecodeError, ValueError):
            raise ParseError(_("This is not JSON in UTF-8.")) from None
        check_text(data)
        return data
