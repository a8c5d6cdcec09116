"""Delivery reports that come back (RFC 3464), and which letter each of them is about."""

import re
from dataclasses import dataclass
from email.message import Message
from email.utils import getaddresses

# The name of a letter, in the envelope's sender (name@host after a plus) and in its Message-ID.
_IN_ADDRESS = re.compile(r"\+([0-9a-f]{32})@")
_IN_MESSAGE_ID = re.compile(r"<([0-9a-f]{32})@[^>]+>")
_MOST_REASON = 300


@dataclass(frozen=True)
class Bounce:
    """A report of a mail that was not delivered, and will not be."""

    letter_id: str
    reason: str


def read_bounce(mail: Message) -> Bounce | None:
    """Read a report; None for a delay, a success, or anything that is no delivery report."""
    if mail.get_content_type() != "multipart/report":
        return None
    parts = list(mail.walk())
    fields = _failed_recipient(parts)
    letter_id = _letter_named_in(mail, parts)
    if fields is None or letter_id is None:
        return None
    diagnostic = fields.get("Diagnostic-Code", "").partition(";")[2]
    reason = f"{fields.get('Status', '')} {diagnostic}"
    return Bounce(letter_id, " ".join(reason.split())[:_MOST_REASON])


def _failed_recipient(parts: list[Message]) -> Message | None:
    for part in parts:
        if part.get_content_type() != "message/delivery-status":
            continue
        for block in part.get_payload():  # one block of fields for the mail, one a recipient
            if isinstance(block, Message) and block.get("Action", "").strip().lower() == "failed":
                return block
    return None


def _letter_named_in(mail: Message, parts: list[Message]) -> str | None:
    for _name, address in getaddresses(
        [str(mail.get("To", "")), str(mail.get("Delivered-To", ""))]
    ):
        if found := _IN_ADDRESS.search(address):
            return found[1]
    for part in parts:
        if part.get_content_type() in {"message/rfc822", "text/rfc822-headers"}:
            payload = part.get_payload()
            text = str(payload[0]) if isinstance(payload, list) else str(payload)
            if found := re.search(r"(?im)^message-id:\s*" + _IN_MESSAGE_ID.pattern, text):
                return found[1]
    return None
