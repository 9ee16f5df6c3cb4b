"""What a log line may hold: ids, action, code, time, result.

Exceptions of a database or a parser carry values of rows and files in their text, and an
address may carry a token, or the name that somebody searched for; so of an exception only its
class and place are kept, and of an address its path.
"""

import re
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any

TOKEN_IN_PATH = re.compile(r"/d/[A-Za-z0-9_-]{8,}|/invitation/[A-Za-z0-9_-]{8,}")
WORDS_IN_ADDRESS = re.compile(r"(?<=[/\w])\?\S+")


def keep_codes_only(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Replace exception texts by class and place, tokens and searched words by `…`."""
    exc_info = event.pop("exc_info", None)
    if exc_info is True:
        exc_info = sys.exc_info()
    if isinstance(exc_info, tuple) and exc_info[0] is not None:
        frames = traceback.extract_tb(exc_info[2])[-4:]
        event["exception"] = exc_info[0].__name__
        event["at"] = [f"{frame.filename.rsplit('/', 2)[-1]}:{frame.lineno}" for frame in frames]
    for key in ("exception_text", "stack", "user_agent", "ip"):
        event.pop(key, None)
    for key, value in event.items():
        if isinstance(value, str):
            event[key] = WORDS_IN_ADDRESS.sub("?…", TOKEN_IN_PATH.sub("/…", value))
    return event
