"""A link's receipts: signed, chained, sequenced once, and proved by the tree."""

import jwt
import pytest

from mag_server.base.merkle import leaf_hash, verify_consistency, verify_inclusion
from mag_server.rooms.keys.actions import publish_receipt_keys
from mag_server.rooms.receipts.actions import (
    append_receipt,
    erase_disclosures,
    read_feed,
    read_link,
    sequence_receipts,
)
from mag_server.rooms.receipts.model import (
    Feed,
    FeedRefusal,
    Receipt,
    Stage,
    chained,
    values_of,
)
from mag_server.rooms.tree.actions import current_checkpoint, prove_consistency, prove_inclusion
from tests.rooms.receipts.receipted import LINK, append, fact
from tests.world import World

SUBJECT = "sub-of-tom"


def append_in_a_block_that_fails(world: World) -> None:
    work = world.work()
    with work.writing_durably() as connection:
        append_receipt(work, connection=connection, fact=fact())
        raise KeyError


def claims_in(world: World, receipt: Receipt) -> dict[str, object]:
    kid = jwt.get_unverified_header(receipt.jws)["kid"]
    (key,) = [one for one in publish_receipt_keys(world.work())["keys"] if one["kid"] == kid]
    return jwt.decode(
        receipt.jws, jwt.PyJWK(key).key, algorithms=["ES256"], options={"verify_iat": False}
    )


def feed_of(world: World, after: int | None = None, most: int = 100) -> Feed:
    feed = read_feed(world.work(), client_id="klesia", after_position=after, most=most)
    assert isinstance(feed, Feed), feed
    return feed


def test_receipts_of_a_link_are_numbered_and_each_names_the_one_before(world: World):
    append(world, fact(Stage.SUBMITTED), fact(Stage.RELAYED), fact(Stage.OPENED))
    kept = read_link(world.work(), client_id="klesia", link_id=LINK).receipts
    claims = [claims_in(world, one) for one in kept]
    assert [one["number"] for one in claims] == [1, 2, 3]
    assert "previous" not in claims[0]
    assert [one["previous"] for one in claims[1:]] == [chained(one.jws) for one in kept[:2]]


def test_another_partner_sees_none_of_them(world: World):
    append(world, fact())
    assert read_link(world.work(), client_id="mcf", link_id=LINK).receipts == ()


def test_a_word_is_spent_once_and_leaves_no_gap(world: World):
    first, second, third = append(
        world, fact(once="opened"), fact(once="opened"), fact(Stage.EXPIRED)
    )
    assert first is not None
    assert second is None
    assert third is not None
    assert third.number == 2


def test_a_rolled_back_receipt_leaves_no_gap(world: World):
    with pytest.raises(KeyError):
        append_in_a_block_that_fails(world)
    (receipt,) = append(world, fact())
    assert receipt is not None
    assert receipt.number == 1


def test_each_committed_receipt_gets_one_position_and_a_proof(world: World):
    append(world, *(fact(link_id=f"lnk_{number}") for number in range(5)))
    assert sequence_receipts(world.work(), most=3) == 3
    old = current_checkpoint(world.work())
    assert sequence_receipts(world.work()) == 2
    assert sequence_receipts(world.work()) == 0
    new = current_checkpoint(world.work())
    assert (old.size, new.size) == (3, 5)
    grown = prove_consistency(world.work(), old=3, new=5)
    assert grown is not None
    assert verify_consistency(old.root, new.root, old=3, new=5, path=grown.path)
    feed = feed_of(world)
    assert [one.position for one in feed.receipts] == [0, 1, 2, 3, 4]
    for one in feed.receipts:
        position = one.position or 0
        proof = prove_inclusion(world.work(), position=position, size=5)
        assert proof is not None
        assert proof.leaf == leaf_hash(one.jws.encode())
        assert verify_inclusion(
            proof.leaf, position=position, size=5, path=proof.path, root=new.root
        )


def test_a_feed_is_read_by_position_page_after_page(world: World):
    append(world, *(fact(link_id=f"lnk_{number}") for number in range(5)))
    first = feed_of(world, most=2)
    rest = feed_of(world, after=first.next, most=9)
    assert [one.position for one in first.receipts + rest.receipts] == [0, 1, 2, 3, 4]
    assert feed_of(world, after=rest.next).receipts == ()
    append(world, fact())
    assert [one.position for one in feed_of(world, after=rest.next).receipts] == [5]


def test_a_cursor_beyond_the_log_is_refused(world: World):
    beyond = read_feed(world.work(), client_id="klesia", after_position=7, most=9)
    assert beyond is FeedRefusal.BEYOND


def test_who_it_was_is_disclosed_then_erased_and_the_bytes_stay(world: World):
    (made,) = append(world, fact(Stage.AUTHENTICATED, subject=SUBJECT, session="sid"))
    assert made is not None
    claims = claims_in(world, made)
    assert SUBJECT not in str(claims)
    values = values_of(claims, made.disclosures)
    assert values is not None
    assert (values["subject"], values["session"]) == (SUBJECT, "sid")
    work = world.work()
    with work.writing_durably() as connection:
        assert erase_disclosures(work, connection=connection, sub=SUBJECT, by="test") == 1
    (kept,) = read_link(world.work(), client_id="klesia", link_id=LINK).receipts
    assert kept.jws == made.jws
    assert kept.disclosures == ()


def test_whom_a_link_refused_is_not_named_to_the_partner(world: World):
    append(world, fact(Stage.REFUSED, subject=SUBJECT))
    (told,) = read_link(world.work(), client_id="klesia", link_id=LINK).receipts
    assert told.disclosures == ()
    assert feed_of(world).receipts[0].disclosures == ()
