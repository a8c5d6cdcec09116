import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from email.message import Message
from typing import Any

from mag_server.base.bounces import read_bounce
from mag_server.base.db import Connection
from mag_server.base.letters import (
    Envelope,
    Signature,
    UnwritableError,
    compose,
    render,
)
from mag_server.base.secrets import new_identifier
from mag_server.base.smtp import Delivered, NotDelivered, Relay
from mag_server.base.work import Work
from mag_server.rooms.mail import store
from mag_server.rooms.mail.model import (
    LEASE,
    LONGEST_PAUSE,
    MESSAGES,
    MOST_TRIES,
    Happening,
    HeldLetter,
    KeptLetter,
    Letter,
    LetterState,
    MailEvent,
    Purpose,
    pause_after,
    reply_code,
)
from mag_server.rooms.themes.actions import find_theme
from mag_server.rooms.themes.model import DEFAULT_THEME, Theme
from mag_server.rooms.tree.model import encoded

TOKEN_PURPOSE = "letter-token"  # noqa: S105 - a purpose, not a secret
KEPT_DAYS = 365


def letter_row(work: Work, letter: Letter) -> dict[str, Any]:
    """Return a letter as it is stored: outside the block, since sealing takes its time."""
    sealed = work.secret_keys.seal(letter.token.encode("ascii"), purpose=TOKEN_PURPOSE)
    return store.row_of(letter, sealed_token=sealed, now=work.now)


