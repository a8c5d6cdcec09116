"""Dead codes and tokens are kept a day, so that a replay is still seen, then deleted."""

from mag_server.rooms.assertions.actions import forget_old_codes
from tests.world import World


def test_a_dead_code_and_its_token_are_deleted_a_day_after_they_expired(sqlite_world: World):
    sqlite_world.register_partner()
    sqlite_world.register_person()
    browser = sqlite_world.browser()
    browser.redeem(browser.sign_in())
    sqlite_world.pass_time(days=1, seconds=60)
    assert forget_old_codes(sqlite_world.work()) == 0
    sqlite_world.pass_time(microseconds=1)
    assert forget_old_codes(sqlite_world.work()) == 1
    sqlite_world.pass_time(seconds=540)
    assert forget_old_codes(sqlite_world.work()) == 1
