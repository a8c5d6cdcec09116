"""An ID token of the attacker's own, sent as id_token_hint, signed any visitor out unasked."""

from urllib.parse import urlencode

from tests.world import World, answer_in


def test_a_hint_of_another_session_signs_nobody_out(sqlite_world: World) -> None:
    sqlite_world.register_partner()
    sqlite_world.register_person()
    sqlite_world.register_person("FINN", "HUCK")
    attacker = sqlite_world.browser()
    code = answer_in(attacker.open_form().submit(nom="Finn", prenom="Huck"))["code"]
    hint = attacker.redeem(code).get_json()["id_token"]
    victim = sqlite_world.browser()
    victim.sign_in()
    back = "http://klesia.localhost:8500/"
    asked = victim.get(
        "/logout?" + urlencode({"id_token_hint": hint, "post_logout_redirect_uri": back})
    )
    assert asked.status_code == 200
    assert 'name="sign_out"' in asked.text
    assert "Set-Cookie" not in asked.headers
    assert "code" in answer_in(victim.authorize(prompt="none"))
    assert "code" in answer_in(attacker.authorize(prompt="none"))


def test_the_person_who_is_asked_may_still_say_yes(sqlite_world: World) -> None:
    sqlite_world.register_partner()
    sqlite_world.register_person()
    earlier = sqlite_world.browser()
    hint = earlier.redeem(earlier.sign_in()).get_json()["id_token"]
    browser = sqlite_world.browser()
    browser.sign_in()
    back = "http://klesia.localhost:8500/"
    asked = browser.get(
        "/logout?" + urlencode({"id_token_hint": hint, "post_logout_redirect_uri": back})
    )
    token = asked.text.partition('name="sign_out" value="')[2].partition('"')[0]
    done = browser.post("/logout", {"sign_out": token})
    assert (done.status_code, done.location) == (303, back)
    assert answer_in(browser.authorize(prompt="none"))["error"] == "login_required"
