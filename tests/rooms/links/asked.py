"""A link as a partner asks for it, and a partner that may send some."""

from typing import Any

from mag_server.rooms.links.actions import create_links, find_link
from mag_server.rooms.links.model import CreatedLinks, Link, MadeLink
from mag_server.rooms.partners.model import Partner
from tests.world import World

TARGET = "http://klesia.localhost:8500/taux"
TOM = {
    "siret": "970 505 517 00072",
    "nom": "SAWYER",
    "prenom": "TOM",
    "email": "tom.sawyer@toment.example",
}


def asked(**changes: Any) -> dict[str, Any]:
    """Return a good link as it is asked for, changed as said; a change of None leaves it out."""
    members = {
        "addressee": TOM,
        "kind": "information",
        "message": "taux-at-mp",
        "target": TARGET,
    } | changes
    return {name: value for name, value in members.items() if value is not None}


def notification(world: World, **changes: Any) -> dict[str, Any]:
    """Return a good notification, made available at this instant."""
    available = world.now.isoformat()
    members = {
        "kind": "notification",
        "message": "notification-taux-at-mp",
        "words": {"organisme": "CARSAT Bretagne", "contact": "02 98 00 00 00"},
        "made_available_at": available,
    }
    return asked(**members | changes)


def register_sender(world: World, client_id: str = "klesia", **changes: Any) -> Partner:
    """Register a partner that links may lead to."""
    origin = f"http://{client_id}.localhost:8500"
    return world.register_partner(
        client_id,
        **{
            "initiate_login_uri": f"{origin}/mag/start",
            "targets": (f"{origin}/taux", f"{origin}/avis?annee&siret"),
        }
        | changes,
    )


def make_links(world: World, partner: Partner, *lines: Any, **options: Any) -> CreatedLinks:
    """Ask for links, one a line."""
    made = create_links(
        world.work(), partner=partner, lines=enumerate(lines, start=1), by="test", **options
    )
    assert isinstance(made, CreatedLinks), made
    return made


def make_link(world: World, partner: Partner, **changes: Any) -> Link:
    """Make one link and return it."""
    ((_, made),) = make_links(world, partner, asked(**changes)).outcomes
    assert isinstance(made, MadeLink), made
    link = find_link(world.work(), client_id=partner.client_id, link_id=made.link_id)
    assert link is not None
    return link


def token_of(world: World, partner: Partner, **changes: Any) -> tuple[str, str]:
    """Make one link that the partner sends itself; return its link_id and the token of its URL."""
    ((_, made),) = make_links(world, partner, asked(delivery="own", **changes)).outcomes
    assert isinstance(made, MadeLink), made
    assert made.url is not None
    return made.link_id, made.url.rpartition("/")[2]
