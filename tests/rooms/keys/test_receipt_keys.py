"""Receipt keys: apart from those of assertions, published for ever, and distrusted since when."""

from datetime import datetime, timedelta

import jwt
import pytest

from mag_server.base.work import Work
from mag_server.rooms.keys.actions import (
    list_keys,
    list_receipt_keys,
    publish_keys,
    publish_receipt_keys,
    report_compromise,
    rotate_keys,
    rotate_receipt_keys,
    sign_id_token,
    sign_with_receipt_key,
)
from mag_server.rooms.keys.model import (
    KeyRefusal,
    SigningKey,
    published_receipt_key,
    read_with_receipt_keys,
)
from mag_server.rooms.keys.store import (
    StoredReceiptKey,
    add_receipt_key,
    load_receipt_keys,
    save_compromise,
)
from tests.world import World

DAY, TICK = timedelta(days=1), timedelta(microseconds=1)
PRIVATE_MEMBERS = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}
TYP = "mag-receipt+jwt"


def kids(published: dict) -> list[str]:
    return [one["kid"] for one in published["keys"]]


def signed(world: World, typ: str = TYP) -> str:
    claims = {"iss": world.issuer, "iat": int(world.now.timestamp())}
    return sign_with_receipt_key(world.work(), claims=claims, typ=typ)


def kid_of(token: str) -> str:
    kid: str = jwt.get_unverified_header(token)["kid"]
    return kid


def read(world: World, token: str, typ: str = TYP) -> dict | None:
    return read_with_receipt_keys(token, keys=publish_receipt_keys(world.work())["keys"], typ=typ)


def test_a_receipt_key_comes_back_as_it_was_stored_oldest_first(work: Work, now: datetime):
    early, late = (
        StoredReceiptKey(kid, "ES256", now, now + days * DAY, {"kid": kid}, "sealed", None)
        for kid, days in (("b", 0), ("a", 1))
    )
    with work.writing() as connection:
        add_receipt_key(connection, late)
        add_receipt_key(connection, early)
        assert load_receipt_keys(connection) == [early, late]
        save_compromise(connection, kid="a", at=now)
        assert [key.compromised_at for key in load_receipt_keys(connection)] == [None, now]


def test_the_published_keys_of_one_purpose_never_show_the_other(world: World):
    rotate_keys(world.work(), by="test")
    rotate_receipt_keys(world.work(), by="test")
    assertions, receipts = publish_keys(world.work()), publish_receipt_keys(world.work())
    assert len(kids(assertions)) == 4
    assert len(kids(receipts)) == 2
    assert not set(kids(assertions)) & set(kids(receipts))
    assert all(PRIVATE_MEMBERS.isdisjoint(jwk) for jwk in receipts["keys"])


def test_a_rotation_of_one_purpose_makes_no_key_of_the_other(sqlite_world: World):
    world = sqlite_world
    assertions, receipts = list_keys(world.work()), list_receipt_keys(world.work())
    rotate_keys(world.work(), by="test")
    assert list_receipt_keys(world.work()) == receipts
    before = len(list_keys(world.work()))
    rotate_receipt_keys(world.work(), by="test")
    assert len(list_keys(world.work())) == before == len(assertions) + 2


def test_a_key_of_assertions_verifies_no_receipt_nor_the_other_way(sqlite_world: World):
    world = sqlite_world
    claims = {"iss": world.issuer, "iat": int(world.now.timestamp())}
    token = sign_id_token(world.work(), claims=claims, alg="ES256")
    assert read(world, token, typ="JWT") is None
    assert kid_of(signed(world)) not in kids(publish_keys(world.work()))


def test_the_next_receipt_key_is_published_a_day_before_it_signs_and_the_old_one_for_ever(
    sqlite_world: World,
):
    world = sqlite_world
    old = signed(world)
    new = rotate_receipt_keys(world.work(), by="test").kid
    assert kids(publish_receipt_keys(world.work())) == [kid_of(old), new]
    world.pass_time(days=1, microseconds=-1)
    assert kid_of(signed(world)) == kid_of(old)
    world.pass_time(microseconds=1)
    assert kid_of(signed(world)) == new
    world.pass_time(days=36_500)
    assert kids(publish_receipt_keys(world.work())) == [kid_of(old), new]
    assert read(world, old) == {"iss": world.issuer, "iat": jwt_iat(old)}


def jwt_iat(token: str) -> int:
    iat: int = jwt.decode(token, options={"verify_signature": False})["iat"]
    return iat


def test_a_published_key_says_when_it_may_have_signed(sqlite_world: World):
    world = sqlite_world
    start = int(world.now.timestamp())
    rotate_receipt_keys(world.work(), by="test")
    first, second = publish_receipt_keys(world.work())["keys"]
    assert (first["nbf"], first["exp"]) == (start - 300, start + 86_400 + 300)
    assert second["nbf"] == start + 86_400 - 300
    assert "exp" not in second
    assert "compromised_at" not in first
    assert {"kty", "crv", "x", "y", "use"} <= set(first)


