"""A relay, and a partner whose links are sent through it."""

from collections.abc import Iterator

import pytest

from mag_server.base.smtp import Relay
from mag_server.rooms.partners.model import Partner
from tests.rooms.links.asked import register_sender
from tests.rooms.mail.relay import TestRelay, running_relay
from tests.world import World


@pytest.fixture
def smtp() -> Iterator[TestRelay]:
    """Give a relay that takes every mail."""
    with running_relay() as relay:
        yield relay


@pytest.fixture
def relay(smtp: TestRelay) -> Iterator[Relay]:
    """Give our side of a connection to it."""
    relay = Relay(smtp.address, helo="mag.localhost", seconds=5)
    yield relay
    relay.close()


@pytest.fixture
def klesia(world: World) -> Partner:
    """Give a partner that sends links."""
    return register_sender(world, name="KLESIA Pro", theme="klesia")
