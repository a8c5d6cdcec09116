"""WebKitGTK as the tests drive it: Debian's small browser, on a screen that nobody sees."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from selenium.common.exceptions import NoSuchElementException
from selenium.webdriver import WebKitGTK, WebKitGTKOptions
from selenium.webdriver.support.wait import WebDriverWait
from selenium.webdriver.webkitgtk.service import Service

from e2e.walk import Person

WAIT_SECONDS = 20
BROWSERS = "/usr/lib/*/webkit2gtk-4.*/MiniBrowser"
# Patched before the element is written: a driver finds no frame in a closed shadow root.
OPEN_ROOTS = """
const attach = Element.prototype.attachShadow;
Element.prototype.attachShadow = function () { return attach.call(this, { mode: "open" }); };
"""
FILL = """
for (const [id, value] of Object.entries(arguments[0])) document.getElementById(id).value = value;
document.querySelector("button[value=sign-in]").click();
"""


@dataclass(frozen=True)
class WebKit:
    """One window."""

    driver: WebKitGTK

    def open(self, url: str) -> None:
        """Go to an address."""
        self.driver.get(url)

    def run(self, script: str, *given: object) -> object:
        """Run a function's body in the page, or in the frame we are in."""
        return self.driver.execute_script(script, *given)

    def wait_for(self, script: str) -> None:
        """Wait until an expression comes true."""
        WebDriverWait(self.driver, WAIT_SECONDS, ignored_exceptions=[NoSuchElementException]).until(
            lambda _: self.run(f"return Boolean({script})")
        )

    def enter_frame(self) -> None:
        """Go on inside the element's frame, whose root `OPEN_ROOTS` left open."""
        frame = "return document.querySelector('mag-signin').shadowRoot.querySelector('iframe')"
        self.driver.switch_to.frame(self.run(frame))

    def leave_frame(self) -> None:
        """Come back to the page."""
        self.driver.switch_to.default_content()

    def cookies_at(self, url: str) -> list[str]:
        """Go to an address, and return the names of the cookies that are kept for it."""
        self.open(url)
        return [str(cookie["name"]) for cookie in self.driver.get_cookies()]

    def sign_in(self, person: Person) -> None:
        """Fill the four fields without a single input event, and press the button."""
        self.wait_for("document.getElementById('sign-in')")
        self.run(
            FILL, {name: getattr(person, name) for name in ("siret", "nom", "prenom", "password")}
        )


@contextmanager
def opened_webkit() -> Iterator[WebKit]:
    """Give a WebKitGTK, and end it."""
    browser = next((str(found) for found in sorted(Path("/").glob(BROWSERS[1:]))), None)
    driver = shutil.which("WebKitWebDriver")
    if browser is None or driver is None:
        raise pytest.UsageError("The WebKit tests need WebKitGTK: install 'webkit2gtk-driver'.")
    options = WebKitGTKOptions()
    options.binary_location = browser
    options.add_argument("--automation")
    options.accept_insecure_certs = True
    opened = WebKitGTK(options=options, service=Service(driver))
    try:
        yield WebKit(opened)
    finally:
        opened.quit()
