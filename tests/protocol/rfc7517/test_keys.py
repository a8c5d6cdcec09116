"""The published keys, and how one follows another (RFC 7517; OpenID Connect Core 10.1.1)."""

import jwt
import pytest

from mag_server.rooms.keys.actions import list_keys, rotate_keys
from tests.protocol.tokens import published, verified
from tests.world import Browser, World

PRIVATE = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}


def _token(visitor: Browser, client_id: str = "klesia") -> str:
    code = visitor.sign_in(client_id=client_id, prompt="login")
    token: str = visitor.redeem(code, client_id=client_id).get_json()["id_token"]
    return token


def _kid(token: str) -> str:
    kid: str = jwt.get_unverified_header(token)["kid"]
    return kid


def test_4_the_keys_are_public_named_and_for_signatures(visitor: Browser) -> None:
    keys = sorted(published(visitor).values(), key=lambda key: key["alg"])
    assert [(key["kty"], key["alg"], key["use"]) for key in keys] == [
        ("EC", "ES256", "sig"),
        ("RSA", "RS256", "sig"),
    ]
    assert not any(PRIVATE & set(key) for key in keys)
    assert keys[0]["crv"] == "P-256"
    assert len({key["kid"] for key in keys}) == 2


def test_the_private_halves_are_stored_sealed(mag: World) -> None:
    for key, _ in list_keys(mag.work()):
        number = key.private_key.private_numbers()
        secret = number.private_value if hasattr(number, "private_value") else number.d
        with mag.equipment.database.readers.connect() as connection:
            stored = str(connection.exec_driver_sql("SELECT * FROM signing_keys").all())
        assert str(secret) not in stored
        assert "PRIVATE KEY" not in stored


@pytest.mark.parametrize(("client_id", "alg"), [("klesia", "ES256"), ("mcf", "RS256")])
def test_10_1_1_a_rotation_hour_by_hour(mag: World, client_id: str, alg: str) -> None:
    mag.register_partner("mcf", alg="RS256")
    visitor = mag.browser()
    old = _kid(_token(visitor, client_id))
    (new,) = [key.kid for key in rotate_keys(mag.work(), by="test") if key.alg == alg]

    # Published at once, a day before its first use.
    assert {old, new} <= set(published(visitor))
    assert _kid(_token(visitor, client_id)) == old
    mag.pass_time(hours=23, minutes=59, seconds=59)
    last = _token(visitor, client_id)
    fetched_before = published(visitor)
    assert _kid(last) == old

    # The switch: whoever fetched the keys a second before verifies what is signed now.
    mag.pass_time(seconds=1)
    first = _token(visitor, client_id)
    assert _kid(first) == new
    verified(first, fetched_before, audience=client_id, at=mag.now)

    # The old key's last token verifies with what is published, as long as it lives.
    mag.pass_time(seconds=298)
    verified(last, published(visitor), audience=client_id, at=mag.now)
    mag.pass_time(seconds=1)
    assert old in published(visitor)
    mag.pass_time(minutes=6)
    assert old not in published(visitor)
    assert new in published(visitor)


def test_every_second_around_a_switch_verifies(mag: World) -> None:
    visitor = mag.browser()
    rotate_keys(mag.work(), by="test")
    mag.pass_time(hours=24, seconds=-2)
    tokens = []
    for _ in range(5):
        tokens.append((_token(visitor), mag.now))
        mag.pass_time(seconds=1)
    assert len({_kid(token) for token, _ in tokens}) == 2
    for _ in range(10):
        keys = published(visitor)
        for token, signed_at in tokens:
            if (mag.now - signed_at).total_seconds() < 300:
                verified(token, keys, audience="klesia", at=mag.now)
        mag.pass_time(seconds=30)


def test_two_rotations_in_a_day_leave_no_gap(mag: World) -> None:
    visitor = mag.browser()
    rotate_keys(mag.work(), by="test")
    mag.pass_time(hours=12)
    rotate_keys(mag.work(), by="test")
    for _ in range(40):
        verified(_token(visitor), published(visitor), audience="klesia", at=mag.now)
        mag.pass_time(hours=1)
    assert len(published(visitor)) == 2
