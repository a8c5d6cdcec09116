"""A fact about a link, and receipts of facts."""

from mag_server.rooms.receipts.actions import append_receipt
from mag_server.rooms.receipts.model import Fact, Receipt, Stage
from tests.world import World

LINK = "lnk_3q2-7vQbS0mX9jJ5r1TzWA"


def fact(stage: Stage = Stage.OPENED, link_id: str = LINK, **changes: str) -> Fact:
    """Return what happened to a link of KLESIA's."""
    return Fact(link_id=link_id, client_id="klesia", stage=stage, **changes)


def append(world: World, *facts: Fact) -> list[Receipt | None]:
    """Sign a receipt of each fact, one block each."""
    made = []
    for one in facts:
        work = world.work()
        with work.writing_durably() as connection:
            made.append(append_receipt(work, connection=connection, fact=one))
    return made
