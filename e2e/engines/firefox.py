"""Firefox ESR as the tests drive it: a window of its own, in a profile made for the test."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from marionette_driver.by import By
from marionette_driver.errors import NoSuchElementException, NoSuchWindowException
from marionette_driver.keys import Keys
from marionette_driver.marionette import HTMLElement, Marionette
from marionette_driver.wait import Wait

from e2e.walk import Person
from tests.demo.running import free_ports

NAMES = ("firefox-esr", "firefox")
WAIT_SECONDS = 20
QUIET = {
    "intl.accept_languages": "fr-FR, fr",
    "network.dns.disableIPv6": True,  # the demonstration listens on 127.0.0.1
    "signon.rememberSignons": False,
}
# https://searchfox.org names the values: 0 accepts all, 1 refuses every third party, 5 partitions.
COOKIES = "network.cookie.cookieBehavior"
# The browser's own windows: its question whether to keep a password, and its list under a field.
PANEL = "const { panel } = window.PopupNotifications;"
OFFERED = """
const list = window.document.getElementById("PopupAutoComplete");
return list?.state === "open"
  ? [...list.richlistbox.children].map((one) => one.getAttribute("ac-value"))
  : [];
"""


@dataclass(frozen=True)
class Firefox:
    """One window."""

    marionette: Marionette

    def open(self, url: str) -> None:
        """Go to an address."""
        self.marionette.navigate(url)

    @property
    def url(self) -> str:
        """Return the address of the page, whatever frame we are in."""
        return str(self.marionette.get_url())

    @property
    def words(self) -> str:
        """Return what can be read."""
        return str(self.run("return document.body.innerText"))

    def run(self, script: str) -> object:
        """Run a function's body in the page, or in the frame we are in."""
        return self.marionette.execute_script(script)

    def wait_for(self, holds: Callable[[], object]) -> None:
        """Wait until something comes true."""
        Wait(
            self.marionette,
            timeout=WAIT_SECONDS,
            ignored_exceptions=[NoSuchElementException, NoSuchWindowException],
        ).until(lambda _: holds())

    def click(self, selector: str) -> None:
        """Click where a person would."""
        self.wait_for(lambda: self.run(f"return Boolean(document.querySelector({selector!r}))"))
        self.marionette.find_element(By.CSS_SELECTOR, selector).click()

    def enter_frame(self) -> None:
        """Go on inside the page's one frame; its shadow root is closed to every page."""
        self.marionette.switch_to_frame(0)

    def leave_frame(self) -> None:
        """Come back to the page."""
        self.marionette.switch_to_default_content()

    def sign_in(self, person: Person) -> None:
        """Type the four fields and press the button."""
        self.wait_for(lambda: self.run("return Boolean(document.getElementById('sign-in'))"))
        for field in ("siret", "nom", "prenom", "password"):
            box = self.marionette.find_element(By.ID, field)
            box.clear()
            box.send_keys(getattr(person, field))
        self.marionette.find_element(By.CSS_SELECTOR, "button[value=sign-in]").click()

    def open_widget(self, page: str) -> None:
        """Press KLESIA's brand button and go into the form that it shows."""
        self.open(page)
        self.wait_for(lambda: self.run("return Boolean(customElements.get('mag-signin'))"))
        self.click("#open-widget")
        self.wait_for(lambda: self.run("return !!document.querySelector('mag-signin[ready]')"))
        self.enter_frame()

    def save_offered_password(self) -> None:
        """Say yes to the browser's question whether to keep what was typed."""
        self.wait_for(lambda: self._run_in_browser(PANEL + "return panel.state === 'open'"))
        self._run_in_browser(PANEL + "panel.firstElementChild.button.click()")

    def save_password(self, origin: str, name: str, password: str) -> None:
        """Put one more entry among those the browser keeps."""
        self._wait_in_browser(
            """const [origin, name, password, done] = arguments;
            const entry = Cc["@mozilla.org/login-manager/loginInfo;1"]
              .createInstance(Ci.nsILoginInfo);
            entry.init(origin, origin, null, name, password, "", "password");
            Services.logins.addLoginAsync(entry).then(() => done(true));""",
            origin,
            name,
            password,
        )

    def saved_passwords(self) -> list[tuple[str, str]]:
        """Return every name and password that the browser keeps."""
        kept = self._wait_in_browser(
            """const [done] = arguments;
            Services.logins.getAllLogins().then((all) => {
              done(all.map((one) => [one.username, one.password]));
            });"""
        )
        assert isinstance(kept, list)
        return [(name, password) for name, password in kept]

    def choose_saved(self, selector: str, name: str) -> None:
        """Choose an entry from what the browser offers at a field."""
        box = self.marionette.find_element(By.CSS_SELECTOR, selector)
        box.click()
        self.wait_for(lambda: name in self._offered(box))
        for _ in range(self._offered(box).index(name) + 1):
            box.send_keys(Keys.ARROW_DOWN)
        box.send_keys(Keys.ENTER)

    def cookies_of(self, host: str) -> list[str]:
        """Return the names of every cookie that the whole browser keeps for a host."""
        kept = self._run_in_browser(
            "return Services.cookies.cookies.filter(one => one.host === arguments[0])"
            ".map(one => one.name)",
            host,
        )
        assert isinstance(kept, list)
        return kept

    def forget_cookies(self) -> None:
        """Forget every cookie of every site."""
        self._run_in_browser("Services.cookies.removeAll()")

    def _offered(self, box: HTMLElement) -> list[str]:
        offered = self._run_in_browser(OFFERED)
        if not offered:
            box.send_keys(Keys.ARROW_DOWN)
        assert isinstance(offered, list)
        return [str(one) for one in offered]

    def _run_in_browser(self, script: str, *values: str) -> object:
        with self.marionette.using_context(Marionette.CONTEXT_CHROME):
            return self.marionette.execute_script(script, script_args=list(values))

    def _wait_in_browser(self, script: str, *values: str) -> object:
        with self.marionette.using_context(Marionette.CONTEXT_CHROME):
            return self.marionette.execute_async_script(script, script_args=list(values))


@contextmanager
def opened_firefox(folder: Path, prefs: Mapping[str, object]) -> Iterator[Firefox]:
    """Give a Firefox, and end it."""
    binary = next(filter(None, map(shutil.which, NAMES)), None)
    if binary is None:
        raise pytest.UsageError("The Firefox tests need Firefox: install 'firefox-esr'.")
    (port,) = free_ports(1)
    marionette = Marionette(
        bin=binary,
        port=port,
        app="fxdesktop",
        headless=True,
        app_args=["-remote-allow-system-access"],  # to read every site's cookies
        prefs={**QUIET, **prefs},
        gecko_log=str(folder / "firefox.log"),
        workspace=str(folder),
    )
    try:
        marionette.start_session()
        marionette.timeout.implicit = 0
        yield Firefox(marionette)
    finally:
        marionette.quit(in_app=False)
        marionette.cleanup()
