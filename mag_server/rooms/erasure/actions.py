from mag_server.base.work import Work
from mag_server.rooms.audit.actions import record_act
from mag_server.rooms.links.actions import blank_addressees, links_addressed_to
from mag_server.rooms.people.actions import find_by_triplet, forget_person, keys_of_person
from mag_server.rooms.people.model import Triplet
from mag_server.rooms.receipts.actions import erase_disclosures, forget_words
from mag_server.rooms.visits.actions import forget_visitor, words_of_refusals


def erase_person(work: Work, *, sub: str, by: str) -> int | None:
    """Erase a person's account and all that names them at links.

    Their links and letters are found by every name they sign in under; their refusals, which name
    nobody, by the fingerprint in what kept them to one a day.

    Returns:
        How many receipts named them, whose bytes and proofs stay as they were; None if nothing
        here was about such a person.
    """
    addressed = links_addressed_to(work, keys=keys_of_person(work, sub=sub))
    with work.writing_durably() as connection:
        blank_addressees(connection=connection, link_ids=addressed)
        known = forget_person(work, connection=connection, sub=sub, by=by)
        visited = forget_visitor(connection=connection, sub=sub)
        # After whatever sign-in held the person: what it wrote is seen.
        words = words_of_refusals(work, sub=sub)
        refused = forget_words(connection=connection, words=words)
        erased = erase_disclosures(work, connection=connection, sub=sub, by=by)
    return erased if known or visited or refused or erased else None


def erase_addressee(work: Work, *, triplet: Triplet, by: str) -> int | None:
    """Erase who signs in under these names or, where nobody does, whom links were addressed to.

    Returns:
        How many receipts named them; None if nothing here was about such a person.
    """
    person = find_by_triplet(work, triplet=triplet)
    if person is not None:
        return erase_person(work, sub=person.sub, by=by)
    addressed = links_addressed_to(work, keys=[triplet.key])
    if not addressed:
        return None
    about = work.secret_keys.keyed_fingerprint(*triplet.key, purpose="erased-addressee")
    with work.writing_durably() as connection:
        blank_addressees(connection=connection, link_ids=addressed)
        record_act(work, connection=connection, act="addressee erased", by=by, about=about)
    return 0
