from datetime import datetime
from functools import cache

from sqlalchemy import Column, Connection, Table, Text, bindparam, delete, select

from mag_server.base.db import Database, Executable, InsertInto, Instant, metadata
from mag_server.rooms.forms.model import FormUse

# A form that succeeded: posted again with the same proof it goes on with the same attempt.
form_uses = Table(
    "form_uses",
    metadata,
    Column("form_id", Text, primary_key=True),
    Column("proof_fingerprint", Text, nullable=False),
    Column("attempt_id", Text, nullable=False),
    Column("used_at", Instant, nullable=False, index=True),
)
_FIND_USE = select(form_uses).where(form_uses.c.form_id == bindparam("by_form_id"))


@cache
def _spend(insert: InsertInto) -> Executable:
    return insert(form_uses).on_conflict_do_nothing().returning(form_uses.c.form_id)


def load_use(connection: Connection, *, form_id: str) -> FormUse | None:
    """Return what a form led to, if it was spent."""
    row = connection.execute(_FIND_USE, {"by_form_id": form_id}).first()
    return FormUse(row.proof_fingerprint, row.attempt_id, row.used_at) if row else None


def spend(connection: Connection, database: Database, *, form_id: str, use: FormUse) -> bool:
    """Spend a form in one statement; False if it was spent already."""
    values = vars(use) | {"form_id": form_id}
    return connection.execute(_spend(database.insert), values).first() is not None


def forget_before(connection: Connection, *, instant: datetime) -> int:
    """Delete the spent forms older than `instant`; return how many."""
    return connection.execute(delete(form_uses).where(form_uses.c.used_at < instant)).rowcount
