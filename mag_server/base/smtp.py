"""A connection to an SMTP relay (RFC 5321): encrypted but on this machine, never for ever."""

import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from mag_server.base.connecting import connect, seconds_left
from mag_server.base.hosts import is_local
from mag_server.base.one_line import one_line

# One delivery, whole: DNS, connecting to whichever address answers, TLS, AUTH, the mail itself.
DEADLINE_SECONDS = 30
_PORTS = {"smtp": 25, "smtps": 465}
# Whatever they answer: a command out of place or unknown (RFC 5321), a host that takes no mail from
# anybody (RFC 7504), what our own account may not do (RFC 4954).
_OF_THE_CONVERSATION = {500, 502, 503, 504, 521, 530, 534, 535, 538}


@dataclass(frozen=True)
class RelayAddress:
    """Where mail is handed over; `user` and `password` are for AUTH, or empty."""

    host: str
    port: int
    implicit_tls: bool
    user: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True)
class Delivered:
    """The relay took the mail (250): `answer` is its own word, which often names a queue."""

    answer: str


@dataclass(frozen=True)
class NotDelivered:
    """The relay did not take it: for ever (5xx to this mail), or for now (anything else).

    For now is also a 5xx about the conversation (greeting, EHLO, STARTTLS, AUTH) or about our own
    sender (MAIL): an operator mends it, and no mail is lost for it.
    """

    for_ever: bool
    answer: str


def read_relay_address(text: str) -> RelayAddress:
    """Read smtp://user:password@host:port, or smtps:// for TLS from the first byte.

    Raises:
        ValueError: It is none; the message says what to write.
    """
    parts = urlsplit(text)
    if parts.scheme not in _PORTS or not parts.hostname or parts.path or parts.query:
        raise ValueError("write smtp://host:port or smtps://user:password@host")
    if bool(parts.username) != bool(parts.password):
        raise ValueError("write both user and password, percent-encoded, or neither")
    return RelayAddress(
        parts.hostname,
        parts.port or _PORTS[parts.scheme],
        parts.scheme == "smtps",
        unquote(parts.username or ""),
        unquote(parts.password or ""),
    )


