"""Sites of partners, at another site than MAG's and at its own."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Request

from e2e.widget.site import Site, running_site
from tests.demo.running import Demonstration


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


@pytest.fixture
def site(cross_site: Site) -> Site:
    """Give the usual partner, having received nothing yet."""
    cross_site.received.clear()
    return cross_site


@pytest.fixture
def posts(context: BrowserContext, demo: Demonstration) -> list[str]:
    """Give the list of forms that were sent to MAG."""
    sent: list[str] = []

    def note(request: Request) -> None:
        if request.method == "POST" and request.url == f"{demo.mag}/sign-in":
            sent.append(request.url)

    context.on("request", note)
    return sent
