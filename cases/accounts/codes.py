"""Links and codes: long random tokens, short mailed codes, and the hashes that are kept of them."""

import hashlib
import secrets
from datetime import timedelta

from django.utils.crypto import constant_time_compare, salted_hmac

CODE_LIFETIME = timedelta(minutes=10)
MOST_CODE_ATTEMPTS = 5
MOST_CODES = 10  # of one link; fifty guesses at a million, and the link is worth no more


def make_token() -> str:
    """256 random bits for a link; only `hash_token` of it is stored."""
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def make_code() -> str:
    """Six digits, to be typed from a mail within `CODE_LIFETIME`."""
    return f"{secrets.randbelow(1_000_000):06d}"


def hash_code(owner: str, code: str) -> str:
    """Keyed with the installation's secret and bound to its owner, since six digits are few."""
    digits = "".join(letter for letter in code if letter.isalnum()).casefold()
    return salted_hmac(f"navigator.code:{owner}", digits, algorithm="sha256").hexdigest()


def matches_code(owner: str, code: str, kept: str) -> bool:
    return bool(kept) and constant_time_compare(hash_code(owner, code), kept)
