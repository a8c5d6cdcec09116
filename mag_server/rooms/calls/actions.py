import zlib

from mag_server.base.db import Connection
from mag_server.base.errors import MagServerError
from mag_server.base.secrets import fingerprint, new_identifier
from mag_server.base.work import Work
from mag_server.rooms.calls import store
from mag_server.rooms.calls.model import (
    KEPT,
    LEASE,
    Answered,
    Begun,
    Call,
    CallRefusal,
    refuse_repeat,
)

PURPOSE = "call-answer"


class CallLostError(MagServerError):
    """A call outlived its lease and another one took its key: what it wrote is rolled back."""


def begin_call(work: Work, *, call: Call) -> Begun | Answered | CallRefusal:
    """Take the key of a call, in one statement; or tell what became of it before."""
    # Without the server's keys: a call that is repeated after they were rotated is the same call.
    key, body = fingerprint(call.key), fingerprint(call.body)
    claim = new_identifier()
    names = {"client_id": call.client_id, "key_fingerprint": key, "body_fingerprint": body}
    parameters = store.claim_parameters(names, claim=claim, now=work.now, kept=KEPT, lease=LEASE)
    if work.once(store.claim_statement(work.database), parameters):
        return Begun(call, claim)
    with work.read() as connection:
        kept = store.load_call(connection, client_id=call.client_id, key_fingerprint=key)
    if kept is None:  # given up between the two statements
        return CallRefusal.RUNNING
    refused = refuse_repeat(kept, body_fingerprint=body)
    if refused or kept.sealed_answer is None:
        return refused or CallRefusal.RUNNING
    return Answered(zlib.decompress(work.secret_keys.unseal(kept.sealed_answer, purpose=PURPOSE)))


def finish_call(work: Work, *, connection: Connection, begun: Begun, answer: bytes) -> None:
    """Keep the answer in the block of what it tells: both stand, or neither.

    Raises:
        CallLostError: The lease ran out and the same call is being done again: let it.
    """
    # Sealed: the answer of a partner that sends its own mails holds the links themselves.
    sealed = work.secret_keys.seal(zlib.compress(answer, 1), purpose=PURPOSE)
    if not store.save_answer(
        connection, claim=begun.claim, client_id=begun.call.client_id, sealed_answer=sealed
    ):
        raise CallLostError("the call was taken over")


def give_up_call(work: Work, *, begun: Begun) -> None:
    """Free the key of a call that failed, so that it can be tried again at once."""
    work.once(store.give_up_statement(client_id=begun.call.client_id, claim=begun.claim))


def forget_old_calls(work: Work) -> int:
    """Forget the keys that are over a day old; return how many."""
    with work.writing() as connection:
        return store.forget_before(connection, instant=work.now - KEPT)
