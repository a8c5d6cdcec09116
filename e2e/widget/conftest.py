"""Every test of the widget, in four worlds: third-party cookies blocked or allowed, two partners.

In none of them may the frame set a cookie, read one, or keep anything: each test ends by that.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Playwright, Request, Response

from e2e.throttled import forget_failures
from e2e.widget.site import Site, running_site
from tests.demo.running import Demonstration

# Chromium's own setting: 0 allows every cookie, 1 blocks those of third parties.
COOKIES = {"blocked": 1, "allowed": 0}
# The driver's own argument, which keeps every page from coming back as it was left.
NO_MEMORY = ["--disable-back-forward-cache"]
# Whichever MAG a test runs, at whatever port.
MAG = "mag.localhost"
TOUCHED = "MAG's frame touched "
# Laid into every document before its own scripts; it wakes in MAG's frame alone.
TRAPS = """
(() => {
  if (window === top || location.hostname !== "{mag}") return;
  const kept = ["localStorage", "sessionStorage", "indexedDB", "caches", "cookieStore"];
  for (const [owner, names] of [[Document.prototype, ["cookie"]], [window, kept]]) {
    for (const name of names) {
      const { get, set } = Object.getOwnPropertyDescriptor(owner, name);
      const tell = (then) => function (...all) {
        console.error("{touched}" + name);
        return then.apply(this, all);
      };
      Object.defineProperty(owner, name, { get: tell(get), set: set && tell(set) });
    }
  }
})();
"""


@pytest.fixture(scope="session")
def cross_site(demo: Demonstration) -> Iterator[Site]:
    """Give a partner at another site: the usual case."""
    with running_site(demo, "portail.localhost") as site:
        yield site


@pytest.fixture(scope="session")
def same_site(demo: Demonstration) -> Iterator[Site]:
    """Give a partner under MAG's own registrable domain: the browser sends it MAG's cookies."""
    with running_site(demo, "portail.mag.localhost") as site:
        yield site


@pytest.fixture(scope="session")
def stranger(demo: Demonstration) -> Iterator[Site]:
    """Give a site that is registered with nobody."""
    with running_site(demo, "inconnu.localhost", registered=False) as site:
        yield site


@pytest.fixture(params=["cross_site", "same_site"])
def site(request: pytest.FixtureRequest) -> Site:
    """Give a partner at another site, then one at MAG's own, where nothing happened yet."""
    site: Site = request.getfixturevalue(request.param)
    site.received.clear()
    forget_failures(site.demo)
    return site


@pytest.fixture
def other_partner(site: Site, cross_site: Site, same_site: Site) -> Site:
    """Give the partner that `site` is not."""
    return same_site if site is cross_site else cross_site


@pytest.fixture(scope="session")
def launch(
    playwright: Playwright,
    browser_type_launch_args: dict[str, Any],
    browser_context_args: dict[str, Any],
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[..., BrowserContext]:
    """Give the way to start a browser that blocks third-party cookies, or allows them.

    Only a profile of its own takes the setting: a private window blocks them whatever it says.
    """

    def launched(world: str, *, remembers_pages: bool = False) -> BrowserContext:
        preferences = {"profile": {"cookie_controls_mode": COOKIES[world]}}
        profile = tmp_path_factory.mktemp("profile")
        (profile / "Default").mkdir()
        (profile / "Default" / "Preferences").write_text(json.dumps(preferences), "utf-8")
        context = playwright.chromium.launch_persistent_context(
            str(profile),
            **browser_type_launch_args,
            **browser_context_args,
            ignore_default_args=NO_MEMORY if remembers_pages else None,
        )
        context.add_init_script(TRAPS.replace("{mag}", MAG).replace("{touched}", TOUCHED))
        return context

    return launched


@pytest.fixture(scope="session")
def running_browsers() -> Iterator[dict[str, BrowserContext]]:
    """Keep the browser of each world running from one test to the next."""
    running: dict[str, BrowserContext] = {}
    yield running
    for context in running.values():
        context.close()


@pytest.fixture(params=COOKIES)
def context(
    request: pytest.FixtureRequest,
    launch: Callable[..., BrowserContext],
    running_browsers: dict[str, BrowserContext],
) -> Iterator[BrowserContext]:
    """Give a browser that blocks third-party cookies, then one that allows them.

    It is as it was started: no page open, no cookie, no permission. A test that stops its clock,
    which nothing starts again, asks for a browser of its own, `own_browser`; so does one whose
    browser must keep the pages that were left, by `remembers_pages=True`.
    """
    world = request.param
    if own := request.node.get_closest_marker("own_browser"):
        context = launch(world, **own.kwargs)
        yield context
        context.close()
        return
    if world not in running_browsers:
        running_browsers[world] = launch(world)
    context = running_browsers[world]
    yield context
    for page in context.pages[1:]:  # the first one, which no test has, keeps the browser open
        page.close()
    context.clear_cookies()
    context.clear_permissions()


@pytest.fixture(autouse=True)
def touched(context: BrowserContext) -> Iterator[list[str]]:
    """Let the frame set no cookie, read none and keep nothing; a test that looks itself clears."""
    found: list[str] = []

    def note_cookie(response: Response) -> None:
        if urlsplit(response.url).hostname != MAG:
            return
        shown_elsewhere = response.frame.parent_frame or "/widget/" in response.url
        if shown_elsewhere and response.header_value("set-cookie"):
            found.append(f"{response.url} sets a cookie")

    def note_trap(said: ConsoleMessage) -> None:
        if said.text.startswith(TOUCHED):
            found.append(said.text)

    context.on("response", note_cookie)
    context.on("console", note_trap)
    yield found
    context.remove_listener("response", note_cookie)
    context.remove_listener("console", note_trap)
    assert found == []


@pytest.fixture
def posts(context: BrowserContext, demo: Demonstration) -> Iterator[list[str]]:
    """Give the list of forms that were sent to MAG."""
    sent: list[str] = []

    def note(request: Request) -> None:
        if request.method == "POST" and request.url == f"{demo.mag}/sign-in":
            sent.append(request.url)

    context.on("request", note)
    yield sent
    context.remove_listener("request", note)
