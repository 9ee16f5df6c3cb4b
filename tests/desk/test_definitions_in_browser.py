"""The pages of definitions in a real browser, at a desk and on a phone: nothing amiss."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from cases.clinical.approvals import activate_definition, request_dry_run
from cases.clinical.models import DefinitionVersion
from tests import make
from tests.clinical.knowing import enter, enter_pnet
from tests.clinical.shipping import MODERATE_COUNTS, Release, bring_newer, row_of
from tests.desk.test_review_in_browser import LEVELS, WATCH
from tests.signing import sign_in

pytestmark = pytest.mark.django_db(transaction=True)

OTHER_WORDS = (
    *MODERATE_COUNTS,
    "Where did the tumour begin (primary site)?",
    "Where did the tumour begin, in the words of the pathologist?",
)
PICTURES = os.environ.get("DEFINITION_PICTURES", "")


@pytest.fixture(scope="module")
def browser(chromium_program: str) -> Iterator[Browser]:
    # The driver runs an event loop in this thread; Django would refuse the database there.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    switches = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=chromium_program, args=switches)
        yield chromium
        chromium.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


def find_faults(page: Page, name: str) -> list[str]:
    faults = []
    for width, height in ((1440, 900), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        found = Axe().run(page, options={"runOnly": {"type": "tag", "values": LEVELS}})
        faults += [
            f"{name} {width}: {rule['id']}: {rule['nodes'][0]['html'][:200]}"
            for rule in found.response["violations"]
        ]
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            faults.append(f"{name} {width}: wider than the screen")
        if PICTURES:
            page.screenshot(path=Path(PICTURES, f"{name}-{width}.png"), full_page=True)
    return faults + [f"{name}: refused {rule}" for rule in page.evaluate("window.refused")]


def test_every_page_of_a_definition_is_clean_at_a_desk_and_on_a_phone(
    browser: Browser,
    live_server: LiveServer,
    cast: make.Cast,
    release: Release,
    run_jobs: Callable[[], int],
) -> None:
    enter_pnet(cast.case, cast.coordinator, without="differentiation")
    enter(cast.case, cast.coordinator, "differentiation", "moderate")
    newer = bring_newer(release, *OTHER_WORDS)
    older = row_of()
    eu = DefinitionVersion.objects.get(indication="eu-ema/cabozantinib-tablets/net")
    run_jobs()
    run = request_dry_run(definition=newer, actor=cast.lead, now=make.NOW)
    waiting = reverse("admin:dry_run", args=[run.pk])
    context = browser.new_context(reduced_motion="reduce", locale="en-GB")
    session = sign_in(cast.clinician).cookies["session"].value
    context.add_cookies([{"name": "session", "value": session, "url": live_server.url}])
    context.add_init_script(WATCH)
    page, said = context.new_page(), []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    faults = look(page, live_server, "dry-run-waiting", waiting)
    run_jobs()
    page.get_by_text("cases compared", exact=True).wait_for()  # the page has asked by itself
    expect(page.get_by_text("are being compared")).to_have_count(0)
    for name, address in {
        "list": reverse("admin:definitions"),
        "page": reverse("admin:definition", args=[older.pk]),
        "page-eu": reverse("admin:definition", args=[eu.pk]),
        "page-newer": reverse("admin:definition", args=[newer.pk]),
        "approve": reverse("admin:definition_approve", args=[newer.pk]),
        "withdraw": reverse("admin:definition_withdraw", args=[older.pk]),
        "differences": reverse("admin:definition_differences", args=[newer.pk, older.pk]),
        "dry-run": waiting,
        "flag": reverse("admin:cockpit_part", args=[cast.case.pk, "flag"]),
    }.items():
        faults += look(page, live_server, name, address)
    activate_definition(definition=newer, actor=cast.lead, now=timezone.now())
    faults += look(
        page, live_server, "page-comparing", reverse("admin:definition", args=[newer.pk])
    )
    run_jobs()
    expect(page.get_by_text("are being compared")).to_have_count(0)
    if PICTURES:
        page.goto(live_server.url + reverse("admin:definition", args=[older.pk]))
        page.pdf(path=Path(PICTURES, "page.pdf"), format="A4")
    context.close()
    assert faults == []
    assert said == []


def look(page: Page, server: LiveServer, name: str, address: str) -> list[str]:
    page.goto(server.url + address)
    page.wait_for_load_state("load")
    return find_faults(page, name)
