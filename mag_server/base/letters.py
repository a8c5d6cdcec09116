"""A mail as it goes out: rendered from its folder, composed so that nothing in it can inject.

The same letter gives the same bytes at every try: its Message-ID, date and boundary are its own,
and it is signed as of its date.
Source: RFC 5322; RFC 2046; RFC 3834 section 5 (Auto-Submitted); RFC 2369 section 3.2; RFC 6376.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from functools import cache
from pathlib import Path
from typing import Any

import dkim
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError, select_autoescape

from mag_server.base import places
from mag_server.base.words import typographic

MESSAGES = places.TEMPLATES / "mail"
# What a relay may rewrite is not signed; what a person reads and answers to is.
_SIGNED = (b"from", b"to", b"subject", b"date", b"message-id", b"mime-version", b"content-type")
_BREAKS = re.compile(r"\n{3,}")


class UnwritableError(Exception):
    """A letter cannot be written as things stand; the message says why."""


@dataclass(frozen=True)
class Rendered:
    """What a person reads: the subject, the text, the same as HTML."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class Envelope:
    """Who writes to whom; `letter_id` names the letter in every header and every bounce."""

    letter_id: str
    from_name: str
    from_address: str
    to_name: str
    to_address: str
    written_at: datetime
    unsubscribe_url: str | None


@dataclass(frozen=True)
class Signature:
    """How mails are signed (DKIM, RFC 6376)."""

    key_file: Path
    selector: str


def render(message: str, words: Mapping[str, object]) -> Rendered:
    """Fill a message's three files in; a word that is missing is an error, never a hole.

    Raises:
        UnwritableError: A file or a word is missing.
    """
    environment = _environment()
    try:
        parts = [
            environment.get_template(f"{message}/{name}").render(words)
            for name in ("subject.txt", "body.txt", "body.html")
        ]
    except TemplateError as error:
        raise UnwritableError(f"{message}: {error}") from error
    subject = typographic(" ".join(parts[0].split()))
    text = _BREAKS.sub("\n\n", typographic(parts[1])).strip() + "\n"
    return Rendered(subject, text, parts[2])


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(MESSAGES),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def compose(rendered: Rendered, envelope: Envelope, *, signature: Signature | None) -> bytes:
    """Return the whole mail, CRLF line ends, seven bits wide.

    Raises:
        ValueError: A name or an address would break a header: it was never checked.
        UnwritableError: It is to be signed, and the key cannot be used.
    """
    mail = EmailMessage(policy=SMTP)
    domain = envelope.from_address.rpartition("@")[2]
    mail["From"] = Address(envelope.from_name, addr_spec=envelope.from_address)
    mail["To"] = Address(envelope.to_name, addr_spec=envelope.to_address)
    mail["Subject"] = rendered.subject
    mail["Date"] = envelope.written_at
    mail["Message-ID"] = f"<{envelope.letter_id}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    if envelope.unsubscribe_url:
        mail["List-Unsubscribe"] = f"<{envelope.unsubscribe_url}>"
    mail.set_content(rendered.text, cte="quoted-printable")
    mail.add_alternative(rendered.html, subtype="html", cte="quoted-printable")
    mail.set_boundary(f"=_{envelope.letter_id}")
    octets = mail.as_bytes()
    if signature is None:
        return octets
    return _signed(octets, signature, domain=domain, at=envelope.written_at)


class _DatedSigner(dkim.DKIM):  # type: ignore[misc]  # dkimpy ships no types
    """Signs as of an instant: dkimpy itself writes the present one, another at every try."""

    def __init__(self, octets: bytes, *, at: datetime) -> None:
        super().__init__(octets)
        self._at = str(int(at.timestamp())).encode("ascii")

    def gen_header(self, fields: list[tuple[bytes, bytes]], *others: Any) -> bytes:
        """Return the signature's header, once its t= (RFC 6376 section 3.5) is the instant."""
        dated = [(tag, self._at if tag == b"t" else value) for tag, value in fields]
        header: bytes = super().gen_header(dated, *others)
        return header


def _signed(octets: bytes, signature: Signature, *, domain: str, at: datetime) -> bytes:
    header: bytes = _DatedSigner(octets, at=at).sign(
        signature.selector.encode("ascii"),
        domain.encode("ascii"),
        _private_key(signature.key_file),
        canonicalize=(b"relaxed", b"relaxed"),
        include_headers=list(_SIGNED),
    )
    return header + octets


def _private_key(file: Path) -> bytes:
    # openssl writes PKCS #8 since its version 3; dkimpy reads what went before it alone.
    try:
        key = load_pem_private_key(file.read_bytes(), password=None)
    except (OSError, TypeError, ValueError, UnsupportedAlgorithm) as error:
        raise UnwritableError(f"MAG_DKIM_KEY cannot be read: {error}") from error
    if not isinstance(key, RSAPrivateKey):
        raise UnwritableError("MAG_DKIM_KEY is no RSA key")
    return key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
