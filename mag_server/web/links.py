"""The API of links: a partner's back end makes them, lists them, revokes and extends them.

Source: docs/links.md; draft-ietf-httpapi-idempotency-key-header.
"""

import hashlib
import json
import re
from typing import Any

from flask import Blueprint, Response, jsonify, request, url_for
from werkzeug.exceptions import RequestEntityTooLarge

from mag_server.base.errors import CATALOGUE
from mag_server.base.members import (
    MemberReason,
    WrongMemberError,
    read_choice,
    read_instant,
    read_members,
    read_printable,
)
from mag_server.base.strict_json import JsonRefused, parse_json, parse_lines
from mag_server.rooms.calls.model import Call, CallRefusal, is_key
from mag_server.rooms.companies.model import Siret, Strictness, parse_siret
from mag_server.rooms.drafts.model import Kind, LinkReason, LinkRefused, refused_member
from mag_server.rooms.links.actions import (
    MOST_OF_A_PAGE,
    create_links,
    extend_link,
    find_link,
    list_links,
    revoke_link,
)
from mag_server.rooms.links.model import (
    MOST_LINES_OF_A_CALL,
    CreatedLinks,
    Link,
    LinkFilter,
    LinkState,
    MadeLink,
    told_link,
    told_made,
    told_refused,
)
from mag_server.rooms.partners.model import Partner
from mag_server.web._back_end import back_end_asking
from mag_server.web._refusals import help_url, json_refusal, refusal_members
from mag_server.web._work import current_work

SCOPE = "links"
# Room for 10,000 lines; every other address of this server keeps its 64 KiB.
LONGEST_BATCH_BYTES = 16 * 1024 * 1024
RETRY_SECONDS = 2
_LINES = {"application/x-ndjson", "application/jsonl"}
_FILTERS = frozenset(
    {
        *("state", "kind", "message", "reference", "siret", "created_from", "created_before"),
        *("after", "limit"),
    }
)

blueprint = Blueprint("links", __name__, url_prefix="/api/v1/links")


@blueprint.post("")
def create() -> Response:
    """Make one link of a JSON object, or up to 10,000 of JSON lines."""
    in_lines = request.mimetype in _LINES
    if in_lines:
        # Before anything looks at the body: it is read only once its sender is known.
        request.max_content_length = LONGEST_BATCH_BYTES
    partner = back_end_asking(scope=SCOPE)
    if isinstance(partner, Response):
        return partner
    if not in_lines and not request.is_json:
        return json_refusal("MAG-421")
    key = request.headers.get("Idempotency-Key")
    if key is not None and not is_key(key):
        return json_refusal("MAG-424")
    try:
        octets = request.get_data(cache=False)
    except RequestEntityTooLarge:
        return json_refusal("MAG-422" if in_lines else "MAG-132")
    call = Call(partner.client_id, key, _fingerprint(octets)) if key is not None else None
    if in_lines:
        return _create_lines(partner, octets, call)
    return _create_one(partner, octets, call)


def _fingerprint(octets: bytes) -> str:
    return f"{request.mimetype} {hashlib.sha256(octets).hexdigest()}"


def _create_one(partner: Partner, octets: bytes, call: Call | None) -> Response:
    value = parse_json(octets)
    if isinstance(value, JsonRefused):
        return _wrong_json(value)
    created = _created(partner, [(1, value)], call)
    if isinstance(created, Response):
        return created
    ((_, outcome),) = created.outcomes
    if isinstance(outcome, LinkRefused):
        return _refused(outcome)
    response = _told(told_made(outcome), status=201)
    response.headers["Location"] = url_for("links.show", link_id=outcome.link_id)
    return response


def _create_lines(partner: Partner, octets: bytes, call: Call | None) -> Response:
    lines = parse_lines(octets, most=MOST_LINES_OF_A_CALL)
    if lines is None:
        return json_refusal("MAG-422")
    if not lines:
        return json_refusal("MAG-420")
    created = _created(partner, lines, call)
    if isinstance(created, Response):
        return created
    help_urls = {code: help_url(code) for code in CATALOGUE}
    text = "".join(
        json.dumps({"line": number, **_told_line(outcome, help_urls)}, ensure_ascii=False) + "\n"
        for number, outcome in created.outcomes
    )
    return Response(text, mimetype="application/x-ndjson", headers={"Cache-Control": "no-store"})


def _told_line(outcome: MadeLink | LinkRefused, help_urls: dict[str, str]) -> dict[str, Any]:
    if isinstance(outcome, MadeLink):
        return told_made(outcome)
    code = outcome.reason.code
    return {"error": CATALOGUE[code].error, **told_refused(outcome), "help": help_urls[code]}


