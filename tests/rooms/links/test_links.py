"""Links are made, listed, revoked and extended by the partner that owns them, on both stores."""

from datetime import timedelta

import pytest

from mag_server.base.secrets import fingerprint
from mag_server.rooms.audit.actions import list_latest_acts
from mag_server.rooms.calls.model import Call, CallRefusal
from mag_server.rooms.drafts.model import Accept, Kind, LinkReason, LinkRefused
from mag_server.rooms.links.actions import (
    create_links,
    extend_link,
    find_link,
    link_by_id,
    link_by_token,
    list_links,
    revoke_link,
)
from mag_server.rooms.links.model import (
    AddresseeMatch,
    Link,
    LinkFilter,
    LinkPage,
    LinkState,
    MadeLink,
    accepts,
    match_addressee,
)
from tests.rooms.links.asked import (
    TOM,
    asked,
    make_link,
    make_links,
    notification,
    register_sender,
    token_of,
)
from tests.world import World


def page(world: World, asked_for: LinkFilter | None = None, **options: object) -> LinkPage:
    found = list_links(world.work(), client_id="klesia", asked=asked_for or LinkFilter(), **options)
    assert isinstance(found, LinkPage), found
    return found


def test_a_link_is_kept_as_it_was_asked(world: World) -> None:
    partner = register_sender(world)
    words = {"contact": "02 98 00 00 00", "organisme": "Carsat Bretagne – « AT/MP »"}
    asked_for = notification(world, words=words, reference="avis 7", accept="same_siret")
    link = make_link(world, partner, **asked_for)
    assert (link.siret, link.nom, link.prenom) == ("97050551700072", "SAWYER", "TOM")
    assert (link.email, link.words, link.reference) == (TOM["email"], words, "avis 7")
    assert (link.kind, link.accept) == (Kind.NOTIFICATION, Accept.SAME_SIRET)
    assert link.created_at == world.now
    assert link.expires_at == world.now + timedelta(days=90)
    assert link.client_id == "klesia"
    assert link.state(world.now) is LinkState.ACTIVE
    assert link_by_id(world.work(), link_id=link.link_id) == link


def test_a_bad_line_loses_nobody_else_s(world: World) -> None:
    partner = register_sender(world)
    made = make_links(world, partner, asked(), asked(kind="avis"), [], asked(reference="last"))
    numbers = [(number, type(one)) for number, one in made.outcomes]
    assert numbers == [(1, MadeLink), (2, LinkRefused), (3, LinkRefused), (4, MadeLink)]
    assert made.made == 2
    assert [link.reference for link in page(world).links] == ["last", None]


def test_the_address_is_told_only_to_who_sends_the_mail_itself(world: World) -> None:
    partner = register_sender(world)
    ((_, mailed),) = make_links(world, partner, asked()).outcomes
    assert isinstance(mailed, MadeLink)
    assert mailed.url is None
    link_id, token = token_of(world, partner)
    found = link_by_token(world.work(), token=token)
    assert found is not None
    assert found.link_id == link_id
    assert len(f"{world.issuer}/l/{token}") < 200


def test_only_a_fingerprint_of_the_token_is_kept(world: World) -> None:
    _link_id, token = token_of(world, register_sender(world))
    with world.work().read() as connection:
        row = str(connection.exec_driver_sql("SELECT * FROM links").one())
    assert fingerprint(token) in row
    assert token not in row


def test_the_same_call_twice_makes_one_link_and_tells_one_answer(world: World) -> None:
    partner = register_sender(world)
    call = Call("klesia", "key", "body")
    lines = (asked(delivery="own", reference="é"), asked(kind="avis"), asked(target="https://x/#"))
    first = make_links(world, partner, *lines, call=call)
    assert make_links(world, partner, *lines, call=call) == first
    assert len(page(world).links) == 1
    other = create_links(
        world.work(), partner=partner, lines=[], call=Call("klesia", "key", "other"), by="test"
    )
    assert other is CallRefusal.OTHER_BODY


