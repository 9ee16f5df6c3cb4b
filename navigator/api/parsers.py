"""JSON as the contracts mean it: one value a key, real characters, a bounded depth."""

import json
from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

DEEPEST = 20


def refuse_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ParseError("A key stands twice in one object; send each key once.")
        found[key] = value
    return found


def refuse_constant(name: str) -> None:
    raise ParseError(f"{name} is not a number in JSON; leave the value out or send null.")


def check_text(value: Any, depth: int = 0) -> None:
    """Refuse NUL, lone surrogates and nesting that no form of ours has."""
    if depth > DEEPEST:
        raise ParseError("The JSON is nested too deeply.")
    if isinstance(value, str):
        if "\x00" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
            raise ParseError("A text holds a character that cannot be stored; remove it.")
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
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        raw = stream.read(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
        if len(raw) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise ParseError("The request is too large; send less at once.")
        try:
            data = json.loads(
                raw.decode("utf-8"),
                object_pairs_hook=refuse_twice,
                parse_constant=refuse_constant,
            )
        except RecursionError:
            raise ParseError("The JSON is nested too deeply.") from None
        except (UnicodeDecodeError, ValueError):
            raise ParseError("This is not JSON in UTF-8.") from None
        check_text(data)
        return data
