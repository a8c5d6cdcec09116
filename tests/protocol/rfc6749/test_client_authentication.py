"""Which back end is asking (RFC 6749 sections 2.3.1 and 3.2.1)."""

import base64
from urllib.parse import quote

import pytest

from mag_server.rooms.partners.actions import add_secret, list_secrets, retire_secret
from tests.world import World

Fields = dict[str, str]


def _basic(client_id: str, secret: str) -> Fields:
    pair = f"{quote(client_id)}:{quote(secret)}"
    return {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}


def _ask(world: World, *, headers: Fields | None = None, **fields: str) -> int:
    answer = world.app.test_client().post(
        "/token",
        data={"grant_type": "client_credentials"} | fields,
        headers=headers,
        base_url=world.issuer,
    )
    if answer.status_code == 401:
        assert answer.get_json()["error"] == "invalid_client"
        assert answer.headers["WWW-Authenticate"].startswith('Basic realm="MAG"')
        assert answer.headers["Cache-Control"] == "no-store"
    return answer.status_code


def test_2_3_1_client_secret_basic(mag: World) -> None:
    assert _ask(mag, headers=_basic("klesia", mag.secrets["klesia"])) == 200


def test_2_3_1_client_secret_basic_with_the_client_id_repeated_in_the_body(mag: World) -> None:
    headers = _basic("klesia", mag.secrets["klesia"])
    assert _ask(mag, headers=headers, client_id="klesia") == 200


def test_2_3_1_client_secret_post(mag: World) -> None:
    assert _ask(mag, client_id="klesia", client_secret=mag.secrets["klesia"]) == 200


def test_2_3_two_methods_at_once_are_refused(mag: World) -> None:
    right = mag.secrets["klesia"]
    assert _ask(mag, headers=_basic("klesia", right), client_secret=right) == 401
    assert _ask(mag, headers=_basic("klesia", right), client_id="mcf") == 401
    assert _ask(mag, headers=_basic("klesia", right), client_id="klesia", client_secret="x") == 401


def test_2_3_1_no_credentials_are_refused(mag: World) -> None:
    assert _ask(mag) == 401
    assert _ask(mag, client_id="klesia") == 401
    assert _ask(mag, client_id="klesia", client_secret="") == 401
    assert _ask(mag, client_id="", client_secret="") == 401


def test_2_3_1_credentials_in_the_address_are_not_read(mag: World) -> None:
    answer = mag.app.test_client().post(
        f"/token?client_id=klesia&client_secret={mag.secrets['klesia']}",
        data={"grant_type": "client_credentials"},
        base_url=mag.issuer,
    )
    assert answer.status_code == 401


@pytest.mark.parametrize("secret", ["wrong", "0" * 64, "\x00", "é", "a" * 60_000])
def test_a_wrong_secret_is_refused(mag: World, secret: str) -> None:
    assert _ask(mag, client_id="klesia", client_secret=secret) == 401
    assert _ask(mag, client_id="nobody", client_secret=secret) == 401


def test_another_partners_secret_is_refused(mag: World) -> None:
    mag.register_partner("mcf")
    assert _ask(mag, headers=_basic("mcf", mag.secrets["klesia"])) == 401


@pytest.mark.parametrize(
    "header",
    [
        "Basic",
        "Basic !!!",
        "Basic " + base64.b64encode(b"no-colon").decode(),
        "Basic " + base64.b64encode(b"\xff\xfe:\xff").decode(),
        "Basic " + base64.b64encode(b"%FF%ED%A0%80:%00").decode(),
        "Bearer x",
        "Digest x",
        "",
        "Basic " + "A" * 50_000,
        "\xe9",
    ],
)
def test_a_broken_authorization_header_is_refused(mag: World, header: str) -> None:
    assert _ask(mag, headers={"Authorization": header}) == 401


def test_two_secrets_are_valid_while_one_is_rotated(mag: World) -> None:
    added = add_secret(mag.work(), client_id="klesia", by="test")
    assert isinstance(added, tuple)
    old, new = mag.secrets["klesia"], added[1]
    assert [_ask(mag, client_id="klesia", client_secret=one) for one in (old, new)] == [200, 200]
    first = list_secrets(mag.work(), client_id="klesia")[0].number
    assert retire_secret(mag.work(), client_id="klesia", number=first, by="test") is None
    assert [_ask(mag, client_id="klesia", client_secret=one) for one in (old, new)] == [401, 200]


def test_a_third_secret_waits_until_one_is_retired(mag: World) -> None:
    assert isinstance(add_secret(mag.work(), client_id="klesia", by="test"), tuple)
    assert not isinstance(add_secret(mag.work(), client_id="klesia", by="test"), tuple)
