"""A link went on leading to a page, or by a way in, that its partner had taken back.

Found: the target was compared with the registered ones when the link was made, and never again.
A domain that a partner gives up may be somebody else's before its mails are forgotten.
"""

from dataclasses import replace
from typing import Any

import jwt
import pytest

from mag_server.rooms.partners.actions import edit_partner
from tests.protocol.links.arriving import Sent, nothing_recorded, onward, send
from tests.world import Form, World, answer_in, shown_code

ELSEWHERE = "http://klesia.localhost:8500/ailleurs"


def take_back(sent: Sent, **changes: Any) -> None:
    edit_partner(sent.world.work(), partner=replace(sent.partner, **changes), by="test")


TAKEN_BACK = {"its page": {"targets": (ELSEWHERE,)}, "its way in": {"initiate_login_uri": None}}


@pytest.mark.parametrize("what", TAKEN_BACK)
def test_a_link_is_closed_when_its_partner_took_back(world: World, what: str):
    sent = send(world)
    take_back(sent, **TAKEN_BACK[what])
    with nothing_recorded(sent):
        shown = sent.open(world.browser())
    assert (shown.status_code, shown_code(shown)) == (410, "MAG-303")
    assert 'href="http://klesia.localhost:8500/"' not in shown.text


@pytest.mark.parametrize("what", TAKEN_BACK)
def test_nobody_goes_through_a_form_that_was_open_meanwhile(world: World, what: str):
    sent = send(world)
    form = Form(world.browser(), sent.open(world.browser()))
    take_back(sent, **TAKEN_BACK[what])
    with nothing_recorded(sent):
        assert shown_code(form.submit()) == "MAG-303"


def test_a_handle_tells_nothing_of_a_page_that_was_taken_back(world: World):
    sent, visitor = send(world), world.browser()
    handle = onward(sent.sign_in(visitor))["login_hint"]
    take_back(sent, targets=(ELSEWHERE,))
    redeemed = visitor.redeem(answer_in(visitor.authorize(login_hint=handle))["code"])
    token = redeemed.get_json()["id_token"]
    told = jwt.decode(token, options={"verify_signature": False})
    assert not {"link", "target"} & told.keys()
