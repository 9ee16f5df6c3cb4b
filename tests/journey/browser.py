"""A browser that notices what a person would complain of: errors, blocked content, barriers."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
WATCH = """
window.refused = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.refused.push(event.violatedDirective + " " + event.blockedURI));
"""


@dataclass
class Visitor:
    """One person's browser. `look` is called on every page that they come to."""

    context: BrowserContext
    page: Page
    pictures: Path
    complaints: list[str] = field(default_factory=list)
    looked: int = 0

    def look(self, name: str) -> None:
        """Check the page as it stands at both widths, and keep a picture of each."""
        for size, width in ((PHONE, "phone"), (DESK, "desk")):
            self.page.set_viewport_size(size)  # type: ignore[arg-type]  # width and height
            self.page.wait_for_load_state("networkidle")
            self.check_width(f"{name} ({width})")
            self.check_barriers(f"{name} ({width})")
            self.page.screenshot(path=self.pictures / f"{name}-{width}.png", full_page=True)
        for refused in self.page.evaluate("window.refused || []"):
            self.complaints.append(f"{name}: the content policy refused {refused}")
        self.looked += 1

    def check_width(self, name: str) -> None:
        over = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        if over > 1:
            self.complaints.append(f"{name}: {over} px wider than the screen")

    def check_barriers(self, name: str) -> None:
        found = (
            Axe()
            .run(self.page, options={"runOnly": {"type": "tag", "values": LEVELS}})
            .response["violations"]
        )
        for barrier in found:
            where = [" ".join(node["target"]) for node in barrier["nodes"]][:3]
            self.complaints.append(f"{name}: {barrier['id']} at {where}")


def visit(browser: Browser, pictures: Path, *, language: str = "en-GB") -> Visitor:
    """A new person at the door. What the console says is a complaint of theirs."""
    context = browser.new_context(viewport=DESK, locale=language, bypass_csp=False)  # type: ignore[arg-type]  # as above
    context.add_init_script(WATCH)
    page = context.new_page()
    visitor = Visitor(context, page, pictures)
    page.on("console", lambda said: note_console(visitor, said))
    page.on("pageerror", lambda error: visitor.complaints.append(f"script error: {error}"))
    return visitor


def note_console(visitor: Visitor, said: ConsoleMessage) -> None:
    if said.type in ("error", "warning"):
        visitor.complaints.append(f"console {said.type}: {said.text}")


def read_mail(folder: Path, address: str, pattern: str) -> str:
    """The first group of a pattern in the newest mail to an address."""
    newest_first = sorted(folder.glob("*"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in newest_first:
        text = path.read_text(encoding="utf-8", errors="replace")
        if f"To: {address}" in text and (found := re.findall(pattern, text, re.MULTILINE)):
            return str(found[-1])
    return ""
