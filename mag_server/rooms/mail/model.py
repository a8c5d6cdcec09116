"""The messages that links are sent with, a folder of templates/mail each; a letter's life."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

from mag_server.base.error_entry import N_


class Purpose(Enum):
    """What a message is for, as a link's `kind` says it."""

    INFORMATION = "information"
    NOTIFICATION = "notification"


@dataclass(frozen=True)
class Message:
    """One message: its folder's name, the title that pages give it, the words it takes."""

    name: str
    purpose: Purpose
    title: str
    words: frozenset[str] = frozenset()


MESSAGES = {
    message.name: message
    for message in (
        Message("taux-at-mp", Purpose.INFORMATION, N_("Mise à disposition des taux AT/MP")),
        Message(
            "notification-taux-at-mp",
            Purpose.NOTIFICATION,
            N_("Notification de vos taux AT/MP"),
            frozenset({"organisme", "contact"}),
        ),
    )
}

# Longer than one whole SMTP conversation (base.smtp.DEADLINE_SECONDS): who holds a letter this
# long without a word is dead, and another may take it.
LEASE = timedelta(seconds=90)
# 1, 2, 4 ... minutes, then every 4 hours, for about 5 days: as long as mail servers try.
_CODE, _ENHANCED = r"[245]\d\d", r"[245]\.\d{1,3}\.\d{1,3}"
_SMTP = rf"{_CODE}(?:[ -]{_ENHANCED})?"
_REPLY_CODES = re.compile(rf"(?:{_ENHANCED}(?: {_SMTP})?|{_SMTP})(?![\w.])")
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=4)
MOST_TRIES = 36


class LetterState(Enum):
    """What became of a letter."""

    WAITING = "waiting"
    SENT = "sent"
    DEAD = "dead"
    WITHDRAWN = "withdrawn"


class Happening(Enum):
    """What was seen of a letter's way; AR-0 is made of it."""

    SUBMITTED = "submitted"
    RELAYED = "relayed"
    BOUNCED = "bounced"


@dataclass(frozen=True)
class Letter:
    """A letter to be put into the outbox; `reference` means something to whoever wrote it.

    `token` is the secret of the link: it is kept sealed, and only until the letter left.
    """

    letter_id: str
    reference: str
    message: str
    theme: str
    sender: str
    nom: str
    prenom: str
    email: str
    words: Mapping[str, str] = field(repr=False)
    token: str = field(repr=False)
    not_after: datetime


@dataclass(frozen=True)
class HeldLetter:
    """A letter that one worker holds, under a lease; its token is still sealed."""

    letter: Letter
    number: int
    holder: str
    sealed_token: str = field(repr=False)
    written_at: datetime
    tries: int


@dataclass(frozen=True)
class KeptLetter:
    """A letter as the operator sees it: nothing that opens anything."""

    letter_id: str
    reference: str
    message: str
    state: LetterState
    tries: int
    next_try_at: datetime
    answer: str | None


@dataclass(frozen=True)
class MailEvent:
    """One thing seen of a letter's way.

    `mail_hash` is base64url of SHA-256 over the exact bytes handed over; `code` is a refusal's.
    """

    reference: str
    happening: Happening
    mail_hash: str | None
    code: str | None


def reply_code(answer: str) -> str | None:
    """Return the codes that an answer begins with, or None: of a refusal, all that may be signed.

    Its text most often quotes the address, and what is signed is kept for ever.

    Source: RFC 5321 section 4.2; RFC 3463.
    """
    found = _REPLY_CODES.match(answer)
    return " ".join(found[0].split()) if found else None


def pause_after(tries: int) -> timedelta:
    """Return how long to wait after so many tries that did not succeed."""
    doubled: int = 2 ** min(tries - 1, 10)
    return min(LONGEST_PAUSE, FIRST_PAUSE * doubled)
