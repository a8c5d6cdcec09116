from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class AuditEntry:
    """One act: `by` whom (`cli`, a client_id, a sub), `about` which identifier, never a name."""

    at: datetime
    act: str
    by: str
    about: str
