"""500 hostile redirect_uris at every door: none is ever redirected to (RFC 9700 section 4.1)."""

from typing import TypeVar
from urllib.parse import quote, urlencode

import pytest

from tests.protocol.redirect_corpus import (
    HostileOrigin,
    HostileRedirect,
    hostile_origins,
    hostile_redirects,
)
from tests.world import REDIRECT_URI, World, request_parameters, shown_code

T = TypeVar("T", HostileRedirect, HostileOrigin)

REDIRECTS = hostile_redirects(REDIRECT_URI)
CLASSES = sorted({one.class_name for one in REDIRECTS})
RETURNS = hostile_redirects("http://klesia.localhost:8500/")
ORIGIN = "http://mag.localhost:8400"
ORIGINS = hostile_origins(ORIGIN)
ORIGIN_CLASSES = sorted({one.class_name for one in ORIGINS})


def _octets(text: str) -> str:
    """Encode one parameter value, lone surrogates included, as a hostile client may."""
    return quote(text.encode("utf-8", "surrogatepass"), safe="")


def test_there_are_500_in_40_classes_or_more() -> None:
    assert len(REDIRECTS) == 500
    assert len(CLASSES) >= 40


@pytest.mark.parametrize("class_name", CLASSES)
def test_a_hostile_redirect_uri_is_an_error_page_here(mag: World, class_name: str) -> None:
    visitor = mag.browser()
    query = urlencode(request_parameters(redirect_uri=None))
    for hostile in _of(class_name, REDIRECTS):
        answer = visitor.get(f"/authorize?{query}&redirect_uri={_octets(hostile.uri)}")
        assert (answer.status_code, shown_code(answer)) == (400, "MAG-102"), hostile
        assert "Location" not in answer.headers, hostile
        assert "evil" not in answer.text + str(answer.headers), hostile


def test_a_live_session_is_answered_to_none_of_them(mag: World) -> None:
    visitor = mag.browser()
    visitor.sign_in()
    query = urlencode(request_parameters(redirect_uri=None))
    for class_name in CLASSES:
        hostile = _of(class_name, REDIRECTS)[0]
        answer = visitor.get(f"/authorize?{query}&redirect_uri={_octets(hostile.uri)}")
        assert shown_code(answer) == "MAG-102", hostile
        assert "Location" not in answer.headers, hostile


@pytest.mark.parametrize("class_name", CLASSES)
def test_a_hostile_redirect_uri_redeems_no_code(mag: World, class_name: str) -> None:
    visitor = mag.browser()
    hostile = _of(class_name, REDIRECTS)[0]
    answer = visitor.redeem(visitor.sign_in(), redirect_uri=hostile.uri or " ")
    assert (answer.status_code, answer.get_json()["error"]) == (400, "invalid_grant"), hostile


def test_posted_to_authorize_it_is_refused_all_the_same(mag: World) -> None:
    visitor = mag.browser()
    for class_name in CLASSES:
        hostile = _of(class_name, REDIRECTS)[0]
        posted = visitor.post("/authorize", request_parameters(redirect_uri=hostile.uri))
        assert posted.location.startswith("/authorize?"), hostile
        assert shown_code(visitor.get(posted.location)) == "MAG-102", hostile


@pytest.mark.parametrize("class_name", sorted({one.class_name for one in RETURNS}))
def test_a_hostile_post_logout_redirect_uri_is_an_error_page_here(
    mag: World, class_name: str
) -> None:
    visitor = mag.browser()
    hint = visitor.redeem(visitor.sign_in()).get_json()["id_token"]
    for hostile in _of(class_name, RETURNS):
        proof = urlencode({"id_token_hint": hint, "client_id": "klesia"})
        answer = visitor.get(f"/logout?{proof}&post_logout_redirect_uri={_octets(hostile.uri)}")
        assert (answer.status_code, shown_code(answer)) == (400, "MAG-121"), hostile
        assert "Location" not in answer.headers, hostile
        assert "Set-Cookie" not in answer.headers, hostile
    assert visitor.authorize(prompt="none").location.startswith(REDIRECT_URI + "?code=")


@pytest.mark.parametrize("class_name", ORIGIN_CLASSES)
def test_a_form_posted_from_a_hostile_origin_is_refused(mag: World, class_name: str) -> None:
    visitor = mag.browser()
    form = visitor.open_form()
    for hostile in _of(class_name, ORIGINS):
        if not _is_a_header(hostile.origin):
            continue
        answer = visitor.post("/sign-in", _typed(form.token), headers={"Origin": hostile.origin})
        assert (answer.status_code, shown_code(answer)) == (403, "MAG-118"), hostile
        assert "Set-Cookie" not in answer.headers
        confirmed = visitor.post("/logout", {"sign_out": "x"}, headers={"Origin": hostile.origin})
        assert shown_code(confirmed) == "MAG-118", hostile


def _of(class_name: str, corpus: list[T]) -> list[T]:
    return [one for one in corpus if one.class_name == class_name]


def _typed(token: str) -> dict[str, str]:
    return {
        "form": token,
        "siret": "97050551700072",
        "nom": "Sawyer",
        "prenom": "Tom",
        "password": "Mississippi1876",
    }


def _is_a_header(text: str) -> bool:
    # What holds a line break or is not Latin-1 never reaches an application as a header.
    return not set("\r\n") & set(text) and all(ord(character) < 256 for character in text)
