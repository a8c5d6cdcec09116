"""prompt (OpenID Connect Core 1.0 sections 3.1.2.1, 3.1.2.3 and 3.1.2.6)."""

import pytest

from tests.world import Browser, World, answer_in


def _shows_the_form(visitor: Browser, **changes: str | None) -> bool:
    answer = visitor.authorize(**changes)
    return answer.status_code == 200 and 'id="sign-in"' in answer.text


def test_without_prompt_a_live_session_answers_at_once(visitor: Browser) -> None:
    assert _shows_the_form(visitor)
    visitor.sign_in()
    assert "code" in answer_in(visitor.authorize())


def test_none_without_a_session_is_login_required(visitor: Browser) -> None:
    told = answer_in(visitor.authorize(prompt="none", state="s"))
    assert (told["error"], told["error_code"], told["state"]) == (
        "login_required",
        "MAG-116",
        "s",
    )


def test_none_with_a_session_is_a_code(visitor: Browser) -> None:
    visitor.sign_in()
    assert "code" in answer_in(visitor.authorize(prompt="none"))


@pytest.mark.parametrize("prompt", ["login", "select_account", "login consent"])
def test_login_and_select_account_always_show_the_form(visitor: Browser, prompt: str) -> None:
    visitor.sign_in()
    assert _shows_the_form(visitor, prompt=prompt)


def test_consent_has_nothing_to_ask(visitor: Browser) -> None:
    # The partners are the person's own declaration portals: there is no consent to give.
    assert _shows_the_form(visitor, prompt="consent")
    visitor.sign_in()
    assert "code" in answer_in(visitor.authorize(prompt="consent"))


@pytest.mark.parametrize(
    "prompt",
    ["none login", "login none", "none consent", "create", "LOGIN", "none,login", "login,"],
)
def test_none_stands_alone_and_words_are_known(visitor: Browser, prompt: str) -> None:
    told = answer_in(visitor.authorize(prompt=prompt))
    assert (told["error"], told["error_code"]) == ("invalid_request", "MAG-108")


def test_after_login_the_authentication_is_new(mag: World) -> None:
    visitor = mag.browser()
    visitor.sign_in()
    mag.pass_time(minutes=10)
    code = visitor.sign_in(prompt="login")
    token = visitor.redeem(code).get_json()["id_token"]
    assert _claims(token)["auth_time"] == int(mag.now.timestamp())


def _claims(token: str) -> dict[str, object]:
    import jwt  # noqa: PLC0415 - only to look inside, the signature is another test's

    claims: dict[str, object] = jwt.decode(token, options={"verify_signature": False})
    return claims
