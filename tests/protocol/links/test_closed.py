"""A link that opens nothing: it helps, and tells nothing to a stranger."""

import pytest

from mag_server.rooms.links.actions import revoke_link
from tests.protocol.links.arriving import TARGET, Sent, nothing_recorded, send
from tests.world import Form, World, shown_code


@pytest.fixture
def sent(world: World) -> Sent:
    return send(world)


def test_a_link_revoked_while_its_form_is_open_lets_nobody_through(sent: Sent):
    visitor = sent.world.browser()
    form = Form(visitor, sent.open(visitor))
    revoke_link(sent.world.work(), client_id="klesia", link_id=sent.link_id, by="test")
    with nothing_recorded(sent):
        refused = form.submit()
    assert (refused.status_code, shown_code(refused)) == (410, "MAG-303")


def test_an_expired_link_helps_and_tells_nothing(sent: Sent):
    sent.world.pass_time(days=91)
    shown = sent.open(sent.world.browser())
    assert (shown.status_code, shown_code(shown)) == (410, "MAG-302")
    assert not [word for word in ("SAWYER", "TOM ", TARGET) if word in shown.text]
    # In the sender's theme, as the page was; and the way to its front page.
    assert 'href="http://klesia.localhost:8500/">Aller sur le site de KLESIA</a>' in shown.text
    assert "/themes/net-entreprises/" in shown.text


def test_a_closed_link_is_said_alike_to_a_form_that_was_open(sent: Sent):
    visitor = sent.world.browser()
    form = Form(visitor, sent.open(visitor))
    visitor.sign_in()
    revoke_link(sent.world.work(), client_id="klesia", link_id=sent.link_id, by="test")
    answers = [form.submit(), visitor.post("/link/go-on", {"form": form.token})]
    answers.append(visitor.post("/link/change", {"form": form.token}))
    for shown in answers:
        assert (shown.status_code, shown_code(shown)) == (410, "MAG-303")
        assert "Aller sur le site de KLESIA" in shown.text
    assert sent.told() == []


@pytest.mark.parametrize("token", ["x", "0" * 22, "%2e%2e", "é"])
def test_an_unknown_link_helps_and_tells_nothing(world: World, token: str):
    shown = world.browser().get(f"/l/{token}")
    assert (shown.status_code, shown_code(shown)) == (404, "MAG-301")
    assert "Aller sur le site" not in shown.text
