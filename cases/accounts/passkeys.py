"""Passkeys of families: a faster way in, beside the mailed code.

A passkey outlives the session in which it is made. So it is made only soon after the person has
proved who they are, and the address on file is told of it.
"""

from typing import Any

from allauth.mfa.base.internal.flows import delete_and_cleanup
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal import auth, flows
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest

from cases.accounts.forms import FamilyPasskeyForm
from cases.accounts.models import User


def find_passkeys(user: User) -> QuerySet[Any]:
    rows: QuerySet[Any] = Authenticator.objects.filter(
        user=user, type=Authenticator.Type.WEBAUTHN
    ).order_by("created_at", "pk")
    return rows


def begin_passkey(user: User) -> dict[str, Any]:
    """What the browser needs to make a passkey that works alone; its challenge is kept."""
    options: dict[str, Any] = auth.begin_registration(user, passwordless=True)
    return {"creation_options": options}


@transaction.atomic
def add_passkey(request: HttpRequest, user: User, form: FamilyPasskeyForm) -> None:
    """Keep what the device made. It is not a second factor, so no recovery codes come with it."""
    flows.signup_authenticator(
        request,
        user=user,
        name=form.cleaned_data["name"],
        credential=form.cleaned_data["credential"],
    )


@transaction.atomic
def remove_passkey(request: HttpRequest, passkey: Authenticator) -> None:
    """Close a way in, at once and without another proof: it takes nothing from anyone else."""
    delete_and_cleanup(request, passkey)
