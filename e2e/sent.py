"""Links as a partner that sends its own mails makes them."""

import subprocess
import sys
from typing import Any

from mag_server.base.db import Database
from mag_server.base.secrets import fingerprint
from tests.demo.running import Demonstration, clean_environment

ABGRALL = ("99900027600017", "ABGRALL", "CHRISTIAN", "christian.abgrall@cabinet.example")
SAWYER = ("97050551700072", "SAWYER", "TOM", "tom.sawyer@toment.example")
TARGET = "/espace/taux-atmp"


def send_link(
    demo: Demonstration,
    addressee: tuple[str, str, str, str] = SAWYER,
    *,
    client_id: str = "klesia",
    **options: str,
) -> str:
    """Make a link, KLESIA's by default; return the address that its mail would carry."""
    siret, nom, prenom, email = addressee
    asked = {
        "siret": siret,
        "nom": nom,
        "prenom": prenom,
        "email": email,
        "kind": "information",
        "message": "taux-at-mp",
        "target": f"{demo.klesia}{TARGET}",
        "delivery": "own",
    } | options
    words = [word for name, value in asked.items() for word in (f"--{name}", value)]
    return _links(demo, "create", client_id, *words)


def revoke_link(demo: Demonstration, url: str) -> None:
    """Take a link back, by the address of its mail."""
    (link_id,) = _ask(demo, "SELECT link_id FROM links WHERE token_fingerprint = ?", url)[0]
    _links(demo, "revoke", link_id)


def _links(demo: Demonstration, *words: str) -> str:
    done = subprocess.run(  # noqa: S603 - the command is the test's own
        [sys.executable, "-m", "mag_server", "links", *words],
        env=clean_environment(
            MAG_ISSUER=demo.mag, MAG_DATABASE_URL=demo.database_url, MAG_DEMONSTRATION="1"
        ),
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def told(demo: Demonstration, url: str) -> list[tuple[str, str | None]]:
    """Return stage and manner of each receipt of a link, by the address of its mail."""
    return [
        (row[0], row[1])
        for row in _ask(
            demo,
            "SELECT r.stage, r.observed FROM receipts r JOIN links l USING (link_id) "
            "WHERE l.token_fingerprint = ? ORDER BY r.number",
            url,
        )
    ]


def _ask(demo: Demonstration, question: str, url: str) -> list[Any]:
    database = Database(demo.database_url)
    try:
        with database.readers.connect() as connection:
            token = url.rpartition("/")[2]
            return list(connection.exec_driver_sql(question, (fingerprint(token),)))
    finally:
        database.dispose()