class _Conversation(smtplib.SMTP):
    """One conversation, which can be cut at every moment: in its greeting, in its TLS handshake."""

    def __init__(
        self, *, helo: str, seconds: float, connected_until: float, tls: ssl.SSLContext | None
    ) -> None:
        # Without a host: connecting is a step of its own, for it to be known before.
        super().__init__(local_hostname=helo, timeout=seconds)
        self._connected_until = connected_until
        self._tls = tls
        self._line: socket.socket | None = None

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        # Where smtplib's own SMTP_SSL does it too; STARTTLS checks the certificate for this name.
        self._host = host
        self.sock = connected = connect(host, port, until=self._connected_until)
        connected.settimeout(timeout)  # of each read, in this delivery and in those to come
        # TLS takes the socket over while it shakes hands; its double still ends the connection.
        self._line = connected.dup()
        # `cut` comes once: if it came while there was nothing to cut, this delivery ends here.
        seconds_left(self._connected_until)
        return self._tls.wrap_socket(connected, server_hostname=host) if self._tls else connected

    def cut(self) -> None:
        """End it from another thread: whatever waits for the other side fails at once."""
        with suppress(OSError):
            if self._line is not None:
                self._line.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Hang up."""
        super().close()
        if self._line is not None:
            self._line.close()


class Relay:
    """Hands mails to one relay over one connection, opened when needed and kept while it works."""

    def __init__(
        self, address: RelayAddress, *, helo: str, seconds: float = DEADLINE_SECONDS
    ) -> None:
        self._address = address
        self._helo = helo
        self._seconds = seconds
        self._until = 0.0
        self._open: _Conversation | None = None

    def hand_over(self, octets: bytes, *, sender: str, recipient: str) -> Delivered | NotDelivered:
        """Hand one mail over, within the deadline whatever DNS and the other side do.

        Args:
            octets: The whole mail, CRLF line ends.
            sender: The envelope's sender, where bounces go.
            recipient: The one addressee.
        """
        try:
            return self._within_deadline(lambda: self._send(octets, sender, recipient))
        except smtplib.SMTPRecipientsRefused as error:
            code, answer = error.recipients[recipient]
            return self._refused(code, answer, for_ever=_is_for_ever(code))
        except smtplib.SMTPDataError as error:
            for_ever = _is_for_ever(error.smtp_code)
            return self._refused(error.smtp_code, error.smtp_error, for_ever=for_ever)
        except smtplib.SMTPResponseException as error:
            return self._refused(error.smtp_code, error.smtp_error, for_ever=False)
        except (OSError, smtplib.SMTPException) as error:
            # A relay that hangs up, is away, or is too slow: nothing says what became of the mail.
            return self._failed(str(error) or type(error).__name__)
        except ValueError as error:
            # No host name, or an AUTH that is none. Its words may hold a letter of the password.
            return self._failed(f"no conversation is possible: {type(error).__name__}")

    def close(self) -> None:
        """Hang up."""
        connection, self._open = self._open, None
        if connection is not None:
            connection.close()

    def _send(self, octets: bytes, sender: str, recipient: str) -> Delivered:
        connection = self._connected()
        code, answer = connection.mail(sender)
        if code != 250:  # noqa: PLR2004 - RFC 5321's own number
            # Else the next command would be refused for its place, 503, and nobody be told why.
            raise smtplib.SMTPSenderRefused(code, answer, sender)
        code, answer = connection.rcpt(recipient)
        if code not in (250, 251):
            raise smtplib.SMTPRecipientsRefused({recipient: (code, answer)})
        code, answer = connection.data(octets)
        if code != 250:  # noqa: PLR2004 - RFC 5321's own number
            raise smtplib.SMTPDataError(code, answer)
        return Delivered(one_line(_text(answer)))

    def _connected(self) -> _Conversation:
        if self._open is not None and _is_alive(self._open):
            return self._open
        self.close()
        address = self._address
        context = ssl.create_default_context()
        tls = context if address.implicit_tls else None
        connection = _Conversation(
            helo=self._helo, seconds=self._seconds, connected_until=self._until, tls=tls
        )
        self._open = connection
        code, answer = connection.connect(address.host, address.port)
        if code != 220:  # noqa: PLR2004 - RFC 5321's own number
            raise smtplib.SMTPConnectError(code, answer)
        connection.ehlo_or_helo_if_needed()
        if not address.implicit_tls and not is_local(address.host):
            connection.starttls(context=context)
            connection.ehlo_or_helo_if_needed()
        if address.user:
            connection.login(address.user, address.password)
        return connection

    def _refused(self, code: int, answer: bytes | str, *, for_ever: bool) -> NotDelivered:
        return self._failed(f"{code} {_text(answer)}", for_ever=for_ever)

    def _failed(self, reason: str, *, for_ever: bool = False) -> NotDelivered:
        self.close()
        if time.monotonic() >= self._until:
            # What was read when the line was cut may be half an answer.
            for_ever, reason = False, f"not done within {self._seconds:g} seconds"
        return NotDelivered(for_ever=for_ever, answer=one_line(reason))

    def _within_deadline(self, act: Callable[[], Delivered]) -> Delivered:
        # Before the watch begins: once it has cut, this moment has passed.
        self._until = time.monotonic() + self._seconds
        # smtplib's timeout is for each read: a relay that drips would never be given up.
        watch = threading.Timer(self._seconds, self._cut)
        watch.daemon = True
        watch.start()
        try:
            return act()
        finally:
            watch.cancel()

    def _cut(self) -> None:
        if self._open is not None:
            self._open.cut()


def _is_alive(connection: _Conversation) -> bool:
    try:
        return connection.noop()[0] == 250  # noqa: PLR2004 - RFC 5321's own number
    except (OSError, smtplib.SMTPException):
        return False


def _text(answer: bytes | str) -> str:
    return answer if isinstance(answer, str) else answer.decode("utf-8", "replace")


def _is_for_ever(code: int) -> bool:
    """Tell whether an answer to RCPT or DATA condemns the mail."""
    return 500 <= code < 600 and code not in _OF_THE_CONVERSATION  # noqa: PLR2004 - RFC 5321 4.2.1
