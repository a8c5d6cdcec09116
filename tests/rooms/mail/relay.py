"""A real SMTP relay on this machine, which answers as it is told."""

import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult

from mag_server.base.smtp import RelayAddress
from tests.demo.running import free_ports


@dataclass(frozen=True)
class Taken:
    """One mail that the relay accepted."""

    sender: str
    recipient: str
    octets: bytes
    secured: bool
    user: str | None

    @property
    def mail(self) -> EmailMessage:
        """Return it, read."""
        message = message_from_bytes(self.octets, policy=default)
        assert isinstance(message, EmailMessage)
        return message

    @property
    def text(self) -> str:
        """Return what is read without HTML."""
        part = self.mail.get_body(("plain",))
        assert part is not None
        return str(part.get_content())

    @property
    def html(self) -> str:
        """Return what is read with it."""
        part = self.mail.get_body(("html",))
        assert part is not None
        return str(part.get_content())


@dataclass
class TestRelay:
    """Accepts mails; `answers` are given first, one a mail, and `pause_seconds` before each."""

    __test__ = False
    port: int
    taken: list[Taken] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    refused_recipients: dict[str, str] = field(default_factory=dict)
    refused_senders: list[str] = field(default_factory=list)
    pause_seconds: float = 0.0
    hang_up: bool = False
    tried: int = 0

    @property
    def address(self) -> RelayAddress:
        """Return where it listens."""
        return RelayAddress("127.0.0.1", self.port, implicit_tls=False)

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if self.refused_senders:
            return self.refused_senders.pop(0)
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if answer := self.refused_recipients.get(address):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        self.tried += 1
        if self.pause_seconds:
            time.sleep(self.pause_seconds)  # noqa: ASYNC251 - the whole relay is slow
        if self.hang_up:
            server.transport.abort()
            return "421 bye"
        if self.answers:
            return self.answers.pop(0)
        user = session.auth_data
        self.taken.append(
            Taken(
                envelope.mail_from,
                envelope.rcpt_tos[0],
                envelope.content,
                session.ssl is not None,
                user,
            )
        )
        return f"250 2.0.0 queued as Q{self.tried}"


@contextmanager
def running_relay(
    *, context: ssl.SSLContext | None = None, users: dict[str, str] | None = None, **how: Any
) -> Iterator[TestRelay]:
    """Give a relay that listens, and stop it afterwards."""
    (port,) = free_ports(1)
    relay = TestRelay(port, **how)

    def authenticate(_server: Any, _session: Any, _envelope: Any, _kind: str, data: Any) -> Any:
        known = (users or {}).get(data.login.decode())
        good = known is not None and known == data.password.decode()
        return AuthResult(success=good, auth_data=data.login.decode() if good else None)

    class OnThisPort(Controller):
        def factory(self) -> SMTP:
            return SMTP(
                self.handler,
                tls_context=context,
                authenticator=authenticate if users else None,
                auth_required=bool(users),
                auth_require_tls=False,
                timeout=30,
            )

    controller = OnThisPort(relay, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield relay
    finally:
        controller.stop()
        for thread in threading.enumerate():
            if thread.name.startswith("Controller"):
                thread.join()
