"""Staff reach nothing without a second factor; families do not need one."""

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

from tests import make
from tests.signing import sign_in

pytestmark = pytest.mark.django_db


def test_staff_without_an_authenticator_are_led_to_set_one_up(cast: make.Cast) -> None:
    answer = sign_in(cast.coordinator, second_factor=False).get("/admin/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/account/2fa/totp/activate/")


def test_staff_who_have_one_are_asked_for_it(cast: make.Cast) -> None:
    TOTP.activate(cast.coordinator, generate_totp_secret())
    answer = sign_in(cast.coordinator, second_factor=False).get("/admin/")
    assert answer["Location"].startswith("/account/2fa/reauthenticate/")


def test_the_api_says_so_instead_of_leading_away(cast: make.Cast) -> None:
    answer = sign_in(cast.coordinator, second_factor=False).get("/api/v1/cases/")
    assert answer.status_code == 403
    assert answer.json()["code"] == "second_factor_needed"


def test_staff_with_a_second_factor_come_in(cast: make.Cast) -> None:
    assert sign_in(cast.coordinator).get("/admin/").status_code == 200


@pytest.mark.parametrize("path", ["/account/email/", "/account/password/set/"])
def test_nobody_changes_the_address_on_file_by_themselves(cast: make.Cast, path: str) -> None:
    assert sign_in(cast.parent).get(path).status_code == 404
