from mag_server.base.db import Connection
from mag_server.base.hashing import HashingBusy
from mag_server.base.work import Work
from mag_server.rooms.passwords.model import prepare_password
from mag_server.rooms.passwords.store import forget_hash, load_hash, save_hash


def hash_password(work: Work, *, password: str) -> str:
    """Return the hash of a chosen password; call it before the write block, it lasts 20 ms."""
    return work.equipment.hasher.hash(prepare_password(password))


def set_password(work: Work, *, connection: Connection, sub: str, new_hash: str) -> None:
    """Give a person this password, in the block of the act that decides it."""
    save_hash(connection, work.database, sub=sub, new_hash=new_hash, now=work.now)


def forget_password(*, connection: Connection, sub: str) -> None:
    """Delete a person's password, in the block that erases the person."""
    forget_hash(connection, sub=sub)


def check_password(
    work: Work, *, sub: str | None, password: str, address: str
) -> bool | HashingBusy:
    """Tell whether the password is this person's; `None` does the same work and says no."""
    with work.read() as connection:
        stored_hash = load_hash(connection, sub=sub or "")
    return work.equipment.hasher.verify(stored_hash, prepare_password(password), address=address)
