from mag_server.base.db import Connection
from mag_server.base.work import Work
from mag_server.rooms.audit.model import AuditEntry
from mag_server.rooms.audit.store import append_entry, load_latest


def record_act(work: Work, *, connection: Connection, act: str, by: str, about: str) -> None:
    """Write one entry in the block of the act itself: both stand, or neither."""
    append_entry(connection, AuditEntry(work.now, act, by, about))


def list_latest_acts(work: Work, *, most: int = 100) -> list[AuditEntry]:
    """Return the latest acts, newest first."""
    with work.read() as connection:
        return load_latest(connection, most=most)
