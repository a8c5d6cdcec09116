"""One instant, reads that see the latest commit, at most one write (docs/decisions/0003)."""

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from mag_server.base.db import Database
from mag_server.base.hashing import Hasher
from mag_server.base.work import Cache, Equipment, Work, WriteTwiceError
from mag_server.rooms.audit.actions import list_latest_acts, record_act


def note(work: Work, connection: object, act: str = "noted") -> None:
    record_act(work, connection=connection, act=act, by="test", about="it")  # type: ignore[arg-type]  # a connection, named loosely in tests


def acts(work: Work) -> list[str]:
    return [entry.act for entry in list_latest_acts(work)]


def refuse_inside_the_block(work: Work) -> str:
    with work.writing() as connection:
        note(work, connection)
        return "refused"


def fail_inside_the_block(work: Work) -> None:
    with work.writing() as connection:
        note(work, connection)
        raise RuntimeError("a fault")


def fail_inside_the_durable_block(work: Work) -> None:
    with work.writing_durably() as connection:
        note(work, connection)
        raise RuntimeError("a fault")


def another_process(equipment: Equipment) -> Equipment:
    """Return what another server process has, on the same database: nothing is shared but that."""
    return Equipment(
        equipment.settings,
        Database(equipment.settings.database_url),
        equipment.secret_keys,
        Hasher(),
    )


def test_each_read_of_one_work_sees_the_latest_commit(work: Work):
    with work.read() as reader:
        first = reader.execute(text("SELECT count(*) FROM audit_entries")).scalar()
        other = work.again()
        with other.writing() as connection:
            note(other, connection)
        assert (first, reader.execute(text("SELECT count(*) FROM audit_entries")).scalar()) == (
            0,
            1,
        )


def test_a_block_shows_nothing_before_it_ends(work: Work):
    with work.writing() as connection:
        note(work, connection)
        assert acts(work.again()) == []
    assert acts(work) == ["noted"]


@pytest.mark.parametrize("kind", ["writing", "writing_durably"])
def test_what_is_read_inside_a_block_is_what_the_block_wrote(work: Work, kind: str):
    with getattr(work, kind)() as connection:
        note(work, connection)
        assert acts(work) == ["noted"]


def test_a_read_after_a_block_that_failed_sees_the_latest_commit(work: Work):
    with pytest.raises(RuntimeError, match="a fault"):
        fail_inside_the_block(work)
    refuse_inside_the_block(work.again())
    assert acts(work) == ["noted"]


def test_reads_inside_a_read_share_its_connection(work: Work):
    with work.read() as outer:
        with work.read() as inner:
            assert inner is outer
        assert outer.execute(text("SELECT 1")).scalar() == 1


@pytest.mark.parametrize("second", ["writing", "writing_durably"])
@pytest.mark.parametrize("first", ["writing", "writing_durably"])
def test_a_second_block_in_one_work_is_refused(work: Work, first: str, second: str):
    with getattr(work, first)() as connection:
        note(work, connection)
    with pytest.raises(WriteTwiceError), getattr(work, second)():
        pass


def test_a_block_inside_a_block_is_refused_and_nothing_is_written(work: Work):
    def nest() -> None:
        with work.writing() as connection:
            note(work, connection)
            with work.writing():
                pass

    with pytest.raises(WriteTwiceError):
        nest()
    assert acts(work) == []


def test_a_new_work_of_the_same_instant_may_write_again(work: Work):
    refuse_inside_the_block(work)
    again = work.again()
    assert again.now == work.now
    refuse_inside_the_block(again)
    assert acts(work) == ["noted", "noted"]


def test_what_was_written_before_a_refusal_returned_from_the_block_stays(work: Work):
    assert refuse_inside_the_block(work) == "refused"
    assert acts(work) == ["noted"]


@pytest.mark.parametrize("fail", [fail_inside_the_block, fail_inside_the_durable_block])
def test_an_exception_takes_everything_back(work: Work, fail):
    with pytest.raises(RuntimeError, match="a fault"):
        fail(work)
    assert acts(work) == []


def test_one_statement_charged_before_the_block_stays_when_the_block_fails(work: Work):
    statement = text("INSERT INTO cache_versions (name, number) VALUES ('charged', 1)")
    assert work.once(statement) == []
    with pytest.raises(RuntimeError):
        fail_inside_the_block(work)
    assert work.database.cache_version("charged") == 1


def test_writers_of_two_processes_wait_for_one_another_or_go_side_by_side(
    equipment: Equipment, now: datetime
):
    other = another_process(equipment)
    entered, wrote = threading.Event(), []

    def write_second() -> None:
        assert entered.wait(timeout=30)
        work = other.work(now)
        with work.writing() as connection:
            note(work, connection, "second")
        wrote.append("second")

    with ThreadPoolExecutor(max_workers=1) as pool:
        first = equipment.work(now)
        with first.writing() as connection:
            second = pool.submit(write_second)
            entered.set()
            note(first, connection, "first")
            assert "first" not in acts(first.again())
            if equipment.database.is_sqlite:
                assert wrote == []
        second.result(timeout=30)
    assert set(acts(equipment.work(now))) == {"first", "second"}
    other.database.dispose()


