"""The whole log verified: each damage is found, and told where it lies."""

import pytest

from mag_server.base.merkle import verify_inclusion
from mag_server.rooms.keys.actions import list_receipt_keys, report_compromise, rotate_receipt_keys
from mag_server.rooms.receipts.actions import read_feed, sequence_receipts, verify_log
from mag_server.rooms.receipts.model import Damage, Feed, Stage
from mag_server.rooms.tree.actions import prove_inclusion, prove_inclusions
from tests.rooms.receipts.receipted import append, fact
from tests.world import World

LINKS = ("lnk_a", "lnk_b", "lnk_c")


@pytest.fixture
def logged(world: World) -> World:
    """Give a log of six receipts under two checkpoints, and one that waits."""
    append(world, *(fact(link_id=link) for link in LINKS))
    sequence_receipts(world.work())
    append(
        world,
        fact(Stage.AUTHENTICATED, link_id="lnk_a", subject="sub-of-tom", session="sid"),
        fact(Stage.EXPIRED, link_id="lnk_b"),
        fact(Stage.EXPIRED, link_id="lnk_c"),
    )
    sequence_receipts(world.work())
    append(world, fact(Stage.CONSULTED, link_id="lnk_a"))
    return world


def damages(world: World) -> list[Damage]:
    return [found for found in verify_log(world.work()) if isinstance(found, Damage)]


def damage(world: World, *statements: str) -> None:
    with world.equipment.database.writers.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def test_a_whole_log_has_no_damage_and_says_how_much_was_looked_at(logged: World):
    assert list(verify_log(logged.work())) == [6]


def test_an_empty_log_has_no_damage(world: World):
    assert list(verify_log(world.work())) == [0]


def test_a_log_with_a_rotated_and_a_lost_key_has_no_damage(logged: World):
    rotate_receipt_keys(logged.work(), by="test")
    logged.pass_time(days=2)
    append(logged, fact(link_id="lnk_d"))
    sequence_receipts(logged.work())
    for key, _ in list_receipt_keys(logged.work()):
        report_compromise(logged.work(), kid=key.kid, since=logged.now, by="test")
    append(logged, fact(link_id="lnk_d"))
    sequence_receipts(logged.work())
    assert damages(logged) == []


