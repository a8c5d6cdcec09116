"""The API of receipts: a partner's back end reads its own, and says what was consulted.

Source: docs/receipts.md; docs/protocol.md, "A receipt" and "Partners' API".
"""

import re
from typing import Any

from flask import Blueprint, Response, jsonify, request

from mag_server.base.members import WrongMemberError, read_members, read_printable
from mag_server.base.strict_json import JsonRefused, parse_json
from mag_server.rooms.links.actions import find_link
from mag_server.rooms.links.model import rfc3339
from mag_server.rooms.receipts.actions import read_feed, read_link
from mag_server.rooms.receipts.model import Feed, FeedRefusal, Receipt
from mag_server.rooms.tree.model import encoded, told_checkpoint
from mag_server.rooms.visits.actions import record_consultation
from mag_server.rooms.visits.model import ConsultationRefusal
from mag_server.web._back_end import back_end_asking
from mag_server.web._refusals import json_refusal
from mag_server.web._work import current_work

blueprint = Blueprint("partner_receipts", __name__, url_prefix="/api/v1")
MOST_OF_A_PAGE, USUAL_PAGE = 500, 100
_NUMBER = re.compile(r"[0-9]{1,15}", re.ASCII)
_DOCUMENT = re.compile(r"[0-9a-f]{64}", re.ASCII)


@blueprint.get("/receipts")
def feed() -> Response:
    """Hand the partner's next receipts over by position, with the checkpoint that covers them."""
    partner = back_end_asking(scope="receipts")
    if isinstance(partner, Response):
        return partner
    after, most = _number("after"), _number("limit", default=USUAL_PAGE)
    if not _is_known() or after == _WRONG or most is None or not 1 <= most <= MOST_OF_A_PAGE:
        return json_refusal("MAG-410")
    found = read_feed(current_work(), client_id=partner.client_id, after_position=after, most=most)
    if isinstance(found, FeedRefusal):
        return json_refusal(found.value)
    return _told(_members(found))


@blueprint.get("/links/<link_id>/receipts")
def of_link(link_id: str) -> Response:
    """Tell what was recorded of one of the partner's links, in its order."""
    partner = back_end_asking(scope="receipts")
    if isinstance(partner, Response):
        return partner
    client_id = partner.client_id
    if find_link(current_work(), client_id=client_id, link_id=link_id) is None:
        return json_refusal("MAG-316")
    return _told(_members(read_link(current_work(), client_id=client_id, link_id=link_id)))


@blueprint.post("/links/<link_id>/consultations")
def consult(link_id: str) -> Response:
    """Take the partner's word that a document was really served (AR-3); again changes nothing."""
    partner = back_end_asking(scope="consultations")
    if isinstance(partner, Response):
        return partner
    asked = _consultation()
    if isinstance(asked, str):
        return json_refusal(asked)
    session, document = asked
    answer = record_consultation(
        current_work(),
        client_id=partner.client_id,
        link_id=link_id,
        session_sid=session,
        document=document,
    )
    if isinstance(answer, ConsultationRefusal):
        return json_refusal(answer.value)
    return _told({"recorded": answer}, status=201 if answer else 200)


def _consultation() -> tuple[str, str] | str:
    """Return the session and the document of the body, or the code of what is wrong with it."""
    value = parse_json(request.get_data(cache=False)) if request.is_json else None
    if value is None or isinstance(value, JsonRefused):
        return "MAG-420" if request.is_json else "MAG-421"
    try:
        members = read_members(value, "", frozenset({"session", "document"}))
        session = read_printable(members.get("session"), "session")
        document = read_printable(members.get("document"), "document")
    except WrongMemberError:
        return "MAG-414"
    return (session, document) if _DOCUMENT.fullmatch(document) else "MAG-414"


def _members(feed: Feed) -> dict[str, Any]:
    """Return receipts as the API tells them, each with its path to the one checkpoint."""
    return {
        "items": [
            _told_receipt(one) | {"path": [encoded(node) for node in path]}
            for one, path in zip(feed.receipts, feed.paths, strict=True)
        ],
        "next": feed.next,
        "checkpoint": told_checkpoint(feed.checkpoint),
    }


def _told_receipt(receipt: Receipt) -> dict[str, Any]:
    """Return a receipt as the API tells it; `receipt` is what was signed, with its disclosures."""
    return {
        "id": receipt.receipt_id,
        "link": receipt.link_id,
        "number": receipt.number,
        "stage": receipt.stage.value,
        "observed": receipt.observed,
        "issued_at": rfc3339(receipt.issued_at),
        "position": receipt.position,
        "receipt": receipt.presented,
    }


_WRONG = -2


def _number(name: str, *, default: int | None = None) -> int | None:
    values = request.args.getlist(name)
    if not values:
        return default
    return int(values[0]) if len(values) == 1 and _NUMBER.fullmatch(values[0]) else _WRONG


def _is_known() -> bool:
    return set(request.args) <= {"after", "limit"}


def _told(members: dict[str, Any], *, status: int = 200) -> Response:
    response = jsonify(members)
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    return response
