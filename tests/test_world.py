import pytest

from tests.world import World, answer_in, shown_code


def test_a_person_signs_in_and_the_portal_learns_who(world: World) -> None:
    world.register_partner()
    person = world.register_person()
    browser = world.browser()
    tokens = browser.redeem(browser.sign_in())
    assert tokens.status_code == 200
    bearer = {"Authorization": f"Bearer {tokens.get_json()['access_token']}"}
    assert browser.get("/userinfo", headers=bearer).get_json()["sub"] == person.sub


def test_a_second_portal_needs_no_password(world: World) -> None:
    world.register_partner()
    world.register_partner("mcf")
    world.register_person()
    browser = world.browser()
    browser.sign_in()
    assert "code" in answer_in(browser.authorize(client_id="mcf", prompt="none"))


@pytest.mark.parametrize("password", ["", "wrong"])
def test_a_wrong_password_shows_the_form_again(world: World, password: str) -> None:
    world.register_partner()
    world.register_person()
    refused = world.browser().open_form().submit(password=password)
    assert refused.status_code == 400
    assert "Sawyer" in refused.text
    if password:
        assert shown_code(refused) == "MAG-201"