@pytest.mark.parametrize(
    ("statement", "position", "what"),
    [
        (
            "UPDATE receipts SET jws = replace(jws, '.', '.A') WHERE position = 1",
            1,
            "the signature is not one of a receipt key",
        ),
        (
            "UPDATE receipts SET jws = 'é.è.à' WHERE position = 1",
            1,
            "the signature is not one of a receipt key",
        ),
        (
            (
                "UPDATE receipts SET jws = (SELECT jws FROM tree_checkpoints WHERE size = 3) "
                "WHERE position = 2"
            ),
            2,
            "the signature is not one of a receipt key",
        ),
        (
            (
                "UPDATE receipts SET jws = (SELECT jws FROM receipts WHERE position = 0) "
                "WHERE position = 3"
            ),
            3,
            "the receipt says it is number 1, not 2",
        ),
        ("UPDATE receipts SET stage = 'consulted' WHERE position = 4", 4, "says something else"),
        ("UPDATE receipts SET stage = 'unheard of' WHERE position = 4", 4, "says something else"),
        ("UPDATE receipts SET observed = 'x' WHERE position = 0", 0, "says something else"),
        ("UPDATE receipts SET receipt_id = 'x' WHERE position = 4", 4, "says something else"),
        ("UPDATE receipts SET issued_at = 0 WHERE position = 4", 4, "says something else"),
        ("UPDATE receipts SET link_id = 'lnk_z' WHERE position = 4", 4, "does not follow"),
        ("UPDATE receipts SET number = 9 WHERE position = 4", 4, "says it is number 2, not 9"),
        ("UPDATE receipts SET client_id = 'mcf' WHERE position = 4", 4, "another partner's"),
        ("DELETE FROM receipts WHERE position = 1", 1, "no receipt has this position"),
        ("DELETE FROM receipts WHERE position = 5", 5, "a checkpoint covers 6 receipts"),
        (
            (
                "UPDATE receipt_disclosures SET text = 'WyJzIiwic3ViamVjdCIsIngiXQ' "
                "WHERE name = 'subject'"
            ),
            3,
            "a disclosure does not belong to it",
        ),
        (
            "UPDATE receipt_disclosures SET text = 'é' WHERE name = 'subject'",
            3,
            "a disclosure does not belong to it",
        ),
        (
            (
                "UPDATE tree_nodes SET hash = (SELECT root FROM tree_checkpoints WHERE size = 3) "
                'WHERE level = 0 AND "index" = 2'
            ),
            2,
            "the stored node over 1 from here is another",
        ),
        ('DELETE FROM tree_nodes WHERE level = 2 AND "index" = 0', 0, "the stored node over 4"),
        (
            (
                "UPDATE tree_checkpoints SET jws = (SELECT jws FROM receipts WHERE position = 0) "
                "WHERE size = 3"
            ),
            3,
            "the checkpoint's signature is not one of a receipt key",
        ),
        (
            (
                "UPDATE tree_checkpoints SET jws = "
                "(SELECT jws FROM tree_checkpoints WHERE size = 6) WHERE size = 3"
            ),
            3,
            "the checkpoint is of another tree",
        ),
        ("UPDATE tree_checkpoints SET root = '' WHERE size = 6", 6, "is of another tree"),
        ("UPDATE tree_checkpoints SET size = 4 WHERE size = 3", 4, "is of another tree"),
        ("DELETE FROM receipts WHERE position IS NULL", None, "the chain of lnk_a does not end"),
        (
            "UPDATE receipts SET jws = replace(jws, '.', '.A') WHERE position IS NULL",
            None,
            "which waits for its position: the signature",
        ),
        ("UPDATE receipt_heads SET number = 1 WHERE link_id = 'lnk_b'", None, "the chain of lnk_b"),
        ("UPDATE receipt_heads SET hash = 'x' WHERE link_id = 'lnk_b'", None, "the chain of lnk_b"),
        ("DELETE FROM receipt_heads WHERE link_id = 'lnk_c'", None, "lnk_c has no head"),
        (
            "INSERT INTO tree_nodes VALUES (0, 6, '')",
            None,
            "1 stored nodes lie beyond the last checkpoint",
        ),
    ],
)
def test_each_damage_is_found_at_its_place(
    logged: World, statement: str, position: int | None, what: str
):
    damage(logged, statement)
    found = damages(logged)
    assert [one for one in found if one.position == position and what in one.what], found


def test_a_log_cut_at_its_end_with_all_that_belongs_to_it_is_found_by_its_chains(logged: World):
    damage(
        logged,
        "DELETE FROM receipts WHERE position = 5",
        "DELETE FROM tree_checkpoints WHERE size = 6",
        'DELETE FROM tree_nodes WHERE ("index" + 1) << level > 3',
    )
    assert "the chain of lnk_c does not end as its head says" in [
        one.what for one in damages(logged)
    ]


def test_proofs_of_many_are_the_proofs_of_each(logged: World):
    many = prove_inclusions(logged.work(), positions=[5, 0, 3], size=6)
    assert many == [
        prove_inclusion(logged.work(), position=position, size=6) for position in (5, 0, 3)
    ]
    for one in many:
        assert verify_inclusion(
            one.leaf, position=one.position, size=6, path=one.path, root=one.root
        )
    assert prove_inclusions(logged.work(), positions=[], size=6) == []


def test_a_cursor_is_refused_by_a_log_that_holds_nothing(world: World):
    beyond = read_feed(world.work(), client_id="klesia", after_position=0, most=9)
    assert not isinstance(beyond, Feed)
