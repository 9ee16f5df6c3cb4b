"""The pages for whoever holds a file, in a real browser, with and without scripts."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext
from pytest_django.live_server_helper import LiveServer

from documents.dossiers.seal_keys import take_seal_key
from documents.dossiers.serving import read_checked
from tests import make
from tests.dossiers.records import sealed_version
from tests.portal.test_in_browser import browser, find_faults, open_page

__all__ = ["browser"]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def bare(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(java_script_enabled=False)
    yield context
    context.close()


@pytest.mark.parametrize("screen", [(390, "en", "light"), (390, "ar", "dark")], ids=str)
def test_the_pages_of_proof_are_quiet_fit_and_have_no_fault(
    browser: Browser, live_server: LiveServer, tmp_path: Path, screen: tuple[int, str, str]
) -> None:
    width, language, scheme = screen
    file = tmp_path / "received.pdf"
    take_seal_key(make.NOW)
    file.write_bytes(read_checked(sealed_version(make.cast(), sign=False)))
    context = browser.new_context(
        viewport={"width": width, "height": 844},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    faults: dict[str, list[str]] = {}
    for path in ("/verify/", "/seal/"):
        page, said = open_page(context, live_server, path, None, language=language)
        faults[path] = [*find_faults(page), *said]
        if path == "/verify/":
            page.set_input_files("#file", file)
            page.click("main button[type=submit]")
            page.wait_for_selector(".notice.is-ok")
            faults["answer"] = [*find_faults(page), *said]
        page.close()
    context.close()
    assert not any(faults.values()), faults


def test_a_file_is_checked_without_scripts(
    bare: BrowserContext, live_server: LiveServer, tmp_path: Path
) -> None:
    file = tmp_path / "other.pdf"
    file.write_bytes(b"%PDF-1.7 of somebody else")
    page = bare.new_page()
    page.goto(live_server.url + "/verify/")
    page.set_input_files("#file", file)
    page.click("main button[type=submit]")
    assert page.inner_text(".notice strong") == "Not known here"
