"""Signing in with a passkey, in a browser whose authenticator is a virtual device of its own.

Staff make one after password and code, and come in by it alone or in place of the code; a family
makes one after the mailed code. The mailed code goes on working for them without it.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core import mail
from playwright.sync_api import Browser, sync_playwright
from pytest_django.live_server_helper import LiveServer

from cases.accounts.models import AuditEvent, User
from cases.jobs.services import run_due_jobs
from tests import make
from tests.journey.browser import Visitor, visit
from tests.journey.test_main_path import code_now

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.alone]

ROOT = Path(__file__).resolve().parents[2]
CODE = re.compile(r"^\s*([A-Z0-9]{3,4}-?[A-Z0-9]{3,4})\s*$", re.MULTILINE)


@pytest.fixture(scope="module")
def browser(chromium_program: str) -> Iterator[Browser]:
    # The driver runs an event loop in this thread; Django would refuse the database there.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        yield playwright.chromium.launch(executable_path=chromium_program, args=options)
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def visitor(browser: Browser) -> Iterator[Visitor]:
    pictures = ROOT / "build" / "pictures"
    pictures.mkdir(parents=True, exist_ok=True)
    coming = visit(browser, pictures)
    plug_in_device(coming)
    yield coming
    coming.context.close()


def plug_in_device(visitor: Visitor) -> None:
    """An authenticator inside the device that always finds its owner there."""
    session = visitor.context.new_cdp_session(visitor.page)
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )


def write_password(visitor: Visitor, user: User) -> None:
    page = visitor.page
    page.locator("input[name=login]").fill(user.email)
    page.locator("input[name=password]").fill(make.PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def come_in_with_code(visitor: Visitor, server: LiveServer, user: User, secret: str) -> None:
    page = visitor.page
    page.goto(f"{server.url}/admin/")
    write_password(visitor, user)
    page.wait_for_url("**/2fa/authenticate/**")
    visitor.look("second-step")
    page.locator("input[name=code]").fill(code_now(secret))
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{server.url}/admin/")


def make_staff_passkey(visitor: Visitor, server: LiveServer, *, alone: bool) -> None:
    page = visitor.page
    page.goto(f"{server.url}/account/2fa/")
    visitor.look("how-you-sign-in-before")
    page.get_by_role("link", name="Add a passkey").click()
    page.wait_for_url("**/reauthenticate/**")
    visitor.look("passkey-is-it-you")
    page.locator("input[name=password]").fill(make.PASSWORD)
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/webauthn/add/")
    visitor.look("passkey-add")
    page.locator("input[name=passwordless]").set_checked(alone)
    page.get_by_role("button", name="Make a passkey").click()
    page.get_by_text("The passkey is kept.").wait_for()


def sign_out_staff(visitor: Visitor, server: LiveServer) -> None:
    visitor.page.goto(f"{server.url}/account/logout/")
    visitor.page.get_by_role("button", name="Sign out").click()
    visitor.page.wait_for_url(f"{server.url}/")


def test_staff_come_to_the_desk_by_a_passkey_alone(
    visitor: Visitor, live_server: LiveServer, cast: make.Cast
) -> None:
    secret, page = generate_totp_secret(), visitor.page
    TOTP.activate(cast.coordinator, secret)
    come_in_with_code(visitor, live_server, cast.coordinator, secret)
    make_staff_passkey(visitor, live_server, alone=True)
    visitor.look("recovery-codes")
    page.goto(f"{live_server.url}/account/2fa/")
    visitor.look("how-you-sign-in")
    page.get_by_role("link", name="Rename or remove").click()
    visitor.look("passkey-list")
    sign_out_staff(visitor, live_server)

    page.goto(f"{live_server.url}/admin/")
    visitor.look("sign-in-with-passkey")
    page.locator("#passkey_login").click()
    page.wait_for_url(f"{live_server.url}/admin/")
    assert page.locator("h1").first.is_visible()

    page.goto(f"{live_server.url}/account/2fa/webauthn/")
    page.get_by_role("link", name="Remove").click()
    page.wait_for_url("**/reauthenticate/**")
    page.goto(f"{live_server.url}/account/2fa/webauthn/reauthenticate/?next=/account/2fa/webauthn/")
    visitor.look("passkey-again")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/2fa/webauthn/")
    page.get_by_role("link", name="Remove").click()
    visitor.look("passkey-remove")
    page.get_by_role("button", name="Remove").click()
    page.get_by_text("The passkey is removed.").wait_for()
    assert not Authenticator.objects.filter(type=Authenticator.Type.WEBAUTHN).exists()
    assert visitor.complaints == []


def test_a_passkey_takes_the_place_of_the_code(
    visitor: Visitor, live_server: LiveServer, cast: make.Cast
) -> None:
    secret, page = generate_totp_secret(), visitor.page
    TOTP.activate(cast.coordinator, secret)
    come_in_with_code(visitor, live_server, cast.coordinator, secret)
    make_staff_passkey(visitor, live_server, alone=False)
    sign_out_staff(visitor, live_server)
    page.goto(f"{live_server.url}/admin/")
    write_password(visitor, cast.coordinator)
    page.wait_for_url("**/2fa/authenticate/**")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(f"{live_server.url}/admin/")
    assert visitor.complaints == []


def come_in_by_mail(visitor: Visitor, server: LiveServer, user: User) -> None:
    page = visitor.page
    page.goto(f"{server.url}/account/login/code/")
    page.get_by_label("Email").fill(user.email)
    page.get_by_role("button", name="Send me a code").click()
    page.locator("input[name=code]").wait_for()
    found = CODE.search(str(mail.outbox[-1].body))
    assert found is not None
    page.locator("input[name=code]").fill(found[1])
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/portal/case/**")


def test_a_family_makes_a_passkey_and_signs_in_by_it(
    visitor: Visitor, live_server: LiveServer, cast: make.Cast
) -> None:
    page = visitor.page
    come_in_by_mail(visitor, live_server, cast.parent)
    page.get_by_text("More", exact=True).click()
    page.get_by_role("link", name="Sign in faster next time").click()
    visitor.look("family-passkey-before")
    page.get_by_role("button", name="Make a passkey").click()
    page.get_by_text("The passkey is kept.").wait_for()
    visitor.look("family-passkey-made")
    page.goto(f"{live_server.url}/account/logout/")
    page.get_by_role("button", name="Sign out").click()

    page.goto(f"{live_server.url}/account/login/")
    page.locator("#passkey_login_family").click()
    page.wait_for_url("**/portal/case/**")

    run_due_jobs()
    told = mail.outbox[-1]
    assert told.to == [cast.parent.email]
    assert "passkey" in told.body
    done = AuditEvent.objects.filter(actor_id=cast.parent.pk, action="authenticator.added")
    assert [event.detail for event in done] == [{"kind": "webauthn"}]
    assert not Authenticator.objects.filter(type=Authenticator.Type.RECOVERY_CODES).exists()
    assert visitor.complaints == []


def test_a_family_whose_device_is_lost_still_comes_in_by_the_mailed_code(
    visitor: Visitor, live_server: LiveServer, cast: make.Cast, browser: Browser
) -> None:
    come_in_by_mail(visitor, live_server, cast.parent)
    visitor.page.goto(f"{live_server.url}/portal/passkeys/")
    visitor.page.get_by_role("button", name="Make a passkey").click()
    visitor.page.get_by_text("The passkey is kept.").wait_for()
    other = visit(browser, visitor.pictures)
    come_in_by_mail(other, live_server, cast.parent)
    other.page.goto(f"{live_server.url}/portal/passkeys/")
    other.page.get_by_role("button", name="Remove").click()
    other.page.get_by_text("The passkey is removed.").wait_for()
    assert not Authenticator.objects.exists()
    assert visitor.complaints + other.complaints == []
    other.context.close()


def test_a_device_that_says_no_is_answered_in_a_sentence(
    browser: Browser, live_server: LiveServer, tmp_path: Path
) -> None:
    visitor = visit(browser, tmp_path)
    session = visitor.context.new_cdp_session(visitor.page)
    session.send("WebAuthn.enable")  # and no device at all
    visitor.page.add_init_script(
        "navigator.credentials.get = () => Promise.reject(new DOMException('', 'NotAllowedError'))"
    )
    visitor.page.goto(f"{live_server.url}/account/login/")
    visitor.page.locator("#passkey_login").click()
    visitor.page.get_by_text("Nothing has changed; you can try again.").wait_for()
    assert visitor.complaints == []
    visitor.context.close()


def test_no_passkey_is_offered_at_an_address_of_numbers(
    browser: Browser, live_server: LiveServer, tmp_path: Path
) -> None:
    visitor = visit(browser, tmp_path)
    visitor.page.goto(f"{live_server.url}/account/login/".replace("localhost", "127.0.0.1"))
    visitor.page.wait_for_load_state("networkidle")
    assert visitor.page.locator("[data-passkey]:visible").count() == 0
    visitor.context.close()
