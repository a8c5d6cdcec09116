"""Delivery reports that come back (RFC 3464), and which letter each of them is about.

Anybody may send one: whatever it holds, reading it raises nothing.
"""

import email
import re
from dataclasses import dataclass
from email.message import Message
from email.policy import compat32
from email.utils import getaddresses

from mag_server.base.one_line import one_line

# The name of a letter, in the envelope's sender (name@host after a plus) and in its Message-ID.
_IN_ADDRESS = re.compile(r"\+([0-9a-f]{32})@")
_IN_MESSAGE_ID = re.compile(r"<([0-9a-f]{32})@[^>]+>")


@dataclass(frozen=True)
class Bounce:
    """A report of a mail that was not delivered, and will not be."""

    letter_id: str
    reason: str


def parse_report(octets: bytes) -> Message:
    """Return a mail as it came; an empty one where it cannot be parsed (parts a thousand deep)."""
    try:
        return email.message_from_bytes(octets, policy=compat32)
    except Exception:  # noqa: BLE001 - the parser says of no error that there is no other
        return Message()


def read_bounce(mail: Message) -> Bounce | None:
    """Read a report; None for a delay, a success, or anything that cannot be read as a report."""
    try:
        return _bounce_in(mail)
    except Exception:  # noqa: BLE001 - nor do its fields and parts
        return None


def _bounce_in(mail: Message) -> Bounce | None:
    if mail.get_content_type() != "multipart/report":
        return None
    parts = list(mail.walk())
    fields = _failed_recipient(parts)
    letter_id = _letter_named_in(mail, parts)
    if fields is None or letter_id is None:
        return None
    diagnostic = _field(fields, "Diagnostic-Code").partition(";")[2]
    return Bounce(letter_id, one_line(f"{_field(fields, 'Status')} {diagnostic}"))


def _field(fields: Message, name: str) -> str:
    # A field with an octet above 127 is no str but a Header; as a str it shows a mark in its place.
    return str(fields.get(name, ""))


def _failed_recipient(parts: list[Message]) -> Message | None:
    for part in parts:
        if part.get_content_type() != "message/delivery-status":
            continue
        for block in part.get_payload():  # one block of fields for the mail, one a recipient
            if isinstance(block, Message) and _field(block, "Action").strip().lower() == "failed":
                return block
    return None


def _letter_named_in(mail: Message, parts: list[Message]) -> str | None:
    for _name, address in getaddresses([_field(mail, "To"), _field(mail, "Delivered-To")]):
        if found := _IN_ADDRESS.search(address):
            return found[1]
    for part in parts:
        if part.get_content_type() in {"message/rfc822", "text/rfc822-headers"}:
            payload = part.get_payload()
            # The whole mail: only one field of it is read, since writing a hostile mail may fail.
            whole = payload[0] if isinstance(payload, list) else None
            named = _field(whole, "Message-ID") if isinstance(whole, Message) else None
            text = str(payload) if named is None else f"Message-ID: {named}"
            if found := re.search(r"(?im)^message-id:\s*" + _IN_MESSAGE_ID.pattern, text):
                return found[1]
    return None
