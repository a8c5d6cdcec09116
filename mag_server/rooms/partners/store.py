from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Boolean, Column, Connection, Integer, Table, Text, delete, select, update

from mag_server.base.db import Database, Instant, metadata
from mag_server.rooms.partners.model import Partner, PartnerSecret

partners = Table(
    "partners",
    metadata,
    Column("client_id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("theme", Text, nullable=False),
    Column("initiate_login_uri", Text),
    Column("minimum_acr", Text),
    Column("alg", Text, nullable=False),
    Column("sandbox", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
)
partner_addresses = Table(
    "partner_addresses",
    metadata,
    Column("client_id", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("address", Text, nullable=False),
)
partner_secrets = Table(
    "partner_secrets",
    metadata,
    Column("fingerprint", Text, primary_key=True),
    Column("client_id", Text, nullable=False, index=True),
    Column("number", Integer, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("retired_at", Instant),
)
KINDS = ("redirect_uris", "origins", "post_logout_redirect_uris", "targets")


def load_partners(connection: Connection) -> list[Partner]:
    """Return every partner with its addresses, by client_id."""
    addresses: dict[tuple[str, str], list[str]] = {}
    ordered = select(partner_addresses).order_by(partner_addresses.c.position)
    for row in connection.execute(ordered):
        addresses.setdefault((row.client_id, row.kind), []).append(row.address)
    return [
        Partner(
            client_id=row.client_id,
            name=row.name,
            theme=row.theme,
            initiate_login_uri=row.initiate_login_uri,
            minimum_acr=row.minimum_acr,
            alg=row.alg,
            sandbox=row.sandbox,
            redirect_uris=tuple(addresses.get((row.client_id, "redirect_uris"), ())),
            origins=tuple(addresses.get((row.client_id, "origins"), ())),
            post_logout_redirect_uris=tuple(
                addresses.get((row.client_id, "post_logout_redirect_uris"), ())
            ),
            targets=tuple(addresses.get((row.client_id, "targets"), ())),
        )
        for row in connection.execute(select(partners).order_by(partners.c.client_id))
    ]


def load_secrets(connection: Connection) -> list[PartnerSecret]:
    """Return every secret that is not retired, oldest first."""
    statement = (
        select(partner_secrets)
        .where(partner_secrets.c.retired_at.is_(None))
        .order_by(partner_secrets.c.client_id, partner_secrets.c.number)
    )
    return [
        PartnerSecret(row.client_id, row.number, row.created_at, row.fingerprint)
        for row in connection.execute(statement)
    ]


def add_partner(
    connection: Connection, database: Database, partner: Partner, *, now: datetime
) -> bool:
    """Store a new partner; False if the client_id is taken."""
    insert = database.insert(partners).values(**_row(partner), created_at=now)
    added = connection.execute(
        insert.on_conflict_do_nothing().returning(partners.c.client_id)
    ).first()
    if added is None:
        return False
    _add_addresses(connection, partner)
    return True


def save_partner(connection: Connection, partner: Partner) -> None:
    """Replace what is known of a partner."""
    connection.execute(
        update(partners).where(partners.c.client_id == partner.client_id).values(**_row(partner))
    )
    connection.execute(
        delete(partner_addresses).where(partner_addresses.c.client_id == partner.client_id)
    )
    _add_addresses(connection, partner)


def add_secret(connection: Connection, secret: PartnerSecret) -> None:
    """Store the fingerprint of a new secret."""
    connection.execute(partner_secrets.insert(), vars(secret) | {"retired_at": None})


def last_secret_number(connection: Connection, *, client_id: str) -> int:
    """Return the number of a partner's youngest secret, retired or not; 0 without any."""
    statement = (
        select(partner_secrets.c.number)
        .where(partner_secrets.c.client_id == client_id)
        .order_by(partner_secrets.c.number.desc())
        .limit(1)
    )
    return connection.execute(statement).scalar() or 0


def retire_secret(connection: Connection, *, client_id: str, number: int, now: datetime) -> bool:
    """Retire one secret; False if there is no such live one."""
    statement = (
        update(partner_secrets)
        .where(
            partner_secrets.c.client_id == client_id,
            partner_secrets.c.number == number,
            partner_secrets.c.retired_at.is_(None),
        )
        .values(retired_at=now)
    )
    return connection.execute(statement).rowcount == 1


def _row(partner: Partner) -> dict[str, object]:
    return {name: value for name, value in vars(partner).items() if name not in KINDS}


def _add_addresses(connection: Connection, partner: Partner) -> None:
    rows = [
        {"client_id": partner.client_id, "kind": kind, "position": position, "address": address}
        for kind in KINDS
        for position, address in enumerate(_addresses(partner, kind))
    ]
    if rows:
        connection.execute(partner_addresses.insert(), rows)


def _addresses(partner: Partner, kind: str) -> Sequence[str]:
    addresses: tuple[str, ...] = getattr(partner, kind)
    return addresses
