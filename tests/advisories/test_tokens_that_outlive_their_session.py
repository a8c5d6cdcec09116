"""When another person signed in on the same browser, the first one's tokens went on telling."""

from tests.world import World, answer_in


def test_another_persons_sign_in_ends_what_the_first_session_gave(world: World) -> None:
    world.register_partner()
    world.register_person()
    world.register_person("FINN", "HUCK")
    browser = world.browser()
    token = browser.redeem(browser.sign_in()).get_json()["access_token"]
    waiting = answer_in(browser.authorize())["code"]
    bearer = {"Authorization": f"Bearer {token}"}
    assert browser.get("/userinfo", headers=bearer).status_code == 200
    browser.open_form(prompt="login").submit(nom="Finn", prenom="Huck")
    assert browser.get("/userinfo", headers=bearer).status_code == 401
    assert browser.redeem(waiting).get_json()["error"] == "invalid_grant"
