"""Wrong passwords at emailed links (docs/decisions/0012)."""

from mag_server.rooms.signin.model import ADDRESS_ALLOWANCE, TRIPLET_ALLOWANCE
from tests.protocol.links.arriving import another, onward, send
from tests.world import World, shown_code

GATEWAY = "192.0.2.1"


def names(prefix: str = "test"):
    return (f"{prefix}{number}" for number in range(1000))


def test_what_a_mail_filter_types_makes_nobody_behind_its_address_wait(world: World):
    first = send(world)
    sent = [first, *(another(world, first.partner) for _ in range(ADDRESS_ALLOWANCE + 5))]
    for link, nom in zip(sent, names(), strict=False):
        refused = link.sign_in(world.browser(), nom=nom, password="test", address=GATEWAY)
        assert shown_code(refused) == "MAG-201"
    onward(sent[-1].sign_in(world.browser(), address=GATEWAY))
    # Nor does whoever comes to a portal's own form from there.
    form = world.browser().open_form()
    assert form.submit(address=GATEWAY).status_code == 303


def test_one_link_and_address_have_twenty_free_failures(world: World):
    sent, tried = send(world), names()
    other = another(world, sent.partner)
    for _ in range(ADDRESS_ALLOWANCE):
        sent.sign_in(world.browser(), nom=next(tried), password="test", address=GATEWAY)
    waits = sent.sign_in(world.browser(), address=GATEWAY)
    assert shown_code(waits) == "MAG-202"
    onward(other.sign_in(world.browser(), address=GATEWAY))
    onward(sent.sign_in(world.browser(), address="192.0.2.2"))


def test_a_person_has_five_free_failures_at_however_many_links(world: World):
    first = send(world)
    for _ in range(TRIPLET_ALLOWANCE):
        another(world, first.partner).sign_in(world.browser(), password="test", address=GATEWAY)
    waits = another(world, first.partner).sign_in(world.browser(), address="192.0.2.9")
    assert shown_code(waits) == "MAG-202"


def test_the_form_of_a_portal_counts_by_address_as_ever(world: World):
    send(world)
    for _, nom in zip(range(ADDRESS_ALLOWANCE), names(), strict=False):
        world.browser().open_form().submit(nom=nom, password="test", address=GATEWAY)
    assert shown_code(world.browser().open_form().submit(address=GATEWAY)) == "MAG-202"
