"""What a person does in the frame, in verbs."""

import re
from collections.abc import Callable

from playwright.sync_api import Error, Frame, Page, expect

from e2e.walk import TOM, Person
from e2e.widget.site import Site

READY = "mag-signin[ready]"
LATE = "Le formulaire tarde à s’afficher."
# Heard last: a press that sight.js holds back gets no further than the form.
NOTE_PRESSES = """() => {
  document.body.dataset.unpressed = "";
  addEventListener("submit", () => { delete document.body.dataset.unpressed; });
}"""
SCRIPT_OF_THE_FRAME = re.compile(r"/static/page\.")


def frame_of(page: Page, *, within: str = "/authorize") -> Frame:
    """Return MAG's frame once its document is there: the shadow root around it is closed."""
    found: list[Frame] = []

    def there() -> list[Frame]:
        found[:] = [one for one in page.frames if within in one.url and one != page.main_frame]
        return found

    for _ in range(200):
        if there():
            return found[0]
        page.wait_for_timeout(50)
    raise AssertionError([one.url for one in page.frames])


def opened(page: Page, url: str) -> Frame:
    """Open a page with the widget and return its frame, ready to be typed in."""
    page.goto(url)
    expect(page.locator(READY)).to_have_count(1)
    return frame_of(page)


def until(page: Page, holds: str | Callable[[], object]) -> None:
    """Wait for something to come true, said in the page's words or in ours.

    What a frame tells its page is on its way when the frame already shows it.
    """
    for _ in range(100):
        if page.evaluate(holds) if isinstance(holds, str) else holds():
            return
        page.wait_for_timeout(50)
    raise AssertionError(holds)


def be_seen(frame: Frame) -> None:
    """Wait, as a person who types does, until the button is armed."""
    expect(frame.locator("html[data-armed]")).to_have_count(1)


def fill(frame: Frame, person: Person = TOM, *, password: str | None = None) -> None:
    """Type the four fields."""
    frame.fill("#siret", person.siret)
    frame.fill("#nom", person.nom)
    frame.fill("#prenom", person.prenom)
    frame.fill("#password", person.password if password is None else password)


def press(frame: Frame) -> None:
    """Press the main button, once it is armed; again, as a person does, where nothing came of it.

    To a frame that watches whether it is seen, Chromium hands no press within half a second of its
    moving on the screen: one that follows a scroll is heard by no listener, ours or the page's. And
    sight.js holds a press back, and says so, as long as the frame has only just been seen.
    """
    button = frame.locator("button[value=sign-in]")
    button.scroll_into_view_if_needed()
    be_seen(frame)
    button.evaluate(NOTE_PRESSES)
    for _ in range(20):
        button.click(no_wait_after=True)
        if _was_pressed(frame):
            return
    raise AssertionError("no press of the button arrives")


def _was_pressed(frame: Frame) -> bool:
    for _ in range(10):
        # Another document by now has no such mark either.
        try:
            if frame.evaluate("document.body?.dataset.unpressed === undefined"):
                return True
        except Error:
            return True  # it is leaving already
        frame.page.wait_for_timeout(50)
    return False


def sign_in(frame: Frame, person: Person = TOM, *, password: str | None = None) -> None:
    """Fill the form and press its button."""
    fill(frame, person, password=password)
    press(frame)


def lands_once(page: Page, site: Site) -> None:
    """Expect one landing on the callback, whose code the back end can redeem."""
    expect(page).to_have_url(f"{site.url}/callback")
    assert len(site.landings) == 1
    assert "id_token" in site.redeem(site.landings[0].form["code"])
