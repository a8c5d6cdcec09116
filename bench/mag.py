"""MAG as `mag serve` runs it: one granian worker on a SQLite file, pinned to one core."""

import re
import secrets
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import unescape
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urlencode

from bench.client import Answer, Connection, connect, get, post
from bench.flows import CLIENT_ID, REDIRECT_URI, Target, authorize_query
from bench.processes import Server, free_port, start
from mag_server.app import equip
from mag_server.base.addresses import origin_of
from mag_server.base.clock import system_clock
from mag_server.base.db import migrate
from mag_server.base.settings import Settings
from mag_server.base.work import Equipment
from mag_server.rooms.companies.model import Siret, Strictness, parse_siret
from mag_server.rooms.keys.actions import ensure_keys
from mag_server.rooms.partners.actions import AddedPartner, add_partner
from mag_server.rooms.partners.model import Partner
from mag_server.rooms.people.actions import add_person, radiate_declarant
from mag_server.rooms.people.model import Person, PersonName, Role, Triplet, parse_name

PASSWORD = "Mississippi1876"
SIRET = "97050551700072"
_TOKEN = re.compile(rb'<input type="hidden" name="form" value="([^"]*)"')


@dataclass(frozen=True)
class Mag:
    """A running MAG and its partner's secret."""

    server: Server
    issuer: str
    secret: str = field(repr=False)
    equipment: Equipment = field(repr=False)

    @property
    def host(self) -> str:
        """Return the Host header's value."""
        return self.issuer.removeprefix("http://")

    def stop(self) -> None:
        """Stop the server and close this process's connections."""
        self.server.stop()
        self.equipment.database.dispose()


def versions() -> str:
    """Return what MAG runs on."""
    python = ".".join(str(part) for part in sys.version_info[:3])
    names = ("flask", "sqlalchemy", "granian", "pyjwt", "cryptography", "argon2-cffi")
    return ", ".join([f"Python {python}", *(f"{name} {version(name)}" for name in names)])


def start_mag(*, name: str, core: int, folder: Path, synchronous: str) -> Mag:
    """Prepare a database with one partner and one person, and serve it."""
    port = free_port()
    issuer = f"http://mag.localhost:{port}"
    environment = {
        "MAG_ISSUER": issuer,
        "MAG_DATABASE_URL": f"sqlite:///{folder / name}.db",
        "MAG_BIND": f"127.0.0.1:{port}",
        "MAG_SQLITE_SYNCHRONOUS": synchronous,
        # The generator says who it is by X-Forwarded-For, as a proxy would.
        "MAG_TRUSTED_PROXIES": "127.0.0.1",
    }
    equipment = equip(Settings.read(environment))
    secret = _prepare(equipment)
    command = [sys.executable, "-m", "mag_server", "serve"]
    server = start(
        name, command, port=port, core=core, folder=folder, environment=_clean() | environment
    )
    return Mag(server, issuer, secret, equipment)


def _clean() -> dict[str, str]:
    # granian's own GRANIAN_* and a developer's MAG_* must not change what is measured.
    return {"PYTHONOPTIMIZE": "", "PYTHONDEVMODE": ""}


def _prepare(equipment: Equipment) -> str:
    migrate(equipment.database)
    ensure_keys(equipment.work(system_clock()))
    secret = register(equipment, client_id=CLIENT_ID, redirect_uri=REDIRECT_URI)
    add_people(equipment, names=[("SAWYER", "TOM")])
    return secret


def register(equipment: Equipment, *, client_id: str, redirect_uri: str) -> str:
    """Register a partner of one address; return its secret."""
    partner = Partner(
        client_id=client_id,
        name="KLESIA Pro",
        theme="net-entreprises",
        redirect_uris=(redirect_uri,),
        origins=(origin_of(redirect_uri),),
        sandbox=True,
    )
    added = add_partner(equipment.work(system_clock()), partner=partner, by="bench")
    assert isinstance(added, AddedPartner), added
    return added.client_secret


def add_people(
    equipment: Equipment, *, names: Sequence[tuple[str, str]], struck_off: bool = False
) -> None:
    """Register people of one SIRET, (nom, prénom) each, with the one password."""
    for nom, prenom in names:
        person = add_person(
            equipment.work(system_clock()),
            triplet=_triplet(nom, prenom),
            email=f"{prenom}.{nom}@toment.example".lower(),
            email_validated=True,
            roles=frozenset({Role.DECLARANT}),
            password=PASSWORD,
            by="bench",
        )
        assert isinstance(person, Person), person
        if struck_off:
            radiate_declarant(equipment.work(system_clock()), sub=person.sub, by="bench")


def _triplet(nom: str, prenom: str) -> Triplet:
    siret = parse_siret(SIRET, strictness=Strictness.PRODUCTION)
    family_name, given_name = parse_name(nom), parse_name(prenom)
    assert isinstance(siret, Siret)
    assert isinstance(family_name, PersonName)
    assert isinstance(given_name, PersonName)
    return Triplet(siret, family_name, given_name)


async def open_form(mag: Mag, connection: Connection) -> str:
    """Open a fresh form, as somebody without a session; return its signed token."""
    query = authorize_query(challenge="c" * 43)
    answer = await connection.ask(get(f"/authorize?{query}", mag.host))
    found = _TOKEN.search(answer.body)
    assert found, answer
    return unescape(found[1].decode())


def sign_in_request(
    mag: Mag,
    *,
    form: str,
    nom: str = "Sawyer",
    prenom: str = "Tom",
    password: str = PASSWORD,
    address: str = "192.0.2.1",
) -> bytes:
    """Return the POST of a filled form, as coming from `address`."""
    typed = {
        "form": form,
        "siret": SIRET,
        "nom": nom,
        "prenom": prenom,
        "password": password,
        "action": "sign-in",
    }
    return post(
        "/sign-in",
        mag.host,
        urlencode(typed),
        f"Origin: {mag.issuer}",
        "Sec-Fetch-Site: same-origin",
        f"X-Forwarded-For: {address}",
    )


async def sign_in(mag: Mag) -> Answer:
    """Sign the one person in."""
    connection = await connect(mag.server.port)
    form = await open_form(mag, connection)
    answer = await connection.ask(sign_in_request(mag, form=form))
    assert answer.status == 303, answer
    connection.close()
    return answer


async def enter_mag(mag: Mag, *, name: str) -> Target:
    """Sign in once; return what flows need."""
    cookies = (await sign_in(mag)).headers("Set-Cookie")
    cookie = next(one.split(";")[0] for one in cookies if one.startswith("__Host-mag_session="))
    return Target(name, mag.server.port, mag.host, "/authorize", cookie, mag.secret)


def some_name(kind: str) -> str:
    """Return a random name of sixteen letters that begins by `kind`'s letter."""
    letters = [secrets.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(15)]
    return kind[0].upper() + "".join(letters)