def _created(
    partner: Partner, lines: list[tuple[int, Any]], call: Call | None
) -> CreatedLinks | Response:
    created = create_links(
        current_work(), partner=partner, lines=lines, call=call, by=partner.client_id
    )
    if not isinstance(created, CallRefusal):
        return created
    response = json_refusal(created.value)
    if created is CallRefusal.RUNNING:
        response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


@blueprint.get("")
def index() -> Response:
    """List the partner's links, newest first."""
    partner = back_end_asking(scope=SCOPE)
    if isinstance(partner, Response):
        return partner
    try:
        asked, after, most = _read_filter()
    except WrongMemberError as error:
        return _wrong_filter(error.member)
    page = list_links(
        current_work(), client_id=partner.client_id, asked=asked, after=after, most=most
    )
    if isinstance(page, LinkRefused):
        return _wrong_filter(page.member)
    now = current_work().now
    return _told({"items": [told_link(link, now=now) for link in page.links], "next": page.next})


def _read_filter() -> tuple[LinkFilter, str | None, int]:
    for name, values in request.args.lists():
        if len(values) > 1:
            raise WrongMemberError(MemberReason.UNKNOWN, name)
    given = read_members(request.args.to_dict(), "", _FILTERS)

    def read(name: str, reader: Any, *more: Any) -> Any:
        return reader(given[name], name, *more) if name in given else None

    asked = LinkFilter(
        state=read("state", read_choice, LinkState),
        kind=read("kind", read_choice, Kind),
        message=read("message", read_printable),
        reference=read("reference", read_printable),
        siret=read("siret", _read_siret),
        created_from=read("created_from", read_instant),
        created_before=read("created_before", read_instant),
    )
    return asked, read("after", read_printable), read("limit", _read_limit) or 100


def _read_siret(text: str, member: str) -> str:
    parsed = parse_siret(text, strictness=Strictness.chosen_by(current_work().settings))
    if isinstance(parsed, Siret):
        return parsed.digits
    raise WrongMemberError(MemberReason.CHARACTER, member)


def _read_limit(text: str, member: str) -> int:
    if re.fullmatch(r"[0-9]{1,3}", text) and 1 <= int(text) <= MOST_OF_A_PAGE:
        return int(text)
    raise WrongMemberError(MemberReason.CHOICE, member)


@blueprint.get("/<link_id>")
def show(link_id: str) -> Response:
    """Tell one of the partner's links."""
    partner = back_end_asking(scope=SCOPE)
    if isinstance(partner, Response):
        return partner
    return _answer(find_link(current_work(), client_id=partner.client_id, link_id=link_id))


@blueprint.post("/<link_id>/revoke")
def revoke(link_id: str) -> Response:
    """Make a link open nothing any more; again changes nothing."""
    partner = back_end_asking(scope=SCOPE)
    if isinstance(partner, Response):
        return partner
    client_id = partner.client_id
    return _answer(revoke_link(current_work(), client_id=client_id, link_id=link_id, by=client_id))


@blueprint.post("/<link_id>/extend")
def extend(link_id: str) -> Response:
    """Move the end of a link to `expires_at`; again changes nothing."""
    partner = back_end_asking(scope=SCOPE)
    if isinstance(partner, Response):
        return partner
    if not request.is_json:
        return json_refusal("MAG-421")
    value = parse_json(request.get_data(cache=False))
    if isinstance(value, JsonRefused):
        return _wrong_json(value)
    try:
        members = read_members(value, "", frozenset({"expires_at"}))
        expires_at = read_instant(members.get("expires_at"), "expires_at")
    except WrongMemberError as error:
        return _refused(refused_member(error))
    client_id = partner.client_id
    return _answer(
        extend_link(
            current_work(),
            client_id=client_id,
            link_id=link_id,
            expires_at=expires_at,
            by=client_id,
        )
    )


def _answer(found: Link | LinkRefused | None) -> Response:
    if found is None:
        return json_refusal("MAG-316")
    if isinstance(found, LinkRefused):
        return _refused(found)
    return _told(told_link(found, now=current_work().now))


def _told(members: dict[str, Any], *, status: int = 200) -> Response:
    response = jsonify(members)
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    return response


def _refused(refused: LinkRefused) -> Response:
    return _with(refused.reason.code, refused.reason.word, refused.member, refused.detail)


def _wrong_json(refused: JsonRefused) -> Response:
    return _with("MAG-420", LinkReason.JSON.word, refused.member, refused.reason.value)


def _wrong_filter(member: str) -> Response:
    return _with("MAG-427", LinkReason.UNKNOWN.word, member, "See docs/links.md.")


def _with(code: str, reason: str, member: str, explanation: str) -> Response:
    response = json_refusal(code)
    members = {"reason": reason, "member": member or None, "explanation": explanation}
    response.set_data(jsonify(refusal_members(code) | members).get_data())
    return response