@pytest.mark.parametrize("seconds", [-301, -300, 86_700, 86_701])
def test_what_a_key_signed_outside_its_time_is_not_believed(sqlite_world: World, seconds: int):
    world = sqlite_world
    claims = {"iss": world.issuer, "iat": int(world.now.timestamp()) + seconds}
    token = sign_with_receipt_key(world.work(), claims=claims, typ=TYP)
    rotate_receipt_keys(world.work(), by="test")
    assert read(world, token) == (claims if seconds in {-300, 86_700} else None)


def test_a_compromised_key_signs_nothing_more_and_what_it_signed_before_stays_good(world: World):
    before = signed(world)
    world.pass_time(minutes=10)
    during = signed(world)
    since = world.now - timedelta(minutes=5)
    answer = report_compromise(world.work(), kid=kid_of(before), since=since, by="test")
    assert isinstance(answer, SigningKey)
    after = signed(world)
    assert kid_of(after) == answer.kid != kid_of(before)
    assert [read(world, token) is not None for token in (before, during, after)] == [
        True,
        False,
        True,
    ]


def test_a_compromise_leaves_the_key_that_was_to_come_for_its_hour(sqlite_world: World):
    world = sqlite_world
    lost = kid_of(signed(world))
    planned = rotate_receipt_keys(world.work(), by="test").kid
    report_compromise(world.work(), kid=lost, since=world.now, by="test")
    assert kid_of(signed(world)) not in {lost, planned}
    world.pass_time(days=1)
    assert kid_of(signed(world)) == planned


def test_a_lost_key_is_never_followed_by_one_that_is_published_as_over(sqlite_world: World):
    world = sqlite_world
    rotate_receipt_keys(world.work(), by="test")
    world.pass_time(days=2)
    for _ in range(5):
        report_compromise(world.work(), kid=kid_of(signed(world)), since=world.now, by="test")
        assert read(world, signed(world)) is not None
        world.pass_time(hours=1)
        assert read(world, signed(world)) is not None


def test_a_key_lost_before_its_hour_ends_no_other(sqlite_world: World):
    world = sqlite_world
    planned = rotate_receipt_keys(world.work(), by="test").kid
    before = kid_of(signed(world))
    report_compromise(world.work(), kid=planned, since=world.now, by="test")
    world.pass_time(days=30)
    assert kid_of(signed(world)) == before
    assert read(world, signed(world)) is not None


def test_a_compromise_may_be_found_older_but_never_younger(sqlite_world: World):
    world = sqlite_world
    kid = kid_of(signed(world))
    for since, answer in (
        (world.now + TICK, KeyRefusal.TO_COME),
        (world.now - DAY, None),
        (world.now, KeyRefusal.LATER),
        (world.now - 2 * DAY, None),
    ):
        told = report_compromise(world.work(), kid=kid, since=since, by="test")
        assert isinstance(told, SigningKey) if answer is None else told is answer
    since = {key.kid: key.compromised_at for key, _ in list_receipt_keys(world.work())}
    assert since.pop(kid) == world.now - 2 * DAY
    assert list(since.values()) == [None]
    unknown = report_compromise(world.work(), kid="x", since=world.now, by="test")
    assert unknown is KeyRefusal.UNKNOWN


def test_only_the_asked_kind_es256_and_an_untouched_text_are_read(sqlite_world: World):
    world = sqlite_world
    token = signed(world)
    head, body, signature = token.split(".")
    (key,) = [key for key, _ in list_receipt_keys(world.work())]
    claims = {"iss": world.issuer, "iat": int(world.now.timestamp())}
    hostile = [
        "",
        "a.b.c",
        f"{head}.{body}.",
        f"{head}.{body}.{signature[::-1]}",
        jwt.encode(claims, "x" * 32, algorithm="HS256", headers={"kid": key.kid, "typ": TYP}),
        jwt.encode(claims, None, algorithm="none", headers={"kid": key.kid, "typ": TYP}),
        jwt.encode(claims, key.private_key, algorithm="ES256", headers={"kid": key.kid}),
        jwt.encode({"iss": "x"}, key.private_key, "ES256", {"kid": key.kid, "typ": TYP}),
        jwt.encode(claims | {"iat": True}, key.private_key, "ES256", {"kid": key.kid, "typ": TYP}),
        signed(world, "mag-checkpoint+jwt"),
    ]
    assert read(world, token) == claims
    assert [read(world, one) for one in hostile] == [None] * len(hostile)


def test_a_key_says_nothing_of_its_private_half(sqlite_world: World):
    keys = [key for key, _ in list_receipt_keys(sqlite_world.work())]
    assert "private_key" not in repr(keys)
    assert PRIVATE_MEMBERS.isdisjoint(published_receipt_key(keys[0], keys))
