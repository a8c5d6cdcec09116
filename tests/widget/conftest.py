"""A MAG that knows KLESIA and TOM SAWYER, and a frame in KLESIA's page."""

import pytest

from tests.widget.frames import Frame
from tests.world import Browser, World


@pytest.fixture
def mag(sqlite_world: World) -> World:
    """Give the small world, KLESIA and TOM SAWYER in it."""
    sqlite_world.register_partner()
    sqlite_world.register_person()
    return sqlite_world


@pytest.fixture
def visitor(mag: World) -> Browser:
    """Give a browser with an empty jar."""
    return mag.browser()


@pytest.fixture
def frame(visitor: Browser) -> Frame:
    """Give a frame in it."""
    return Frame(visitor)
