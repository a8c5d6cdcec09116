"""A clock that steps back: nothing is lost, doubled or refused for it."""

import jwt
import pytest

from mag_server.rooms.receipts.actions import read_feed, verify_log
from mag_server.rooms.receipts.model import Damage, Feed
from tests.protocol.links.arriving import AUTHENTICATED_AT_A_LINK, another, onward, send
from tests.world import World


@pytest.mark.parametrize("back", [{"seconds": 1}, {"hours": 1}, {"days": 1}])
def test_links_receipts_and_the_log_stay_in_order_when_the_clock_steps_back(
    world: World, back: dict[str, float]
):
    first = send(world)
    visitor = world.browser()
    onward(first.sign_in(visitor))
    world.pass_time(**{unit: -amount for unit, amount in back.items()})
    second = another(world, first.partner)
    onward(second.sign_in(world.browser()))
    assert first.told() == second.told() == AUTHENTICATED_AT_A_LINK
    instants = [
        jwt.decode(one.jws, options={"verify_signature": False})["iat"]
        for one in first.receipts() + second.receipts()
    ]
    assert instants != sorted(instants), "the instants say what the clock said"
    feed = read_feed(world.work(), client_id="klesia", after_position=None, most=9)
    assert isinstance(feed, Feed)
    assert [one.position for one in feed.receipts] == [0, 1, 2, 3]
    assert not [one for one in verify_log(world.work()) if isinstance(one, Damage)]
    # Who came before the step is still known, and is not asked for a password again.
    assert "Réessayer" in first.open(visitor).text
