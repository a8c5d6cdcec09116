"""A small log of receipts on 127.0.0.1, honest until a test makes it lie."""

import base64
import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from mag_sdk import FeedPage, FeedState, MagBackEnd, PlacedReceipt
from tests.sdk import forge
from tests.sdk.provider import CLIENT_ID, CLIENT_SECRET, Asked, Clock, Provider, Said, said

RECEIPT, CHECKPOINT = "mag-receipt+jwt", "mag-checkpoint+jwt"


def sha256(octets: bytes) -> bytes:
    return hashlib.sha256(octets).digest()


def head(leaves: list[bytes]) -> bytes:
    """Return MTH(D[n]) of RFC 9162 section 2.1.1."""
    if len(leaves) < 2:
        return leaves[0] if leaves else sha256(b"")
    k = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\x01" + head(leaves[:k]) + head(leaves[k:]))


def path(position: int, leaves: list[bytes]) -> list[bytes]:
    """Return PATH(m, D[n]) of section 2.1.3.1."""
    if len(leaves) < 2:
        return []
    k = 1 << (len(leaves) - 1).bit_length() - 1
    if position < k:
        return [*path(position, leaves[:k]), head(leaves[k:])]
    return [*path(position - k, leaves[k:]), head(leaves[:k])]


def subproof(old: int, leaves: list[bytes], *, whole: bool = True) -> list[bytes]:
    """Return SUBPROOF(m, D[n], b) of section 2.1.4.1."""
    if old == len(leaves):
        return [] if whole else [head(leaves)]
    k = 1 << (len(leaves) - 1).bit_length() - 1
    if old <= k:
        return [*subproof(old, leaves[:k], whole=whole), head(leaves[k:])]
    return [*subproof(old - k, leaves[k:], whole=False), head(leaves[:k])]


@dataclass
class Ledger:
    """MAG's log as a partner reads it; `lies` are put over what a page says."""

    provider: Provider
    pen: forge.Pen = field(default_factory=lambda: forge.ec_pen("r1"))
    lost: forge.Pen | None = None
    receipts: list[str] = field(default_factory=list)
    keys: list[dict[str, Any]] = field(default_factory=list)
    lies: dict[str, Any] = field(default_factory=dict)
    kept: dict[tuple[str, int], str] = field(default_factory=dict)
    page: int = 200

    def __post_init__(self) -> None:
        """Publish the key, and answer what a back end asks."""
        self.publish(self.pen)
        token = {"access_token": "t", "token_type": "Bearer", "expires_in": 600}
        self.provider.answers |= {
            "/token": lambda _: said(token),
            "/receipts/keys": lambda _: said({"keys": self.keys}),
            "/receipts/proof/consistency": self._consistency,
            "/api/v1/receipts": self._feed,
        }

    def publish(self, pen: forge.Pen, **more: int) -> None:
        self.keys.append(pen.jwk | {"nbf": forge.NOW - 86_400, **more})

    def leaves(self) -> list[bytes]:
        return [sha256(b"\x00" + one.partition("~")[0].encode()) for one in self.receipts]

    def sign(self, claims: dict[str, Any], *, typ: str = RECEIPT) -> str:
        return self.pen.sign(claims, self.pen.header(typ=typ))

    def append(self, link: str = "lnk_1", number: int | None = None, **changes: Any) -> str:
        """Log a receipt, at its place in the chain of its link unless it is said otherwise."""
        told = [json.loads(_payload(one)) for one in self.receipts]
        before = [one for one in told if one["link"] == link]
        last = self.receipts[told.index(before[-1])] if before else None
        claims = {
            "iss": self.provider.issuer,
            "jti": f"j{len(self.receipts)}",
            "iat": int(self.provider.clock().timestamp()),
            "link": link,
            "number": number or len(before) + 1,
            "stage": "opened",
            "previous": forge.b64(sha256(last.encode())) if last else None,
        } | changes
        self.receipts.append(
            self.sign({name: value for name, value in claims.items() if value is not None})
        )
        return self.receipts[-1]

    def checkpoint(self, **changes: Any) -> dict[str, Any]:
        root = forge.b64(head(self.leaves()))
        claims = {
            "iss": self.provider.issuer,
            "size": len(self.receipts),
            "root": root,
            "iat": int(self.provider.clock().timestamp()),
        } | changes
        signed = self.sign(claims, typ=CHECKPOINT)
        return {"size": claims["size"], "root": claims["root"], "checkpoint": signed}

    def item(self, at: int, /, **changes: Any) -> dict[str, Any]:
        return {
            "position": at,
            "receipt": self.receipts[at],
            "path": [forge.b64(node) for node in path(at, self.leaves())],
        } | changes

    def _feed(self, asked: Asked) -> Said:
        after = int(asked.query.get("after", -1))
        last = min(after + self.page, len(self.receipts) - 1)
        honest = {
            "items": [self.item(position) for position in range(after + 1, last + 1)],
            "next": last if self.receipts else None,
            "checkpoint": self.checkpoint(),
        }
        return said(honest | self.lies)

    def _consistency(self, asked: Asked) -> Said:
        old, new = int(asked.query["old"]), int(asked.query["new"])
        proof = subproof(old, self.leaves()[:new])
        return said({"old": old, "new": new, "path": [forge.b64(node) for node in proof]})

    # --- the partner's side -----------------------------------------------------------------

    def back_end(self, clock: Clock) -> MagBackEnd:
        return MagBackEnd(self.provider.issuer, CLIENT_ID, CLIENT_SECRET, now=clock)

    def keep(self, page: FeedPage) -> None:
        for one in (placed.receipt for placed in page.receipts):
            self.kept[one.link, one.number] = one.presented

    def read(
        self, back_end: MagBackEnd, state: FeedState | None = None
    ) -> tuple[list[PlacedReceipt], FeedState]:
        """Read on to the end as a partner does, keeping each page."""
        found: list[PlacedReceipt] = []
        state = state or FeedState()
        for page in back_end.read_feed(state, kept=lambda *name: self.kept.get(name)):
            self.keep(page)
            found += page.receipts
            state = FeedState.from_json(page.state.to_json())
        return found, state


def _payload(jws: str) -> bytes:
    segment = jws.split(".")[1]
    return base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
