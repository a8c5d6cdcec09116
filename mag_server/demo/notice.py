"""The demonstration's one notice: new AT/MP rates, announced to a declarant by e-mail (A-12)."""

from mag_server.base.clock import system_clock
from mag_server.base.work import Equipment
from mag_server.demo.sample import BY, PEOPLE
from mag_server.rooms.links.actions import create_links, list_links
from mag_server.rooms.links.model import LinkFilter, LinkState
from mag_server.rooms.partners.model import Partner

REFERENCE = "demonstration"
_ADDRESSEE = "christian.abgrall@cabinet.example"


def send_notice(equipment: Equipment, *, partner: Partner, target: str) -> bool:
    """Put the notice into the outbox, unless one that still opens was sent before."""
    asked = LinkFilter(state=LinkState.ACTIVE, reference=REFERENCE)
    found = list_links(
        equipment.work(system_clock()), client_id=partner.client_id, asked=asked, most=1
    )
    if getattr(found, "links", ()):
        return False
    person = next(one for one in PEOPLE if one.email == _ADDRESSEE)
    addressee = {
        "siret": person.siret,
        "nom": person.nom,
        "prenom": person.prenom,
        "email": person.email,
    }
    link = {
        "addressee": addressee,
        "kind": "information",
        "message": "taux-at-mp",
        "target": target,
        "reference": REFERENCE,
    }
    create_links(equipment.work(system_clock()), partner=partner, lines=[(1, link)], by=BY)
    return True
