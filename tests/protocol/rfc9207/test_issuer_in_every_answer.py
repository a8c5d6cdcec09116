"""`iss` stands in every authorization response (RFC 9207 section 2)."""

import pytest
from werkzeug.test import TestResponse

from tests.world import Browser, Form, World, answer_in, hidden


def _granted(visitor: Browser, mode: str) -> TestResponse:
    return visitor.open_form(response_mode=mode).submit()


def _silent(visitor: Browser, mode: str) -> TestResponse:
    visitor.sign_in()
    return visitor.authorize(response_mode=mode)


def _refused(visitor: Browser, mode: str) -> TestResponse:
    return visitor.authorize(response_mode=mode, prompt="none")


def _cancelled(visitor: Browser, mode: str) -> TestResponse:
    return Form(visitor, visitor.authorize(response_mode=mode)).submit(action="cancel")


ANSWERS = {
    "a code after the form": _granted,
    "a code from the session": _silent,
    "an error": _refused,
    "a cancelled form": _cancelled,
}


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("mode", ["query", "form_post"])
def test_2_every_answer_names_its_issuer(mag: World, answer: str, mode: str) -> None:
    response = ANSWERS[answer](mag.browser(), mode)
    if mode == "query":
        assert answer_in(response)["iss"] == mag.issuer
    else:
        assert response.status_code == 200
        assert hidden(response, "iss") == mag.issuer


def test_3_the_metadata_say_so(mag: World) -> None:
    metadata = mag.browser().get("/.well-known/openid-configuration").get_json()
    assert metadata["authorization_response_iss_parameter_supported"] is True
    assert metadata["issuer"] == mag.issuer
