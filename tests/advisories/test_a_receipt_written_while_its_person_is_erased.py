"""A person erased in the very instant of a sign-in at a link stayed disclosed in the receipt.

The erasure looked for receipts before the one of the sign-in was committed, and found none.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait

from mag_server.rooms.arrivals.actions import arrive
from mag_server.rooms.erasure.actions import erase_person
from mag_server.rooms.forms.model import LinkRequest
from mag_server.rooms.people.actions import radiate_declarant
from mag_server.rooms.people.model import Person
from mag_server.rooms.receipts.actions import append_receipt, list_link
from mag_server.rooms.receipts.model import Stage
from mag_server.rooms.visits.actions import record_consultation
from tests.rooms.links.asked import make_link, register_sender
from tests.rooms.receipts.receipted import fact
from tests.rooms.visits.coming import authenticate, session_of
from tests.world import World

# Long enough for the second act to be done, where nothing makes it wait for the first.
A_MOMENT_SECONDS = 0.5


def arrive_while(world: World, act: Callable[[str], object]) -> tuple[str, object]:
    """Be authenticated at a link, and do something else before that is committed."""
    partner = register_sender(world)
    link, tom = make_link(world, partner), world.register_person()
    session = session_of(world, tom)
    request = LinkRequest(link.link_id, "klesia", "taux-at-mp", 0)
    work = world.work()
    with ThreadPoolExecutor(1) as pool:
        with work.writing_durably() as connection:
            arrived = arrive(
                work, connection=connection, partner=partner, request=request, session=session
            )
            assert arrived.handle is not None
            meanwhile = pool.submit(act, tom.sub)
            wait([meanwhile], timeout=A_MOMENT_SECONDS)
        return link.link_id, meanwhile.result(timeout=30)


def test_whoever_is_erased_during_a_sign_in_is_disclosed_nowhere(world: World):
    link_id, erased = arrive_while(
        world, lambda sub: erase_person(world.work(), sub=sub, by="test")
    )
    assert erased == 1, "the erasure waited, and found the receipt"
    receipts = list_link(world.work(), link_id=link_id)
    assert [one.stage.value for one in receipts] == ["opened", "authenticated"]
    assert [one.disclosures for one in receipts] == [(), ()]


def test_whoever_is_struck_off_during_a_sign_in_was_still_active(world: World):
    link_id, radiated = arrive_while(
        world, lambda sub: radiate_declarant(world.work(), sub=sub, by="test")
    )
    assert isinstance(radiated, Person)
    (opened, _) = list_link(world.work(), link_id=link_id)
    assert opened.stage is Stage.OPENED


def test_a_consultation_said_while_its_person_is_erased_discloses_nobody(world: World):
    link, tom = make_link(world, register_sender(world)), world.register_person()
    session = session_of(world, tom)
    authenticate(world, link, tom, session)

    def consult() -> object:
        return record_consultation(
            world.work(),
            client_id="klesia",
            link_id=link.link_id,
            session_sid=session.sid,
            document="ab" * 32,
        )

    work = world.work()
    with ThreadPoolExecutor(2) as pool:
        with work.writing_durably() as connection:
            # The link's chain is held here: the consultation waits, having read who it was.
            append_receipt(work, connection=connection, fact=fact(link_id=link.link_id))
            acts = [pool.submit(consult)]
            wait(acts, timeout=A_MOMENT_SECONDS)
            acts.append(pool.submit(erase_person, world.work(), sub=tom.sub, by="test"))
            wait(acts, timeout=A_MOMENT_SECONDS)
        assert all(act.result(timeout=30) for act in acts)
    receipts = list_link(world.work(), link_id=link.link_id)
    assert [one.disclosures for one in receipts] == [()] * len(receipts)
