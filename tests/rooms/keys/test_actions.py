"""Keys in the store: sealed, published ahead, rotated without a token lost."""

import base64
from datetime import datetime, timedelta
from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from sqlalchemy import text

from mag_server.base.db import sqlite_file
from mag_server.base.secrets import SecretKeys
from mag_server.base.work import Equipment, Work
from mag_server.rooms.keys.actions import (
    ensure_keys,
    list_keys,
    publish_keys,
    read_id_token_hint,
    rotate_keys,
    sign_id_token,
)
from mag_server.rooms.keys.model import SigningKey
from mag_server.rooms.keys.store import StoredKey, add_key, load_keys
from tests.world import World

DAY = timedelta(days=1)
CLAIMS = {"iss": "https://mag.example", "sub": "x", "aud": "klesia", "exp": 1}
PRIVATE_MEMBERS = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}


def stored(kid: str, now: datetime, **changes: object) -> StoredKey:
    values = {"kid": kid, "alg": "ES256", "created_at": now, "active_from": now}
    return StoredKey(
        **values | {"public_jwk": {"kid": kid}, "sealed_private_key": "sealed"} | changes
    )


def kids(published: dict) -> list[str]:
    return [one["kid"] for one in published["keys"]]


def test_a_key_comes_back_as_it_was_stored_oldest_first(work: Work, now: datetime):
    late, early = stored("b", now, active_from=now + DAY), stored("a", now)
    with work.writing() as connection:
        add_key(connection, late)
        add_key(connection, early)
        assert load_keys(connection) == [early, late]


def test_a_kid_is_never_used_twice(work: Work, now: datetime):
    def add_twice() -> None:
        with work.writing() as connection:
            add_key(connection, stored("a", now))
            add_key(connection, stored("a", now + DAY))

    with pytest.raises(Exception, match=r"(?i)unique"):
        add_twice()


def test_a_stored_key_never_shows_its_sealed_half(now: datetime):
    assert "sealed" not in repr(stored("a", now)).replace("sealed_private_key", "")


def test_the_first_keys_are_one_of_each_algorithm_active_at_once(world: World):
    keys = list_keys(world.work())
    assert sorted(key.alg for key, _ in keys) == ["ES256", "RS256"]
    assert all(key.active_from == world.now and over is None for key, over in keys)
    before = kids(publish_keys(world.work()))
    ensure_keys(world.work())
    assert kids(publish_keys(world.work())) == before


def test_what_is_published_has_no_private_half(world: World):
    for jwk in publish_keys(world.work())["keys"]:
        assert PRIVATE_MEMBERS.isdisjoint(jwk)
        assert {"kid", "alg", "use", "kty"} <= set(jwk)
        assert jwk["use"] == "sig"


def test_a_rotation_publishes_at_once_and_signs_a_day_later(sqlite_world: World):
    world = sqlite_world
    before = jwt.get_unverified_header(sign_id_token(world.work(), claims=CLAIMS, alg="ES256"))
    made = {key.alg: key for key in rotate_keys(world.work(), by="test")}
    assert made["ES256"].kid in kids(publish_keys(world.work()))
    world.pass_time(days=1, microseconds=-1)
    token = sign_id_token(world.work(), claims=CLAIMS, alg="ES256")
    assert jwt.get_unverified_header(token)["kid"] == before["kid"]
    world.pass_time(microseconds=1)
    token = sign_id_token(world.work(), claims=CLAIMS, alg="ES256")
    assert jwt.get_unverified_header(token)["kid"] == made["ES256"].kid
    world.pass_time(minutes=10)
    assert before["kid"] not in kids(publish_keys(world.work()))


def test_a_token_of_a_retired_key_still_serves_as_a_hint(sqlite_world: World):
    world = sqlite_world
    claims = CLAIMS | {"iss": world.issuer}
    token = sign_id_token(world.work(), claims=claims, alg="ES256")
    rotate_keys(world.work(), by="test")
    world.pass_time(days=30)
    assert read_id_token_hint(world.work(), token=token, issuer=world.issuer) == claims