def test_twenty_writers_that_read_before_they_write_are_never_told_it_is_locked(
    equipment: Equipment, now: datetime
):
    def count_one(_: int) -> None:
        work = equipment.work(now)
        with work.writing() as connection:
            connection.execute(text("SELECT count(*) FROM audit_entries")).scalar()
            note(work, connection)

    with ThreadPoolExecutor(max_workers=20) as pool:
        list(pool.map(count_one, range(60)))
    assert len(acts(equipment.work(now))) == 60


def change(equipment: Equipment, now: datetime) -> None:
    work = equipment.work(now)
    with work.writing() as connection:
        work.change_cached(connection, "weather")


def test_a_value_is_loaded_once_while_nothing_changes(equipment: Equipment, now: datetime):
    loaded: list[str] = []
    for seconds in range(10):
        equipment.work(now + timedelta(seconds=seconds)).cached(
            "weather", lambda: loaded.append("again")
        )
    assert loaded == ["again"]


def test_a_change_shows_at_once_in_the_process_that_made_it(equipment: Equipment, now: datetime):
    assert equipment.work(now).cached("weather", lambda: "rain") == "rain"
    change(equipment, now)
    assert equipment.work(now).cached("weather", lambda: "sun") == "sun"


def test_a_change_shows_within_a_second_in_another_process(equipment: Equipment, now: datetime):
    other = another_process(equipment)
    assert other.work(now).cached("weather", lambda: "rain") == "rain"
    change(equipment, now)
    one_second = timedelta(seconds=1)
    almost = now + one_second - timedelta(microseconds=1)
    assert other.work(almost).cached("weather", lambda: "sun") == "rain"
    assert other.work(now + one_second).cached("weather", lambda: "sun") == "sun"
    other.database.dispose()


def test_a_change_shows_after_a_clock_was_put_back(equipment: Equipment, now: datetime):
    other = another_process(equipment)
    assert other.work(now).cached("weather", lambda: "rain") == "rain"
    change(equipment, now)
    back = now - timedelta(hours=1)
    assert other.work(back).cached("weather", lambda: "sun") == "sun"
    other.database.dispose()


def test_a_change_made_by_a_real_other_process_shows(equipment: Equipment, now: datetime):
    assert equipment.work(now).cached("weather", lambda: "rain") == "rain"
    script = (
        "import sys; from mag_server.base.db import Database\n"
        "database = Database(sys.argv[1])\n"
        "with database.writers.begin() as connection:\n"
        "    database.move_cache_version(connection, 'weather')\n"
        "database.dispose()\n"
    )
    url = equipment.settings.database_url
    subprocess.run([sys.executable, "-c", script, url], check=True, timeout=60)  # noqa: S603 - our own interpreter, our own text
    later = now + timedelta(seconds=1)
    assert equipment.work(later).cached("weather", lambda: "sun") == "sun"


def test_a_change_that_is_rolled_back_changes_no_version(work: Work):
    def fail() -> None:
        with work.writing() as connection:
            work.change_cached(connection, "weather")
            raise RuntimeError("a fault")

    with pytest.raises(RuntimeError):
        fail()
    assert work.database.cache_version("weather") == 0


def test_what_another_thread_kept_while_the_change_was_not_committed_is_dropped(
    equipment: Equipment, now: datetime
):
    work = equipment.work(now)
    with work.writing() as connection:
        work.change_cached(connection, "weather")
        # Another thread of this process, before the commit.
        assert equipment.work(now).cached("weather", lambda: "rain") == "rain"
    assert equipment.work(now).cached("weather", lambda: "sun") == "sun"


def test_what_was_being_read_while_it_changed_is_not_kept(now: datetime):
    cache = Cache()

    def read_slowly() -> str:
        cache.forget()
        return "rain"

    kept = {"now": now, "version": lambda: 1}
    assert cache.recall("weather", **kept, load=read_slowly) == "rain"
    assert cache.recall("weather", **kept, load=lambda: "sun") == "sun"


def test_two_cached_values_move_apart(equipment: Equipment, now: datetime):
    other = another_process(equipment)
    loaded: list[str] = []
    for name in ("weather", "tide"):
        other.work(now).cached(name, lambda name=name: loaded.append(name))
    change(equipment, now)
    later = now + timedelta(seconds=1)
    for name in ("weather", "tide"):
        other.work(later).cached(name, lambda name=name: loaded.append(name))
    assert loaded == ["weather", "tide", "weather"]
    other.database.dispose()


def test_equipment_and_work_show_no_secret(equipment: Equipment, now: datetime):
    shown = (
        f"{equipment!r} {equipment.work(now)!r} {equipment.settings!r} {equipment.secret_keys!r}"
    )
    assert equipment.secret_keys.keys[0] not in shown
    assert "postgres" not in repr(replace(equipment.settings, database_url="postgresql://u:p@h/d"))
