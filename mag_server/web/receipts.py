"""Receipts as the world verifies them: keys, checkpoints and proofs, for anybody and for ever.

Nothing here names anybody: what does stands in the receipts, which their partner reads.
Source: docs/receipts.md; RFC 9162 sections 2.1.3 and 2.1.4.
"""

import re
from typing import Any

from flask import Blueprint, Response, jsonify, request

from mag_server.rooms.keys.actions import publish_receipt_keys
from mag_server.rooms.receipts.actions import sequence_receipts
from mag_server.rooms.tree.actions import (
    current_checkpoint,
    page_of_checkpoints,
    prove_consistency,
    prove_inclusion,
)
from mag_server.rooms.tree.model import encoded, told_checkpoint
from mag_server.web._refusals import json_refusal
from mag_server.web._work import current_work

blueprint = Blueprint("receipts", __name__, url_prefix="/receipts")
WRONG_NUMBER, TOO_LARGE = "MAG-410", "MAG-411"
_NUMBER = re.compile(r"[0-9]{1,15}", re.ASCII)
_MINUTE, _FOR_EVER = "public, max-age=60", "public, max-age=31536000, immutable"


@blueprint.get("/keys")
def keys() -> Response:
    """Publish every key that ever signed a receipt, its validity, and since when it is lost."""
    return _public(publish_receipt_keys(current_work()), caching=_MINUTE)


@blueprint.get("/checkpoint")
def checkpoint() -> Response:
    """Tell the head of the log; what waits is sequenced first."""
    sequence_receipts(current_work())
    return _public(told_checkpoint(current_checkpoint(current_work())), caching="no-store")


@blueprint.get("/checkpoints")
def checkpoints() -> Response:
    """List every checkpoint that was signed, by size, after one."""
    after = _number("after", default=-1)
    if after is None:
        return json_refusal(WRONG_NUMBER)
    page = page_of_checkpoints(current_work(), after_size=after)
    items = [told_checkpoint(one) for one in page]
    following = page[-1].size if page else None
    return _public({"items": items, "next": following}, caching=_MINUTE)


@blueprint.get("/proof/inclusion")
def inclusion() -> Response:
    """Prove that the receipt at a position stands in the log of a size."""
    position, size = _number("position"), _number("size")
    if position is None or size is None:
        return json_refusal(WRONG_NUMBER)
    proof = prove_inclusion(current_work(), position=position, size=size)
    if proof is None:
        return json_refusal(TOO_LARGE)
    members = {
        "position": proof.position,
        "size": proof.size,
        "leaf": encoded(proof.leaf),
        "root": encoded(proof.root),
        "path": [encoded(node) for node in proof.path],
    }
    return _public(members, caching=_FOR_EVER)


@blueprint.get("/proof/consistency")
def consistency() -> Response:
    """Prove that the log of one size only grew to another."""
    old, new = _number("old"), _number("new")
    if old is None or new is None:
        return json_refusal(WRONG_NUMBER)
    proof = prove_consistency(current_work(), old=old, new=new)
    if proof is None:
        return json_refusal(TOO_LARGE)
    path = [encoded(node) for node in proof.path]
    return _public({"old": proof.old, "new": proof.new, "path": path}, caching=_FOR_EVER)


def _number(name: str, *, default: int | None = None) -> int | None:
    values = request.args.getlist(name)
    if not values:
        return default
    return int(values[0]) if len(values) == 1 and _NUMBER.fullmatch(values[0]) else None


def _public(members: dict[str, Any], *, caching: str) -> Response:
    response = jsonify(members)
    response.headers["Cache-Control"] = caching
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
