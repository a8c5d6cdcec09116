"""Struck off: session, codes and tokens are dead at once (B-17)."""

from mag_server.rooms.people.actions import radiate_declarant
from tests.protocol.tokens import bearer
from tests.world import World, answer_in, code_in, shown_code


def test_what_a_person_holds_is_dead_with_the_radiation(world: World) -> None:
    world.register_partner()
    person = world.register_person()
    visitor = world.browser()
    form = visitor.open_form()
    token = visitor.redeem(code_in(form.submit())).get_json()["access_token"]
    code = answer_in(visitor.authorize())["code"]
    radiate_declarant(world.work(), sub=person.sub, by="test")
    assert visitor.get("/userinfo", headers=bearer(token)).status_code == 401
    assert visitor.redeem(code).get_json()["error"] == "invalid_grant"
    assert answer_in(visitor.authorize(prompt="none"))["error"] == "login_required"
    assert 'id="sign-in"' in visitor.authorize().text
    # The very form that had succeeded, posted again within its 30 seconds:
    assert shown_code(form.submit()) == "MAG-204"
    fresh = visitor.open_form().submit()
    assert (fresh.status_code, shown_code(fresh)) == (400, "MAG-201")
