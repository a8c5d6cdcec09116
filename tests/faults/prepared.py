"""A database with one partner and one person, for a `mag serve` that is about to fail."""

import json
from collections.abc import Callable
from urllib.parse import urlencode

from mag_server.base.clock import system_clock
from mag_server.base.db import migrate
from mag_server.base.work import Equipment
from mag_server.rooms.keys.actions import ensure_keys
from mag_server.rooms.partners.actions import AddedPartner, add_partner
from mag_server.rooms.partners.model import Partner
from mag_server.rooms.people.actions import add_person
from mag_server.rooms.people.model import Person, Role
from tests.demo.running import Running, get_page
from tests.soak.site import Answer, AwayError, Site
from tests.world import PASSWORD, request_parameters, triplet

ORIGIN = "http://klesia.localhost:8500"
TARGET = f"{ORIGIN}/taux"
SIRET = "97050551700072"
TOM = {"siret": SIRET, "nom": "SAWYER", "prenom": "TOM", "password": PASSWORD}


def prepare(equipment: Equipment) -> str:
    """Register KLESIA, which sends links, and TOM SAWYER; return KLESIA's secret."""
    migrate(equipment.database)
    ensure_keys(equipment.work(system_clock()))
    partner = Partner(
        client_id="klesia",
        name="KLESIA Pro",
        theme="klesia",
        redirect_uris=(f"{ORIGIN}/mag/callback",),
        origins=(ORIGIN,),
        post_logout_redirect_uris=(f"{ORIGIN}/",),
        initiate_login_uri=f"{ORIGIN}/mag/initiate",
        targets=(TARGET,),
        sandbox=True,
    )
    added = add_partner(equipment.work(system_clock()), partner=partner, by="test")
    assert isinstance(added, AddedPartner), added
    register(equipment, "SAWYER", "TOM", email="tom.sawyer@toment.example")
    return added.client_secret


def register(equipment: Equipment, nom: str, prenom: str, *, email: str) -> None:
    """Register somebody who may sign in with PASSWORD."""
    person = add_person(
        equipment.work(system_clock()),
        triplet=triplet(SIRET, nom, prenom),
        email=email,
        email_validated=True,
        roles=frozenset({Role.DECLARANT}),
        password=PASSWORD,
        by="test",
    )
    assert isinstance(person, Person), person


def links_for(person: dict[str, str], *, first: int, count: int) -> list[dict[str, object]]:
    """Return links to a person as they are asked for, each with a reference of its own."""
    named = {name: person[name] for name in ("siret", "nom", "prenom")}
    return [
        {
            "addressee": named | {"email": person.get("email", "tom.sawyer@toment.example")},
            "kind": "information",
            "message": "taux-at-mp",
            "target": TARGET,
            "reference": f"asked-{number}",
        }
        for number in range(first, first + count)
    ]


def made_in(answer: Answer) -> list[str]:
    """Return the links that an answer acknowledges."""
    return [json.loads(line)["id"] for line in answer.text.splitlines()]


def open_form(site: Site) -> Answer:
    """Ask for the sign-in form."""
    return site.call("GET", "/authorize?" + urlencode(request_parameters()))


def is_ready(site: Site) -> bool:
    """Tell whether MAG says that it can serve."""
    try:
        return get_page("mag.localhost", site.port, "/health/ready")[0] == 200
    except OSError:
        return False


def answered(ask: Callable[[], Answer]) -> Answer | None:
    """Return an answer; None where none came."""
    try:
        return ask()
    except AwayError:
        return None


def said_no_trace(server: Running) -> bool:
    """Tell whether the server explained itself in sentences."""
    return "Traceback" not in server.said
