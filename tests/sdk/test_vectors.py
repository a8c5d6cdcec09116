"""Every ID token of the contract's vectors gets the answer written beside it."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

import mag_sdk
from mag_sdk import Assertion, AssertionRefused, KeySet, verify_assertion

DOCUMENT = json.loads(
    (Path(__file__).parents[1] / "contract" / "vectors" / "id_tokens.json").read_text("ascii")
)
VECTORS = DOCUMENT["vectors"]


def verdict_on(vector: dict) -> Assertion:
    return verify_assertion(
        token=vector["token"],
        keys=KeySet.from_jwks(DOCUMENT["jwks"]),
        expected_issuer=DOCUMENT["issuer"],
        expected_audience=DOCUMENT["audience"],
        expected_nonce=DOCUMENT["nonce"],
        now=datetime.fromtimestamp(DOCUMENT["now"], UTC),
        leeway_seconds=DOCUMENT["leeway_seconds"],
        minimum_acr=vector["minimum_acr"],
    )


def those(*, accepted: bool) -> list:
    return [
        pytest.param(vector, id=vector["name"])
        for vector in VECTORS
        if (vector["expected"] == "accepted") is accepted
    ]


@pytest.mark.parametrize("vector", those(accepted=True))
def test_a_good_token_is_accepted(vector):
    assertion = verdict_on(vector)
    assert assertion.sub == DOCUMENT["accepted_claims"]["sub"]
    assert assertion.audience == DOCUMENT["audience"]


@pytest.mark.parametrize("vector", those(accepted=False))
def test_a_hostile_token_is_refused_for_its_own_reason(vector):
    with pytest.raises(AssertionRefused) as refusal:
        verdict_on(vector)
    assert type(refusal.value) is getattr(mag_sdk, vector["expected"])


def test_no_two_vectors_share_a_name():
    names = [vector["name"] for vector in VECTORS]
    assert len(set(names)) == len(names)


def test_the_refusals_reach_every_check_of_a_token():
    reached = {vector["expected"] for vector in VECTORS} - {"accepted"}
    # These two need more than a token: the portal's max_age, and the access token.
    elsewhere = {"SignInTooOld", "WrongAccessToken", "WrongSubject"}
    children = {child.__name__ for child in AssertionRefused.__subclasses__()}
    assert reached == children - elsewhere
