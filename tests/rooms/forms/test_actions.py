"""A form is signed, lives twelve hours, and stands only while its partner does."""

from dataclasses import replace

import pytest

from mag_server.rooms.forms.actions import open_form
from mag_server.rooms.partners.actions import edit_partner
from tests.world import World


def test_a_form_is_signed_and_any_other_is_not_opened(sqlite_world: World):
    sqlite_world.register_partner()
    work = sqlite_world.work()
    token = sqlite_world.browser().open_form().token
    opened = open_form(work, token=token)
    assert opened is not None
    assert opened.request.client_id == "klesia"
    for other in ("", "x", token[:-1], token[::-1], token + "x"):
        assert open_form(work, token=other) is None
    assert open_form(work, token=work.secret_keys.sign([1], purpose="other", now=work.now)) is None


def test_a_form_expires_after_twelve_hours_and_not_before(sqlite_world: World):
    sqlite_world.register_partner()
    token = sqlite_world.browser().open_form().token
    sqlite_world.pass_time(hours=12)
    assert open_form(sqlite_world.work(), token=token).expired is False
    sqlite_world.pass_time(seconds=1)
    assert open_form(sqlite_world.work(), token=token).expired is True


@pytest.mark.parametrize("mode", ["query", "web_message"])
def test_a_form_dies_when_its_partner_takes_the_address_or_the_origin_back(
    sqlite_world: World, mode: str
):
    partner = sqlite_world.register_partner("mcf")
    token = sqlite_world.browser().open_form(client_id="mcf", response_mode=mode).token
    assert open_form(sqlite_world.work(), token=token) is not None
    without_origin = replace(partner, origins=())
    edit_partner(sqlite_world.work(), partner=without_origin, by="test")
    assert (open_form(sqlite_world.work(), token=token) is None) == (mode == "web_message")
    moved = replace(partner, redirect_uris=("http://mcf.localhost:8500/elsewhere",))
    edit_partner(sqlite_world.work(), partner=moved, by="test")
    assert open_form(sqlite_world.work(), token=token) is None
