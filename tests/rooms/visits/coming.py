"""People who come to a link, one room below the pages."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from mag_server.rooms.links.model import Link
from mag_server.rooms.people.model import Person
from mag_server.rooms.receipts.actions import list_link
from mag_server.rooms.sessions.actions import open_frame_session
from mag_server.rooms.sessions.model import Proof, Session
from mag_server.rooms.visits.actions import new_visit, record_authentication
from mag_server.rooms.visits.model import LinkRefusal, Recorded
from tests.world import World

T = TypeVar("T")


def session_of(world: World, person: Person) -> Session:
    """Open a session of a person's."""
    work = world.work()
    with work.writing() as connection:
        proof = Proof(person.sub, f"{world.issuer}/acr/password", ("pwd",))
        return open_frame_session(work, connection=connection, proof=proof)


def authenticate(
    world: World, link: Link, person: Person, session: Session
) -> Recorded | LinkRefusal:
    """Record that a person was authenticated at a link."""
    work = world.work()
    with work.writing_durably() as connection:
        return record_authentication(
            work, connection=connection, link=link, person=person, session=session
        )


def hand(world: World, link: Link, session: Session) -> str:
    """Hand out a visit handle."""
    work = world.work()
    with work.writing() as connection:
        return new_visit(work, connection=connection, link=link, session_sid=session.sid)


def told(world: World, link: Link) -> list[tuple[str, str | None]]:
    """Return stage and manner of each receipt of a link."""
    kept = list_link(world.work(), link_id=link.link_id)
    assert [one.number for one in kept] == list(range(1, len(kept) + 1))
    return [(one.stage.value, one.observed) for one in kept]


def at_once(*acts: Callable[[], T]) -> Sequence[T]:
    """Do several things at the same instant; return what each gave, in order."""
    start = Barrier(len(acts))

    def act(one: Callable[[], T]) -> T:
        start.wait()
        return one()

    with ThreadPoolExecutor(max_workers=len(acts)) as pool:
        return list(pool.map(act, acts))
