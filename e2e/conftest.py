"""What every browser test may ask for: the machine's own Chromium, quiet and offline."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext

from e2e.throttled import forget_failures
from e2e.tiny_partner import TinyPartner, tiny_partner
from tests.demo.running import Demonstration, running_demonstration

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",  # the tests may run as root, where Chromium's sandbox refuses to start
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def find_chromium() -> str:
    """Return the path of Chromium: MAG_CHROMIUM, or the first usual name that exists."""
    for name in (os.environ.get("MAG_CHROMIUM"), *CHROMIUM_NAMES):
        if name and (path := shutil.which(name)):
            return path
    raise pytest.UsageError(
        "The browser tests need Chromium: install the package 'chromium', "
        "or give its path in MAG_CHROMIUM."
    )


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict) -> dict:
    """Start the machine's Chromium: Playwright's own download is not needed."""
    return {
        **browser_type_launch_args,
        "executable_path": find_chromium(),
        "args": CHROMIUM_ARGUMENTS,
    }


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict) -> dict:
    """Browse as a person in France does."""
    return {**browser_context_args, "locale": "fr-FR"}


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstration]:
    """Give MAG and two portals, really running, once for all the tests of a worker."""
    with running_demonstration(tmp_path_factory.mktemp("demonstration") / "demo") as running:
        yield running


@pytest.fixture(autouse=True)
def unthrottled(request: pytest.FixtureRequest) -> None:
    """Forget the wrong passwords of the tests before: all of them come from one address."""
    if "demo" not in request.fixturenames:
        return
    forget_failures(request.getfixturevalue("demo"))


@pytest.fixture
def calm(context: BrowserContext) -> Iterator[None]:
    """Let no page complain: no broken policy, no script error, no console error or warning.

    The browser's own line about an answer of 4xx is no complaint.
    """
    complaints: list[str] = []
    context.on("weberror", lambda raised: complaints.append(str(raised.error)))
    context.on(
        "console",
        lambda said: (
            complaints.append(f"{said.page and said.page.url}: {said.text}")
            if said.type in {"error", "warning"} and "status of 4" not in said.text
            else None
        ),
    )
    yield
    assert complaints == []


@pytest.fixture(scope="session")
def tiny_site(demo: Demonstration) -> Iterator[TinyPartner]:
    """Give a partner without our SDK, registered with the running MAG."""
    with tiny_partner(demo) as partner:
        yield partner


@pytest.fixture
def tiny(tiny_site: TinyPartner) -> TinyPartner:
    """Give the same partner, having received nothing yet."""
    tiny_site.received.clear()
    tiny_site.hops.clear()
    return tiny_site
