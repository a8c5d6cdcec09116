"""A MAG that knows KLESIA and TOM SAWYER: on SQLite, or on either store where the store matters."""

import pytest

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
def either_mag(world: World) -> World:
    """Give the same world, once on SQLite and once on PostgreSQL."""
    world.register_partner()
    world.register_person()
    return world