def post_letters(*, connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Put letters into the outbox, in the block of what they announce."""
    store.add_letters(connection, rows)


def withdraw_letters(*, connection: Connection, reference: str) -> int:
    """Keep what was not sent yet under a reference from being sent, in the caller's block."""
    return store.withdraw(connection, reference=reference)


def move_end(*, connection: Connection, reference: str, not_after: datetime) -> None:
    """Let what was not sent yet under a reference be sent until then, in the caller's block."""
    store.move_end(connection, reference=reference, not_after=not_after)


def claim_letter(work: Work) -> HeldLetter | None:
    """Take the next letter under a lease, committed before anything is sent; None: none is due."""
    with work.writing() as connection:
        row = store.claim(
            connection,
            work.database,
            holder=new_identifier(),
            now=work.now,
            until=work.now + LEASE,
        )
    return None if row is None else store.held(row)


def write_letter(work: Work, *, held: HeldLetter) -> bytes:
    """Return the whole mail; the same bytes at every try.

    Raises:
        UnwritableError: The token cannot be opened, or the message is no more what it was.
    """
    letter = held.letter
    settings = work.settings
    theme = _theme(work, letter.theme)
    url = f"{settings.issuer}/l/{_opened(work, held)}"
    words = {
        **letter.words,
        "name": f"{letter.nom} {letter.prenom}".upper(),
        "sender": letter.sender,
        "url": url,
        "theme": theme,
        "brand": theme.word("brand.name", language="fr", default=theme.title),
        "signature": theme.word("brand.signature", language="fr", default=""),
    }
    informs = MESSAGES[letter.message].purpose is Purpose.INFORMATION
    envelope = Envelope(
        letter_id=letter.letter_id,
        from_name=letter.sender,
        from_address=settings.mail_from,
        to_name=f"{letter.prenom} {letter.nom}",
        to_address=letter.email,
        written_at=held.written_at,
        # From a list one may leave; an official notification is no list.
        unsubscribe_url=url if informs else None,
    )
    key = settings.dkim_key
    signature = Signature(key, settings.dkim_selector) if key else None
    return compose(render(letter.message, words), envelope, signature=signature)


def _opened(work: Work, held: HeldLetter) -> str:
    if held.letter.message not in MESSAGES:
        raise UnwritableError(f"no message {held.letter.message}")
    try:
        token = work.secret_keys.unseal(held.sealed_token, purpose=TOKEN_PURPOSE)
    except ValueError as error:
        raise UnwritableError(str(error)) from error
    return token.decode("ascii")


def _theme(work: Work, name: str) -> Theme:
    for wanted in (name, DEFAULT_THEME):
        theme = find_theme(wanted, own=work.settings.themes_dir)
        if isinstance(theme, Theme):
            return theme
    raise RuntimeError(f"the shipped theme {DEFAULT_THEME} cannot be used")


def bounce_address(work: Work, *, letter_id: str) -> str:
    """Return the envelope's sender: a bounce that comes back to it names its letter."""
    local, _, domain = work.settings.mail_bounces.rpartition("@")
    return f"{local}+{letter_id}@{domain}"


def note_submission(work: Work, *, held: HeldLetter, octets: bytes) -> None:
    """Note what is about to be handed over, before it is; once for a letter."""
    with work.writing() as connection:
        if store.load_last_event(connection, letter_id=held.letter.letter_id) is None:
            _note(work, connection, held, Happening.SUBMITTED, octets=octets)


def note_result(
    work: Work, *, held: HeldLetter, octets: bytes, result: Delivered | NotDelivered
) -> bool:
    """Note what became of a letter; False if another worker holds it by now.

    Taken by the relay, it is sent; refused for ever, or too often, it is dead; else it waits
    longer and longer. A link that was revoked meanwhile calls no mail back.
    """
    with work.writing() as connection:
        values: dict[str, Any]
        if isinstance(result, Delivered):
            values = {"state": LetterState.SENT.value, "sealed_token": None}
            happening: Happening | None = Happening.RELAYED
        elif result.for_ever or held.tries >= MOST_TRIES:
            values, happening = {"state": LetterState.DEAD.value}, Happening.BOUNCED
        else:
            values, happening = {"next_try_at": work.now + pause_after(held.tries)}, None
        if not store.settle(
            connection, number=held.number, holder=held.holder, answer=result.answer, **values
        ):
            return False
        if happening is not None:
            code = None if isinstance(result, Delivered) else reply_code(result.answer)
            _note(work, connection, held, happening, octets=octets, code=code)
    return True


def _note(
    work: Work,
    connection: Connection,
    held: HeldLetter,
    happening: Happening,
    *,
    octets: bytes,
    code: str | None = None,
) -> None:
    store.add_event(
        connection,
        letter_id=held.letter.letter_id,
        reference=held.letter.reference,
        happening=happening,
        now=work.now,
        mail_hash=encoded(hashlib.sha256(octets).digest()),
        code=code,
    )


def deliver_next(work: Work, *, relay: Relay) -> HeldLetter | None:
    """Send the letter that waits longest; None if none is due.

    Four steps, each standing by itself: claimed, noted, handed over, noted. A kill before the last
    one sends it again, once, with the same Message-ID.
    """
    held = claim_letter(work)
    if held is None:
        return None
    try:
        octets = write_letter(work, held=held)
    except UnwritableError as error:
        _lay_aside(work.again(), held=held, reason=str(error))
        return held
    note_submission(work.again(), held=held, octets=octets)
    result = relay.hand_over(
        octets,
        sender=bounce_address(work, letter_id=held.letter.letter_id),
        recipient=held.letter.email,
    )
    note_result(work.again(), held=held, octets=octets, result=result)
    return held


def _lay_aside(work: Work, *, held: HeldLetter, reason: str) -> None:
    # Dead for the operator to mend and retry. Nothing was submitted, so nothing bounced: no event.
    values = {"state": LetterState.DEAD.value, "answer": f"not written: {reason}"}
    with work.writing() as connection:
        store.settle(connection, number=held.number, holder=held.holder, **values)


def take_bounce(work: Work, *, mail: Message) -> str | None:
    """Take a delivery report (RFC 3464); return the reference of the letter that came back.

    None for what is no report of a failure, names no letter of ours, or came since the letter was
    last relayed: the name is 128 random bits, which nobody can forge who did not get the mail.
    """
    bounce = read_bounce(mail)
    if bounce is None:
        return None
    with work.writing() as connection:
        reference = store.find_reference(connection, letter_id=bounce.letter_id)
        last = store.load_last_event(connection, letter_id=bounce.letter_id)
        if reference is None or last is Happening.BOUNCED:
            return None
        store.change_state(
            connection, letter_id=bounce.letter_id, state=LetterState.DEAD, answer=bounce.reason
        )
        store.add_event(
            connection,
            letter_id=bounce.letter_id,
            reference=reference,
            happening=Happening.BOUNCED,
            now=work.now,
            code=reply_code(bounce.reason),
        )
    return reference


def is_any_event_untold(work: Work) -> bool:
    """Tell whether something was seen that `take_events` has not given yet."""
    with work.read() as connection:
        return store.is_any_untold(connection)


def take_events(work: Work, *, connection: Connection, most: int) -> list[MailEvent]:
    """Take what was seen and nobody took, each once, oldest first, in the caller's block."""
    return store.take_untold(connection, now=work.now, most=most)


def list_letters(
    work: Work, *, state: LetterState | None, after: int = 0, most: int = 100
) -> list[tuple[int, KeptLetter]]:
    """Return letters by number, after one."""
    with work.read() as connection:
        return store.load_letters(connection, state=state, after=after, most=most)


def count_due(work: Work) -> int:
    """Return how many letters wait to be sent now."""
    with work.read() as connection:
        return store.count_due(connection, now=work.now)


def retry_letters(work: Work, *, letter_ids: Sequence[str] | None) -> int:
    """Let dead letters wait again, all or the named ones; return how many."""
    with work.writing() as connection:
        return store.retry(connection, letter_ids=letter_ids, now=work.now)


def blank_letters(*, connection: Connection, references: Sequence[str]) -> None:
    """Take an addressee out of the letters under these references, in the caller's block.

    What waited is not sent any more.
    """
    store.blank(connection, references=references)


def tidy_outbox(work: Work) -> int:
    """Withdraw what is too late to be sent, forget what left a year ago; return how many.

    What waits because the clock was put back waits no more.
    """
    with work.writing() as connection:
        store.mend_times(connection, now=work.now, longest=LONGEST_PAUSE, lease=LEASE)
        late = store.give_up_late(connection, now=work.now)
        gone = store.forget_before(connection, instant=work.now - timedelta(days=KEPT_DAYS))
    return late + gone
