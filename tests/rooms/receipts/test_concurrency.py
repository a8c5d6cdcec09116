"""Many at once: no receipt is lost, skipped or doubled, and no chain forks."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait

import pytest
from sqlalchemy.exc import IntegrityError

from mag_server.base.merkle import EMPTY_ROOT, verify_consistency
from mag_server.rooms.keys.actions import list_receipt_keys, report_compromise
from mag_server.rooms.receipts.actions import (
    append_receipt,
    append_receipts,
    list_link,
    read_feed,
    read_log,
    sequence_receipts,
    verify_log,
)
from mag_server.rooms.receipts.model import Damage, Feed, Receipt, Stage
from mag_server.rooms.tree.actions import (
    current_checkpoint,
    list_checkpoints,
    prove_consistency,
    take_turn,
)
from tests.rooms.receipts.receipted import LINK, append, fact
from tests.world import World

THREADS = 16


def at_once(*doing: Callable[[], object]) -> None:
    """Do all of it at the same time; fail as the first that failed."""
    begin = threading.Barrier(len(doing))

    def begun(one: Callable[[], object]) -> object:
        begin.wait()
        return one()

    with ThreadPoolExecutor(len(doing)) as pool:
        for done in [pool.submit(begun, one) for one in doing]:
            done.result()


def feed_of(world: World, after: int | None = None) -> Feed:
    feed = read_feed(world.work(), client_id="klesia", after_position=after, most=500)
    assert isinstance(feed, Feed), feed
    return feed


def links_told(feed: Feed) -> list[str]:
    return [one.link_id for one in feed.receipts]


def damages(world: World) -> list[Damage]:
    return [found for found in verify_log(world.work()) if isinstance(found, Damage)]


def fail_after(world: World, receipt: str) -> None:
    work = world.work()
    with work.writing_durably() as connection:
        append_receipt(work, connection=connection, fact=fact(link_id=receipt))
        raise KeyError


def test_sixteen_threads_append_to_one_link_and_the_chain_is_whole(world: World):
    at_once(*[lambda: append(world, *[fact()] * 4)] * THREADS)
    found = list_link(world.work(), link_id=LINK)
    assert [one.number for one in found] == list(range(1, 4 * THREADS + 1))
    sequence_receipts(world.work())
    assert [one.position for one in list_link(world.work(), link_id=LINK)] == list(
        range(4 * THREADS)
    )
    assert damages(world) == []


def test_a_word_is_spent_once_by_sixteen_threads(world: World):
    made: list[Receipt | None] = []
    at_once(*[lambda: made.extend(append(world, fact(once="opened")))] * THREADS)
    assert len(made) == THREADS
    assert len([one for one in made if one]) == 1
    assert len(list_link(world.work(), link_id=LINK)) == 1


def test_who_waits_for_a_block_that_fails_takes_its_number(world: World):
    waiting = threading.Thread(target=append, args=(world, fact(once="opened")))
    with pytest.raises(KeyError):  # noqa: PT012 - the block is what fails
        work = world.work()
        with work.writing_durably() as connection:
            append_receipt(work, connection=connection, fact=fact(once="opened"))
            waiting.start()
            waiting.join(0.3)
            assert waiting.is_alive()
            raise KeyError
    waiting.join(20)
    assert not waiting.is_alive()
    (kept,) = list_link(world.work(), link_id=LINK)
    assert kept.number == 1
    assert damages(world) == []


def test_blocks_over_the_same_links_in_any_order_never_wait_for_each_other(world: World):
    names = ["lnk_a", "lnk_m", "lnk_z"]

    def over(links: list[str]) -> None:
        work = world.work()
        with work.writing_durably() as connection:
            facts = [fact(link_id=one) for one in links]
            append_receipts(work, connection=connection, facts=facts)

    with ThreadPoolExecutor(2) as pool:
        held = world.work()
        with held.writing_durably() as connection:
            # Both come as far as this link: were their orders their own, each would hold its first.
            append_receipt(held, connection=connection, fact=fact(link_id="lnk_m"))
            both = [pool.submit(over, links) for links in (names, names[::-1])]
            wait(both, timeout=0.5)
            assert not any(one.done() for one in both)
        for one in both:
            one.result()
    assert [len(list_link(world.work(), link_id=name)) for name in names] == [2, 3, 2]
    assert damages(world) == []


def test_several_receipts_of_one_block_are_chained_in_their_order_around_a_spent_word(world: World):
    append(world, fact(link_id="lnk_a", once="opened"))
    work = world.work()
    with work.writing_durably() as connection:
        made = append_receipts(
            work,
            connection=connection,
            facts=[
                fact(Stage.RELAYED, link_id="lnk_b"),
                fact(link_id="lnk_a", once="opened"),
                fact(Stage.AUTHENTICATED, link_id="lnk_a", once="x"),
                fact(Stage.CONSULTED, link_id="lnk_a"),
                fact(Stage.BOUNCED, link_id="lnk_b"),
            ],
        )
    told = [one and (one.link_id, one.number) for one in made]
    assert told == [("lnk_b", 1), None, ("lnk_a", 2), ("lnk_a", 3), ("lnk_b", 2)]
    chain = list_link(world.work(), link_id="lnk_a")
    assert chain[2].jws == made[3].jws if made[3] else False
    assert damages(world) == []


def test_a_transaction_held_open_across_two_reads_loses_nothing(world: World):
    append(world, fact(link_id="lnk_a"))
    held = world.work()
    with held.writing_durably() as connection:
        append_receipt(held, connection=connection, fact=fact(link_id="lnk_slow"))
        # On SQLite there is one writer: nobody else commits meanwhile, and readers go on.
        first = feed_of(world) if not world.equipment.database.is_sqlite else None
        if first is not None:
            append(world, fact(link_id="lnk_b"))
            second = feed_of(world, after=first.next)
            assert (links_told(first), links_told(second)) == (["lnk_a"], ["lnk_b"])
    after = second.next if first is not None else feed_of(world).receipts[0].position
    third = feed_of(world, after=after)
    assert links_told(third) == ["lnk_slow"]
    assert damages(world) == []


def test_readers_go_on_while_a_transaction_is_open(world: World):
    append(world, fact(link_id="lnk_a"))
    first = feed_of(world)
    held = world.work()
    with held.writing_durably() as connection:
        append_receipt(held, connection=connection, fact=fact(link_id="lnk_slow"))
        assert links_told(feed_of(world, after=first.next)) == []
        assert links_told(feed_of(world)) == ["lnk_a"]
    assert links_told(feed_of(world, after=first.next)) == ["lnk_slow"]


def test_sequencers_and_writers_at_once_give_each_receipt_one_position(world: World):
    def write(name: str) -> None:
        for number in range(8):
            append(world, fact(link_id=f"lnk_{name}_{number % 3}"))

    def sequence() -> None:
        for _ in range(12):
            sequence_receipts(world.work(), most=5)

    writers = [lambda name=name: write(name) for name in "abcd"]
    at_once(*writers, *[sequence] * 4)
    while sequence_receipts(world.work()):
        pass
    log = list(read_log(world.work()))
    assert [one.position for one in log] == list(range(32))
    for link in {one.link_id for one in log}:
        numbers = [one.number for one in log if one.link_id == link]
        assert numbers == list(range(1, len(numbers) + 1))
    sizes = [one.size for one in list_checkpoints(world.work())]
    assert sizes == sorted(set(sizes))
    assert sizes[-1] == 32
    assert damages(world) == []


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_sequencer_waits_for_the_one_before_it(world: World):
    # SQLite has one writer at a time.
    append(world, fact(link_id="lnk_a"))
    first = world.work()

    def waits() -> bool:
        with world.equipment.database.readers.connect() as connection:
            asked = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            return bool(connection.exec_driver_sql(asked).scalar())

    with ThreadPoolExecutor(1) as pool:
        with first.writing_durably() as connection:
            assert take_turn(first, connection=connection) == 0
            second = pool.submit(lambda: sequence_receipts(world.work()))
            while not (waits() or second.done()):
                pass
            assert not second.done()
        assert second.result() == 1
    assert damages(world) == []


def test_a_sequencing_that_fails_leaves_no_position_and_goes_on_afterwards(world: World):
    append(world, *(fact(link_id=f"lnk_{number}") for number in range(3)))
    with world.equipment.database.writers.begin() as connection:
        connection.exec_driver_sql("INSERT INTO tree_nodes VALUES (1, 0, '')")
    with pytest.raises(IntegrityError):
        sequence_receipts(world.work())
    assert list(read_log(world.work())) == []
    assert list(list_checkpoints(world.work())) == []
    with world.equipment.database.writers.begin() as connection:
        connection.exec_driver_sql("DELETE FROM tree_nodes")
    assert sequence_receipts(world.work()) == 3
    assert damages(world) == []


def test_every_size_of_a_log_that_grew_one_by_one_is_proved_to_begin_every_later_one(world: World):
    sizes = 40
    roots = [EMPTY_ROOT]
    for number in range(sizes):
        append(world, fact(link_id=f"lnk_{number}"))
        sequence_receipts(world.work())
        roots.append(current_checkpoint(world.work()).root)
    for old in range(sizes + 1):
        for new in range(old, sizes + 1):
            proof = prove_consistency(world.work(), old=old, new=new)
            assert proof is not None
            good = {"old": old, "new": new, "path": proof.path}
            assert verify_consistency(roots[old], roots[new], **good)
            # Of the empty log there is nothing to change.
            assert old == 0 or not verify_consistency(roots[old], b"x" * 32, **good)
    assert prove_consistency(world.work(), old=1, new=sizes + 1) is None


def test_a_failed_block_spends_no_word_and_takes_no_number(world: World):
    with pytest.raises(KeyError):
        fail_after(world, LINK)
    append(world, fact(once="opened"))
    (kept,) = list_link(world.work(), link_id=LINK)
    assert kept.number == 1


def test_the_head_is_signed_anew_once_its_key_is_lost(world: World):
    append(world, fact())
    sequence_receipts(world.work())
    before = current_checkpoint(world.work())
    assert current_checkpoint(world.work()) == before
    world.pass_time(minutes=1)
    kid = world_kid(world)
    report_compromise(world.work(), kid=kid, since=world.now, by="test")
    after = current_checkpoint(world.work())
    assert (after.size, after.root) == (before.size, before.root)
    assert after.jws != before.jws
    assert damages(world) == []


def world_kid(world: World) -> str:
    ((key, _),) = list_receipt_keys(world.work())
    return key.kid