def test_a_call_that_fails_makes_nothing_and_frees_its_key(world: World) -> None:
    partner = register_sender(world)
    call = Call("klesia", "key", "body")

    def lines():
        yield 1, asked()
        raise RuntimeError("a fault")

    with pytest.raises(RuntimeError):
        create_links(world.work(), partner=partner, lines=lines(), call=call, by="test")
    assert page(world).links == ()
    assert make_links(world, partner, asked(), call=call).made == 1


def test_another_partner_s_link_is_as_unknown_as_none(world: World) -> None:
    link = make_link(world, register_sender(world))
    register_sender(world, "mcf")
    for link_id in (link.link_id, "lnk_" + "x" * 22, "lnk_' OR 1=1", ""):
        asked_for = {"client_id": "mcf", "link_id": link_id}
        assert find_link(world.work(), **asked_for) is None
        assert revoke_link(world.work(), **asked_for, by="mcf") is None
        later = world.now + timedelta(days=2)
        assert extend_link(world.work(), **asked_for, expires_at=later, by="mcf") is None
    found = list_links(world.work(), client_id="mcf", asked=LinkFilter())
    assert found == LinkPage((), None)
    foreign = list_links(world.work(), client_id="mcf", asked=LinkFilter(), after=link.link_id)
    assert foreign == LinkRefused(LinkReason.UNKNOWN, "after")
    assert link_by_id(world.work(), link_id=link.link_id) == link


def test_pages_go_back_in_time_and_miss_nothing_that_is_made_meanwhile(world: World) -> None:
    partner = register_sender(world)
    make_links(world, partner, *[asked(reference=str(n)) for n in range(5)])
    first = page(world, most=2)
    assert [link.reference for link in first.links] == ["4", "3"]
    make_links(world, partner, asked(reference="new"))
    second = page(world, most=2, after=first.next)
    assert [link.reference for link in second.links] == ["2", "1"]
    third = page(world, most=2, after=second.next)
    assert [link.reference for link in third.links] == ["0"]
    assert third.next is None


@pytest.mark.parametrize("most", [-1, 0, 1])
def test_a_page_holds_one_link_at_least(world: World, most: int) -> None:
    partner = register_sender(world)
    make_links(world, partner, asked(), asked())
    assert len(page(world, most=most).links) == 1


def test_links_are_found_by_what_a_partner_knows_of_them(world: World) -> None:
    partner = register_sender(world)
    christian = TOM | {"siret": "99900027600017", "nom": "ABGRALL", "prenom": "CHRISTIAN"}
    make_links(
        world,
        partner,
        asked(reference="a", expires_at="2026-03-02T09:00:00Z"),
        asked(reference="b"),
        asked(reference="c", addressee=christian),
        notification(world, reference="d"),
    )
    revoked = page(world, LinkFilter(reference="b")).links[0]
    revoke_link(world.work(), client_id="klesia", link_id=revoked.link_id, by="klesia")
    world.pass_time(hours=1)
    make_links(world, partner, asked(reference="e"))

    def found(**wanted: object) -> str:
        asked_for = LinkFilter(**wanted)
        return "".join(str(link.reference) for link in page(world, asked_for).links)

    assert found() == "edcba"
    assert found(state=LinkState.ACTIVE) == "edc"
    assert found(state=LinkState.EXPIRED) == "a"
    assert found(state=LinkState.REVOKED) == "b"
    assert found(kind=Kind.NOTIFICATION) == "d"
    assert found(message="notification-taux-at-mp") == "d"
    assert found(siret="99900027600017") == "c"
    assert found(created_from=world.now) == "e"
    assert found(created_before=world.now) == "dcba"
    assert found(reference="a", state=LinkState.ACTIVE) == ""


