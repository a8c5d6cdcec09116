"""Reading an authorization request: one ordered list of small checks, one error each."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mag_server.base.errors import CATALOGUE
from mag_server.rooms.assertions.model import PERSON_SCOPES
from mag_server.rooms.partners.model import Partner
from mag_server.rooms.requests.model import (
    CHECKS,
    PROMPTS,
    AuthorizationRequest,
    RefusedHere,
    RefusedToPartner,
    ResponseMode,
    read_request,
)
from mag_server.rooms.signin.model import Step

URI = "https://klesia.example/cb"
KLESIA = Partner(
    client_id="klesia",
    name="KLESIA",
    theme="klesia",
    redirect_uris=(URI, "https://other.klesia.example/cb"),
    origins=("https://klesia.example",),
)
GOOD = {
    "client_id": "klesia",
    "redirect_uri": URI,
    "response_type": "code",
    "scope": "openid",
    "code_challenge": "c" * 43,
    "code_challenge_method": "S256",
}
LONG = "x" * 2001


def read(given: dict[str, str | list[str] | None]):
    """Read a request; a list repeats a parameter, None leaves it out."""
    parameters = {
        name: value if isinstance(value, list) else [value]
        for name, value in given.items()
        if value is not None
    }
    return read_request(parameters, find_partner={"klesia": KLESIA}.get)


def accepted(**changes: str | list[str] | None) -> AuthorizationRequest:
    answer = read(GOOD | changes)
    assert isinstance(answer, tuple), answer
    partner, request = answer
    assert partner == KLESIA
    return request


SHOWN_HERE = [
    ({"client_id": None}, "MAG-101"),
    ({"client_id": ""}, "MAG-101"),
    ({"client_id": "nobody"}, "MAG-101"),
    ({"client_id": "KLESIA"}, "MAG-101"),
    ({"client_id": ["klesia", "klesia"]}, "MAG-101"),
    ({"redirect_uri": None}, "MAG-102"),
    ({"redirect_uri": ""}, "MAG-102"),
    ({"redirect_uri": URI + "/"}, "MAG-102"),
    ({"redirect_uri": URI + "?a=b"}, "MAG-102"),
    ({"redirect_uri": [URI, URI]}, "MAG-102"),
    (
        {"response_mode": "web_message", "redirect_uri": "https://other.klesia.example/cb"},
        "MAG-122",
    ),
]
TO_PARTNER = [
    ({"scope": ["openid", "openid"]}, "MAG-103"),
    ({"unknown": ["a", "b"]}, "MAG-103"),
    ({"state": ["a", "b"]}, "MAG-103"),
    ({"ui_locales": LONG}, "MAG-103"),
    ({"ui_locales": LONG, "id_token_hint": "a"}, "MAG-103"),
    ({"response_mode": "fragment"}, "MAG-107"),
    ({"response_mode": "QUERY"}, "MAG-107"),
    ({"state": "caf\u00e9"}, "MAG-113"),
    ({"state": "a\nb"}, "MAG-113"),
    ({"state": "x" * 513}, "MAG-113"),
    ({"nonce": "a\x00"}, "MAG-113"),
    ({"login_hint": "\u202e"}, "MAG-113"),
    ({"request": "a.b.c"}, "MAG-110"),
    ({"request_uri": "urn:x"}, "MAG-111"),
    ({"registration": "{}"}, "MAG-112"),
    ({"response_type": None}, "MAG-104"),
    ({"response_type": "token"}, "MAG-104"),
    ({"response_type": "id_token"}, "MAG-104"),
    ({"response_type": "code id_token"}, "MAG-104"),
    ({"response_type": "Code"}, "MAG-104"),
    ({"code_challenge": None}, "MAG-105"),
    ({"code_challenge": "c" * 42}, "MAG-105"),
    ({"code_challenge": "c" * 44}, "MAG-105"),
    ({"code_challenge": "c" * 42 + "="}, "MAG-105"),
    ({"code_challenge": "c" * 43 + "\n"}, "MAG-105"),
    ({"code_challenge_method": None}, "MAG-105"),
    ({"code_challenge_method": "plain"}, "MAG-105"),
    ({"code_challenge_method": "s256"}, "MAG-105"),
    ({"scope": None}, "MAG-106"),
    ({"scope": "profile"}, "MAG-106"),
    ({"scope": "openid offline_access"}, "MAG-106"),
    ({"scope": "openid links"}, "MAG-106"),
    ({"prompt": "none login"}, "MAG-108"),
    ({"prompt": "create"}, "MAG-108"),
    ({"max_age": "-1"}, "MAG-109"),
    ({"max_age": "1.5"}, "MAG-109"),
    ({"max_age": "\u0661"}, "MAG-109"),
    ({"max_age": "1" * 10}, "MAG-109"),
]


@pytest.mark.parametrize(("changes", "code"), SHOWN_HERE)
def test_before_the_partner_is_proved_an_error_is_shown_here(changes: dict, code: str):
    answer = read(GOOD | changes)
    assert isinstance(answer, RefusedHere)
    assert answer.code == code


@pytest.mark.parametrize(("changes", "code"), TO_PARTNER)
def test_after_it_each_fault_goes_to_the_partner_with_its_own_code(changes: dict, code: str):
    answer = read(GOOD | changes)
    assert isinstance(answer, RefusedToPartner)
    assert (answer.code, answer.redirect_uri) == (code, URI)


@pytest.mark.parametrize(("changes", "code"), SHOWN_HERE)
def test_nothing_else_that_is_wrong_lets_an_unproved_partner_be_redirected(
    changes: dict, code: str
):
    for others, _ in TO_PARTNER:
        answer = read(GOOD | others | changes)
        assert isinstance(answer, RefusedHere), (answer, code)


def test_every_check_and_every_step_has_a_code_of_the_catalogue():
    told = {code for _, code in SHOWN_HERE + TO_PARTNER}
    assert told | {Step.UNMET.value, Step.LOGIN_REQUIRED.value} <= set(CATALOGUE)
    assert len(CHECKS) == 9


def test_a_refusal_travels_the_way_the_request_asked_for_with_its_state():
    answer = read(GOOD | {"response_mode": "form_post", "state": "kept", "scope": "x"})
    assert isinstance(answer, RefusedToPartner)
    assert (answer.response_mode, answer.state) == (ResponseMode.FORM_POST, "kept")


@pytest.mark.parametrize("state", ["a\nb", "x" * 513, ["a", "b"]])
def test_a_state_that_was_refused_is_not_sent_back(state: object):
    answer = read(GOOD | {"state": state})
    assert isinstance(answer, RefusedToPartner)
    assert answer.state is None


def test_the_smallest_request_is_taken_with_its_defaults():
    assert accepted() == AuthorizationRequest("klesia", URI, code_challenge="c" * 43)


def test_a_parameter_without_a_value_is_as_good_as_missing():
    empty = dict.fromkeys(("state", "nonce", "prompt", "max_age", "acr_values", "request"), "")
    assert accepted(**empty) == accepted()


def test_an_unknown_parameter_is_ignored():
    assert accepted(utm_source="x") == accepted()


def test_scopes_are_kept_once_in_our_order():
    assert accepted(scope="email openid email profile").scope == "openid profile email"


def test_a_long_id_token_hint_is_no_fault_of_length():
    assert accepted(id_token_hint="x" * 8000).id_token_hint == "x" * 8000


def test_a_frame_answers_to_a_registered_origin_only():
    assert accepted(response_mode="web_message").in_frame
    assert not accepted(response_mode="form_post").in_frame


printable = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=50)
words = st.lists(printable.map(str.strip).filter(lambda w: w and " " not in w), max_size=3)
requests = st.builds(
    AuthorizationRequest,
    client_id=st.just("klesia"),
    redirect_uri=st.just(URI),
    response_mode=st.sampled_from(ResponseMode),
    state=st.none() | printable,
    nonce=st.none() | printable,
    scope=st.sets(st.sampled_from(PERSON_SCOPES[1:])).map(
        lambda more: " ".join(s for s in PERSON_SCOPES if s in more | {"openid"})
    ),
    code_challenge=st.text(st.sampled_from("ABCabc019-_"), min_size=43, max_size=43),
    prompt=st.just(frozenset({"none"}))
    | st.frozensets(st.sampled_from(sorted(PROMPTS - {"none"}))),
    max_age_seconds=st.none() | st.integers(0, 999_999_999),
    login_hint=st.none() | printable,
    ui_locales=st.none() | printable,
    acr_values=words.map(tuple),
    id_token_hint=st.none() | printable,
    hinted_sub=st.none() | printable,
)


@given(request=requests)
def test_a_packed_request_comes_back_as_it_was(request: AuthorizationRequest):
    assert AuthorizationRequest.unpack(request.pack()) == request


@given(request=requests)
def test_a_form_shown_again_still_holds_the_hint_for_its_links(request: AuthorizationRequest):
    again = AuthorizationRequest.unpack(request.pack())
    assert again.parameters().get("id_token_hint") == request.id_token_hint


@given(request=requests)
def test_a_link_back_to_the_form_asks_for_the_same_again(request: AuthorizationRequest):
    answer = read(dict(request.parameters()))
    assert isinstance(answer, tuple), answer
    assert answer[1] == replace(request, hinted_sub=None)


def test_a_form_of_another_version_is_read_as_far_as_it_is_known():
    packed = accepted(scope="openid email", prompt="login").pack()
    assert AuthorizationRequest.unpack(packed | {"dropped_since": 1}) == accepted(
        scope="openid email", prompt="login"
    )
    del packed["hinted_sub"]
    assert AuthorizationRequest.unpack(packed).hinted_sub is None
