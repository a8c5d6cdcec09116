"""A form shown before its partner raised the minimum signed in by a password for 12 hours more."""

from dataclasses import replace

from mag_server.rooms.partners.actions import edit_partner
from tests.world import World, answer_in


def test_a_form_shown_before_the_minimum_was_raised_gives_no_code(world: World) -> None:
    partner = world.register_partner()
    world.register_person()
    form = world.browser().open_form()
    raised = replace(partner, minimum_acr=f"{world.issuer}/acr/two-factor")
    edit_partner(world.work(), partner=raised, by="test")
    world.pass_time(seconds=2)
    answer = form.submit()
    assert answer_in(answer)["error"] == "unmet_authentication_requirements"
    assert "code" not in answer_in(answer)
    assert "Set-Cookie" not in answer.headers


def test_nor_is_it_told_whether_the_password_was_right(world: World) -> None:
    partner = world.register_partner()
    world.register_person()
    form = world.browser().open_form(state="s")
    raised = replace(partner, minimum_acr=f"{world.issuer}/acr/two-factor")
    edit_partner(world.work(), partner=raised, by="test")
    world.pass_time(seconds=2)
    told = [answer_in(form.submit(password=one)) for one in ("Mississippi1876", "wrong")]
    for answer in told:
        del answer["trace_id"]
    assert told[0] == told[1]
