"""Verbs of who guesses: many passwords, many addresses, many at once."""

import copy
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlalchemy import select
from werkzeug.test import TestResponse

from mag_server.app import create_app
from mag_server.base.db import Database
from mag_server.base.hashing import Hasher
from mag_server.base.work import Equipment
from mag_server.rooms.attempts.store import attempt_buckets
from tests.world import Form, World, shown_code

ENTERS, WRONG, WAIT, BUSY = "enters", "MAG-201", "MAG-202", "MAG-501"


def outcome(response: TestResponse) -> str:
    """Return what a submitted form led to: ENTERS, or the code of its refusal."""
    return ENTERS if response.status_code == 303 else shown_code(response)


def wait_in(response: TestResponse) -> int:
    """Return the seconds one is asked to wait; 0 when one is not."""
    return int(response.headers.get("Retry-After", 0))


def guess(world: World, **typed: str) -> TestResponse:
    """Submit one wrong password (unless told otherwise) from a browser never seen before."""
    form = world.browser().open_form()
    return form.submit(**{"password": "Wrong-guess-99"} | typed)


def fail(world: World, times: int, **typed: str) -> None:
    """Fail so many times; each one was checked."""
    form = world.browser().open_form()
    for _ in range(times):
        assert outcome(form.submit(**{"password": "Wrong-guess-99"} | typed)) == WRONG


def at_once(world: World, submissions: Iterable[dict[str, str]]) -> list[TestResponse]:
    """Submit one form of each kind at the same moment, each from its own thread and browser."""
    typed = list(submissions)
    shown = world.browser().open_form().response
    forms = [Form(world.browser(), shown) for _ in typed]
    start = Barrier(len(typed))

    def submit(form: Form, fields: dict[str, str]) -> TestResponse:
        start.wait(timeout=60)
        return form.submit(**fields)

    with ThreadPoolExecutor(max_workers=len(typed)) as pool:
        return list(pool.map(submit, forms, typed))


def another_server(world: World) -> World:
    """Start another server process's worth of equipment on the same database."""
    equipment = Equipment(
        settings=world.equipment.settings,
        database=Database(world.equipment.settings.database_url),
        secret_keys=world.equipment.secret_keys,
        hasher=Hasher(),
    )
    other = copy.copy(world)
    other.equipment = equipment
    other.app = create_app(equipment, clock=lambda: other.now)
    return other


def buckets(world: World, kind: str) -> dict[str, int]:
    """Return the failures in each bucket of a kind (`triplet`, `address`, `familiar`)."""
    with world.work().read() as connection:
        rows = connection.execute(select(attempt_buckets)).all()
    return {row.name: row.failures for row in rows if row.name.startswith(f"{kind}:")}
