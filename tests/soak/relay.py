"""A real SMTP relay that keeps what it accepted, and counts it the moment it says 250."""

import email
import re
import threading
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller

_LINK = re.compile(r"http://mag\.localhost:[0-9]+/l/([A-Za-z0-9_-]+)")


@dataclass(frozen=True)
class Accepted:
    """One mail, as it was accepted."""

    message_id: str
    addressee: str
    token: str


@dataclass
class Relay:
    """What the relay accepted so far; `waiting` is what no person opened yet."""

    accepted: list[Accepted] = field(default_factory=list)
    waiting: list[Accepted] = field(default_factory=list)
    guard: threading.Lock = field(default_factory=threading.Lock, repr=False)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """Keep a mail, then accept it."""
        message = email.message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        text = message.get_body(("plain",))
        assert text is not None
        found = _LINK.search(text.get_content())
        assert found, text.get_content()
        one = Accepted(message["Message-ID"], envelope.rcpt_tos[0], found[1])
        with self.guard:
            self.accepted.append(one)
            self.waiting.append(one)
        return "250 OK"

    def next_to_open(self) -> Accepted | None:
        """Return a mail that nobody opened yet, or None."""
        with self.guard:
            return self.waiting.pop(0) if self.waiting else None

    def times_by_message(self) -> dict[str, int]:
        """Return how often each Message-ID was accepted."""
        times: dict[str, int] = {}
        with self.guard:
            for one in self.accepted:
                times[one.message_id] = times.get(one.message_id, 0) + 1
        return times


def relay_on(port: int, relay: Relay) -> Controller:
    """Start the relay; `stop()` ends it."""
    controller = Controller(relay, hostname="127.0.0.1", port=port)
    controller.start()
    return controller
