"""Pressing a button of a case's page, and what the coordinator then reads."""

from typing import Any

from django.test import Client
from django.urls import reverse

from cases.casework.models import Case


def read_news(response: Any) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def do(client: Client, case: Case, action: str, /, **typed: Any) -> Any:
    """Do it; the page that follows. A refusal of a form answers 400 with the form."""
    return client.post(reverse("admin:case_do", args=[case.pk, action]), typed, follow=True)


def is_done(response: Any) -> bool:
    """The page after a success: the case's, with one piece of good news."""
    tags = [message.level_tag for message in response.context["messages"]]
    return response.status_code == 200 and tags == ["success"]


def is_refused(response: Any) -> bool:
    """A refusal is said: above the form with what was typed, or on the case's page."""
    if response.status_code == 400:
        return bool(response.context["form"].errors)
    return [message.level_tag for message in response.context["messages"]] == ["error"]


def typed_again(response: Any, name: str) -> Any:
    """What a field of the form that is shown again holds."""
    return response.context["form"][name].value()
