"""PKCE S256 for every code, of every client (RFC 7636 sections 4.1 to 4.6; RFC 9700 2.1.1)."""

import base64
import hashlib

import pytest

from tests.world import CHALLENGE, VERIFIER, Browser, answer_in


def _challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


@pytest.mark.parametrize(
    "changes",
    [
        {"code_challenge": None},
        {"code_challenge_method": None},
        {"code_challenge_method": "plain"},
        {"code_challenge_method": "s256"},
        {"code_challenge_method": "S512"},
        {"code_challenge": VERIFIER, "code_challenge_method": "plain"},
        {"code_challenge": None, "code_challenge_method": None},
        {"code_challenge": CHALLENGE[:-1]},
        {"code_challenge": CHALLENGE + "="},
        {"code_challenge": CHALLENGE + "A"},
        {"code_challenge": CHALLENGE[:-1] + "+"},
        {"code_challenge": CHALLENGE[:-1] + "é"},
        {"code_challenge": CHALLENGE + "\n"},
    ],
    ids=str,
)
def test_4_3_a_request_without_an_s256_challenge_is_refused(
    visitor: Browser, changes: dict[str, str | None]
) -> None:
    told = answer_in(visitor.authorize(**changes))
    assert (told["error"], told["error_code"]) == ("invalid_request", "MAG-105")


@pytest.mark.parametrize("verifier", ["a" * 43, "a" * 128, "-._~" + "Z0" * 20])
def test_4_1_every_verifier_of_the_standard_redeems(visitor: Browser, verifier: str) -> None:
    code = visitor.sign_in(code_challenge=_challenge(verifier))
    assert visitor.redeem(code, code_verifier=verifier).status_code == 200


@pytest.mark.parametrize(
    "verifier", ["a" * 42, "a" * 129, "a" * 43 + "+", "a" * 43 + "é", "a" * 43 + "\n", " " * 43]
)
def test_4_1_a_malformed_verifier_redeems_nothing_even_where_its_hash_is_right(
    visitor: Browser, verifier: str
) -> None:
    code = visitor.sign_in(code_challenge=_challenge(verifier))
    answer = visitor.redeem(code, code_verifier=verifier)
    assert answer.get_json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    "verifier", [VERIFIER.upper(), VERIFIER + "x", CHALLENGE, VERIFIER[1:] + "a"]
)
def test_4_6_another_verifier_redeems_nothing(visitor: Browser, verifier: str) -> None:
    answer = visitor.redeem(visitor.sign_in(), code_verifier=verifier)
    assert answer.get_json()["error"] == "invalid_grant"


def test_4_5_a_verifier_may_not_be_left_out(visitor: Browser) -> None:
    answer = visitor.redeem(visitor.sign_in(), code_verifier=None)
    assert answer.get_json()["error"] == "invalid_request"


def test_a_silent_answer_wants_its_challenge_too(visitor: Browser) -> None:
    visitor.sign_in()
    assert answer_in(visitor.authorize(code_challenge=None))["error_code"] == "MAG-105"