def test_a_revoked_link_stays_revoked_and_says_since_when(world: World) -> None:
    link = make_link(world, register_sender(world))
    asked_for = {"client_id": "klesia", "link_id": link.link_id}
    revoked = revoke_link(world.work(), **asked_for, by="klesia")
    assert isinstance(revoked, Link)
    assert revoked.state(world.now) is LinkState.REVOKED
    first = world.now
    world.pass_time(hours=1)
    again = revoke_link(world.work(), **asked_for, by="klesia")
    assert isinstance(again, Link)
    assert again.revoked_at == first
    later = world.now + timedelta(days=2)
    refused = extend_link(world.work(), **asked_for, expires_at=later, by="klesia")
    assert refused == LinkRefused(LinkReason.NOT_ACTIVE)


def test_an_expired_link_is_neither_revoked_nor_extended(world: World) -> None:
    link = make_link(world, register_sender(world))
    asked_for = {"client_id": "klesia", "link_id": link.link_id}
    world.pass_time(days=90)
    assert revoke_link(world.work(), **asked_for, by="x") == LinkRefused(LinkReason.NOT_ACTIVE)
    later = world.now + timedelta(days=2)
    refused = extend_link(world.work(), **asked_for, expires_at=later, by="x")
    assert refused == LinkRefused(LinkReason.NOT_ACTIVE)


def test_an_extended_link_opens_longer_by_the_rules_of_a_new_one(world: World) -> None:
    link = make_link(world, register_sender(world))
    asked_for = {"client_id": "klesia", "link_id": link.link_id}
    later = world.now + timedelta(days=200)
    extended = extend_link(world.work(), **asked_for, expires_at=later, by="klesia")
    assert isinstance(extended, Link)
    assert extended.expires_at == later
    for wrong in (world.now, world.now + timedelta(days=367)):
        refused = extend_link(world.work(), **asked_for, expires_at=wrong, by="klesia")
        assert refused == LinkRefused(LinkReason.EXPIRY, "expires_at")


def test_who_made_revoked_and_extended_a_link_stands_in_the_audit(world: World) -> None:
    link = make_link(world, register_sender(world))
    asked_for = {"client_id": "klesia", "link_id": link.link_id}
    later = world.now + timedelta(days=200)
    extend_link(world.work(), **asked_for, expires_at=later, by="klesia")
    revoke_link(world.work(), **asked_for, by="cli")
    acts = [(act.act, act.by, act.about) for act in list_latest_acts(world.work())[:3]]
    assert acts == [
        ("link revoked", "cli", link.link_id),
        ("link extended", "klesia", link.link_id),
        ("links made", "test", "klesia"),
    ]


def test_nobody_s_name_is_in_a_link_s_repr(world: World) -> None:
    told = repr(make_link(world, register_sender(world), **notification(world)))
    assert not any(one in told for one in ("SAWYER", "TOM", "97050", "toment", "CARSAT"))


def test_who_comes_stands_to_the_addressee_in_one_of_three_ways(world: World) -> None:
    partner = register_sender(world)
    tom = world.register_person("SAWYER", "TOM")
    huck = world.register_person("FINN", "HUCK")
    other = world.register_person("SAWYER", "TOM", siret="99900027600017")
    link = make_link(world, partner, addressee=TOM | {"nom": "Sawyer", "prenom": " tom "})
    assert match_addressee(link, tom) is AddresseeMatch.ADDRESSEE
    assert match_addressee(link, huck) is AddresseeMatch.SAME_SIRET
    assert match_addressee(link, other) is AddresseeMatch.OTHER


@pytest.mark.parametrize(
    ("accept", "let_in"),
    [
        ("addressee", {AddresseeMatch.ADDRESSEE}),
        ("same_siret", {AddresseeMatch.ADDRESSEE, AddresseeMatch.SAME_SIRET}),
        ("anyone", set(AddresseeMatch)),
    ],
)
def test_a_link_lets_in_whom_its_partner_said(
    sqlite_world: World, accept: str, let_in: set[AddresseeMatch]
) -> None:
    link = make_link(sqlite_world, register_sender(sqlite_world), accept=accept)
    assert {match for match in AddresseeMatch if accepts(link, match)} == let_in