@pytest.mark.parametrize("alg", ["ES256", "RS256"])
def test_a_hint_signed_here_is_read_and_any_other_is_not(sqlite_world: World, alg: str):
    work, issuer = sqlite_world.work(), sqlite_world.issuer
    claims = CLAIMS | {"iss": issuer}
    token = sign_id_token(work, claims=claims, alg=alg)
    head, body, signature = token.split(".")
    assert read_id_token_hint(work, token=token, issuer=issuer) == claims
    assert read_id_token_hint(work, token=token, issuer="https://other.example") is None
    for hostile in ("", "a.b.c", f"{head}.{body}.", f"{head}.{body}.{signature[::-1]}"):
        assert read_id_token_hint(work, token=hostile, issuer=issuer) is None


def test_a_hint_of_another_algorithm_under_our_kid_is_not_read(sqlite_world: World):
    work, issuer = sqlite_world.work(), sqlite_world.issuer
    (rsa,) = [key for key, _ in list_keys(work) if key.alg == "RS256"]
    secret = base64.urlsafe_b64encode(b"anybody's key" * 4)
    claims = CLAIMS | {"iss": issuer}
    for forged in (
        jwt.encode(claims, secret, algorithm="HS256", headers={"kid": rsa.kid}),
        jwt.encode(claims, None, algorithm="none", headers={"kid": rsa.kid}),
        jwt.encode(claims, rsa.private_key, algorithm="PS256", headers={"kid": rsa.kid}),
    ):
        assert read_id_token_hint(work, token=forged, issuer=issuer) is None


def private_forms(key: SigningKey) -> list[bytes]:
    """Return every usual way in which this private key could lie in a file."""
    private = key.private_key
    numbers = private.private_numbers()
    secret = getattr(numbers, "private_value", None) or numbers.d
    raw = secret.to_bytes((secret.bit_length() + 7) // 8, "big")
    forms = [raw]
    for encoding, shape in (
        (Encoding.DER, PrivateFormat.PKCS8),
        (Encoding.PEM, PrivateFormat.PKCS8),
        (Encoding.DER, PrivateFormat.TraditionalOpenSSL),
    ):
        forms.append(private.private_bytes(encoding, shape, NoEncryption()).strip())
    encoded = [base64.b64encode(form) for form in forms]
    return [*forms, *encoded, *(base64.urlsafe_b64encode(form) for form in forms)]


def test_no_private_key_can_be_read_in_the_bytes_of_the_database(sqlite_world: World):
    keys = list_keys(sqlite_world.work())
    database = sqlite_world.equipment.database
    with database.readers.connect() as connection:
        connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    file = sqlite_file(sqlite_world.equipment.settings.database_url)
    assert isinstance(file, Path)
    content = file.read_bytes()
    for key, _ in keys:
        assert key.kid.encode() in content
        for form in private_forms(key):
            # Past the header, which every key of the kind shares.
            assert form[-24:] not in content
        assert b"PRIVATE KEY" not in content


def with_keys(world: World, *secrets: str) -> Work:
    equipment = world.equipment
    other = Equipment(equipment.settings, equipment.database, SecretKeys(secrets), equipment.hasher)
    return other.work(world.now)


def test_other_secret_keys_open_nothing_and_the_sentence_says_what_to_do(sqlite_world: World):
    with pytest.raises(ValueError, match="put the key that sealed it back into MAG_SECRET_KEYS"):
        publish_keys(with_keys(sqlite_world, "another key, of more than 32 characters"))


def test_a_newer_secret_key_beside_the_old_one_opens_everything(sqlite_world: World):
    old = sqlite_world.equipment.secret_keys.keys[-1]
    work = with_keys(sqlite_world, old, "a newer key, of more than 32 characters too")
    assert kids(publish_keys(work)) == kids(publish_keys(sqlite_world.work()))


def test_a_key_shows_no_private_half(sqlite_world: World):
    for key, _ in list_keys(sqlite_world.work()):
        assert "private_key" not in repr(key)
