"""A partner's back end: makes links, reads on in the feed of receipts, tells what was consulted."""

import base64
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, TypeVar
from urllib.parse import quote, quote_plus, urlencode

from mag_sdk.addresses import check_address
from mag_sdk.errors import (
    AnswerRefused,
    CallRefused,
    ChainBroken,
    ConfigurationRefused,
    FeedInconsistent,
    MagUnreachable,
    UnknownKey,
)
from mag_sdk.feed import FeedPage, FeedState, Kept, PlacedReceipt, check_chains, check_cursor
from mag_sdk.log import Checkpoint, InclusionProof, trust_kept_checkpoint, verify_checkpoint
from mag_sdk.merkle import decode_hash, verify_consistency
from mag_sdk.receipt_keys import ReceiptKeys
from mag_sdk.receipts import Receipt, verify_chain, verify_receipt
from mag_sdk.wire import Answer, Wire

SCOPES = ("links", "receipts", "consultations")
# Asked for again a little before its end, so that no call meets it dead.
TOKEN_MARGIN = timedelta(seconds=30)
PAGE = 200
# A page of receipts with their proofs, and the answers to ten thousand links.
LARGEST_LIST_BYTES = 16 * 1024 * 1024
LINKS_A_CALL = 1_000
KEYS_SECONDS, UNKNOWN_KID_SECONDS = 600, 60
_GOOD, _CLIENT_ERRORS = range(200, 300), range(400, 500)
Verified = TypeVar("Verified")


def _utc_now() -> datetime:
    return datetime.now(UTC)


class MagBackEnd:
    """Calls MAG's API as one partner, by `client_credentials` (RFC 6749 section 4.4).

    Every method raises MagUnreachable while MAG does not answer, and CallRefused with MAG's own
    code for what it refuses.
    """

    def __init__(
        self,
        issuer: str,
        client_id: str,
        client_secret: str,
        *,
        timeout_seconds: float = 10.0,
        now: Callable[[], datetime] = _utc_now,
    ) -> None:
        check_address(setting="issuer", url=issuer)
        for setting, value in (("client_id", client_id), ("client_secret", client_secret)):
            if not value:
                raise ConfigurationRefused(setting, "is empty")
        self.issuer = issuer
        self._credentials = (client_id, client_secret)
        self._wire = Wire(timeout_seconds=timeout_seconds)
        self._now = now
        self._token: tuple[str, datetime] | None = None
        self._keys: tuple[ReceiptKeys, datetime] | None = None

    # --- links --------------------------------------------------------------------------------

    def create_link(self, link: Mapping[str, Any], *, idempotency_key: str) -> dict[str, Any]:
        """Make one link; a bad one raises CallRefused with MAG's code.

        The same key with the same link asks again, and makes nothing twice.
        """
        key = {"Idempotency-Key": idempotency_key}
        return self._call_json("/api/v1/links", link, headers=key).members()

    def create_links(
        self, links: Sequence[Mapping[str, Any]], *, idempotency_key: str
    ) -> list[dict[str, Any]]:
        """Make up to 10,000 links; return one answer a link, in their order.

        A bad one loses nobody else's: it is answered with `code`, `reason` and `member`. The same
        key with the same links asks again, and makes nothing twice.
        """
        body = "\n".join(json.dumps(dict(link), ensure_ascii=False) for link in links)
        answer = self._call(
            "/api/v1/links",
            body=body.encode(),
            headers={"Content-Type": "application/x-ndjson", "Idempotency-Key": idempotency_key},
        )
        return [json.loads(line) for line in answer.body.decode().splitlines() if line]

    def create_campaign(
        self, links: Iterable[Mapping[str, Any]], *, idempotency_key: str
    ) -> Iterator[dict[str, Any]]:
        """Make any number of links, as `create_links` does, a thousand a call; yield each answer.

        Nothing is asked for before the answers are taken, and a thousand links are held at most.
        Each call has a key of its own, made of yours: a campaign that was interrupted is begun
        again from its beginning, and makes nothing twice.
        """
        remaining = iter(links)
        number = 0
        while batch := list(islice(remaining, LINKS_A_CALL)):
            number += 1
            yield from self.create_links(batch, idempotency_key=f"{idempotency_key}.{number}")

    def list_links(
        self, *, after: str | None = None, limit: int = 100, **filters: str
    ) -> tuple[list[dict[str, Any]], str | None]:
        """List links, newest first; return some, and what to give as `after` for more, or None.

        Filters are `state`, `kind`, `message`, `reference`, `siret`, `created_from` and
        `created_before`.
        """
        asked = {"limit": str(limit), **filters} | ({"after": after} if after else {})
        members = self._call(f"/api/v1/links?{urlencode(asked)}").members()
        return _list(members, "items"), _next(members)

    def show_link(self, link_id: str) -> dict[str, Any]:
        """Show one link."""
        return self._call(f"/api/v1/links/{_segment(link_id)}").members()

    def revoke_link(self, link_id: str) -> dict[str, Any]:
        """Make a link open nothing any more."""
        return self._call(f"/api/v1/links/{_segment(link_id)}/revoke", body=b"").members()

    def extend_link(self, link_id: str, *, expires_at: datetime) -> dict[str, Any]:
        """Move the end of an active link; `expires_at` is aware."""
        path = f"/api/v1/links/{_segment(link_id)}/extend"
        return self._call_json(path, {"expires_at": expires_at.isoformat()}).members()

    # --- receipts -----------------------------------------------------------------------------

    def receipts_of_link(self, link_id: str) -> list[Receipt]:
        """Return what was recorded of a link, in its order: each verified, and the chain whole.

        Raises:
            ChainBroken: one is missing, or does not follow the one before it.
            AssertionRefused, ReceiptRefused: one does not verify, or is not in the log.
        """
        members = self._call(f"/api/v1/links/{_segment(link_id)}/receipts").members()
        checkpoint = self._checkpoint(members)
        found = [self._placed(item, checkpoint).receipt for item in _list(members, "items")]
        verify_chain(found)
        if found and found[0].link != link_id:
            raise ChainBroken(link_id, 1)
        return found

    def consulted(self, link_id: str, *, session: str, document: str) -> bool:
        """Tell MAG that a document was really served to who was authenticated at a link (AR-3).

        Args:
            link_id: `link` of the assertion.
            session: `sid` of the assertion.
            document: SHA-256 of the bytes served, in hexadecimal.

        Returns:
            Whether it was recorded now; again changes nothing.
        """
        path = f"/api/v1/links/{_segment(link_id)}/consultations"
        told = self._call_json(path, {"session": session, "document": document}).members()
        return bool(told.get("recorded"))

    def read_feed(self, state: FeedState, *, kept: Kept) -> Iterator[FeedPage]:
        """Read on from a stored state; ends when there is no more.

        Every receipt is verified, proved to stand in the log at its position, and tied to the one
        before it in its link's chain; the log is proved to have only grown since the stored
        checkpoint.

        Args:
            state: what was stored with the last page; `FeedState()` at first.
            kept: gives back `presented` of the receipt you stored of a link and a number, or None.
                Store each page before you ask for the next.

        Raises:
            FeedInconsistent: the log is another one, or shorter; nothing of the page is given.
            ChainBroken: a receipt of a link was left out, doubled, or follows another one.
            AssertionRefused, ReceiptRefused: a receipt or the checkpoint does not verify.
        """
        while True:
            page = self._page(state, kept)
            # The same head may be signed anew: that is nothing new to store.
            if not page.receipts and page.state.after == state.after:
                return
            yield page
            if not page.receipts:
                return
            state = page.state

    def _page(self, state: FeedState, kept: Kept) -> FeedPage:
        asked = {"limit": str(PAGE)} | ({} if state.after is None else {"after": str(state.after)})
        members = self._call(f"/api/v1/receipts?{urlencode(asked)}").members()
        checkpoint = self._checkpoint(members)
        if state.checkpoint is not None:
            # Not verified again: its key may be lost since, and you kept it.
            self._check_growth(trust_kept_checkpoint(state.checkpoint), checkpoint)
        placed = tuple(self._placed(item, checkpoint) for item in _list(members, "items"))
        after = check_cursor(members, [one.position for one in placed], state, checkpoint)
        check_chains([one.receipt for one in placed], kept)
        return FeedPage(placed, FeedState(after, checkpoint.presented))

    def _placed(self, item: Mapping[str, Any], checkpoint: Checkpoint) -> PlacedReceipt:
        position = item.get("position")
        if isinstance(position, bool) or not isinstance(position, int):
            raise FeedInconsistent("a receipt without a position")
        proof = InclusionProof(position, tuple(_path(item, self.issuer)), checkpoint)
        receipt = self._with_keys(
            lambda keys: verify_receipt(
                receipt=str(item.get("receipt")),
                keys=keys,
                expected_issuer=self.issuer,
                now=self._now(),
                proof=proof,
            )
        )
        return PlacedReceipt(position, receipt)

    def _check_growth(self, old: Checkpoint, new: Checkpoint) -> None:
        if new.size < old.size:
            raise FeedInconsistent("the log is shorter than it was")
        path: list[bytes] = []
        if 0 < old.size < new.size:
            asked = urlencode({"old": old.size, "new": new.size})
            path = _path(
                self._wire_get(f"/receipts/proof/consistency?{asked}").members(), self.issuer
            )
        if not verify_consistency(
            old=old.size, old_root=old.root, new=new.size, new_root=new.root, path=path
        ):
            raise FeedInconsistent("the log is another one than it was")

    def _checkpoint(self, members: Mapping[str, Any]) -> Checkpoint:
        told = members.get("checkpoint")
        presented = told.get("checkpoint") if isinstance(told, dict) else None
        if not isinstance(presented, str):
            raise AnswerRefused(self.issuer, "no checkpoint")
        return self._with_keys(
            lambda keys: verify_checkpoint(
                checkpoint=presented, keys=keys, expected_issuer=self.issuer, now=self._now()
            )
        )

    def _with_keys(self, verify: Callable[[ReceiptKeys], Verified]) -> Verified:
        try:
            return verify(self.receipt_keys())
        except UnknownKey:
            # A key that took over from a lost one signs at once: asked for, once a minute at most.
            fetched_at = self._keys[1] if self._keys else None
            age = self._now() - fetched_at if fetched_at else timedelta(0)
            if abs(age) < timedelta(seconds=UNKNOWN_KID_SECONDS):
                raise
        self._keys = None
        return verify(self.receipt_keys())

    def receipt_keys(self) -> ReceiptKeys:
        """Return MAG's receipt keys, asked for again every ten minutes."""
        now = self._now()
        if self._keys is None or not timedelta(0) <= now - self._keys[1] < timedelta(
            seconds=KEYS_SECONDS
        ):
            answer = self._wire_get("/receipts/keys")
            try:
                self._keys = ReceiptKeys(answer.members()), now
            except (ValueError, KeyError) as error:
                raise AnswerRefused(answer.url, str(error)) from error
        return self._keys[0]

    # --- calling ------------------------------------------------------------------------------

    def _call_json(
        self, path: str, members: Mapping[str, Any], *, headers: Mapping[str, str] | None = None
    ) -> Answer:
        typed = {"Content-Type": "application/json", **(headers or {})}
        return self._call(path, body=json.dumps(dict(members)).encode(), headers=typed)

    def _call(
        self, path: str, *, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        bearer = {"Authorization": f"Bearer {self._access_token()}", **(headers or {})}
        answer = self._sent(path, body, bearer)
        if answer.status == 401:  # noqa: PLR2004 -- RFC 6750's own: revoked, or MAG was set back
            self._token = None
            bearer["Authorization"] = f"Bearer {self._access_token()}"
            answer = self._sent(path, body, bearer)
        return _checked(answer)

    def _sent(self, path: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        url, most = self.issuer + path, LARGEST_LIST_BYTES
        if body is None:
            return self._wire.get(url, headers=headers, largest_bytes=most)
        return self._wire.post_octets(url, body=body, headers=headers, largest_bytes=most)

    def _wire_get(self, path: str) -> Answer:
        return _checked(self._wire.get(self.issuer + path))

    def _access_token(self) -> str:
        now = self._now()
        if self._token is not None and now < self._token[1]:
            return self._token[0]
        pair = ":".join(quote_plus(half) for half in self._credentials)
        basic = {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode("ascii")}
        form = {"grant_type": "client_credentials", "scope": " ".join(SCOPES)}
        answer = self._wire.post(f"{self.issuer}/token", form=form, headers=basic)
        members = _checked(answer).members()
        token, seconds = members.get("access_token"), members.get("expires_in")
        if not isinstance(token, str) or not isinstance(seconds, int):
            raise AnswerRefused(answer.url, "no token")
        self._token = token, now + timedelta(seconds=seconds) - TOKEN_MARGIN
        return token


def _segment(link_id: str) -> str:
    return quote(link_id, safe="")


def _checked(answer: Answer) -> Answer:
    if answer.status in _GOOD:
        return answer
    if answer.status == 429:  # noqa: PLR2004 -- RFC 6585's own
        raise MagUnreachable(answer.url, "HTTP 429")
    if answer.status not in _CLIENT_ERRORS:
        raise AnswerRefused(answer.url, f"HTTP {answer.status}")
    members = answer.members()
    code = members.get("code")
    raise CallRefused(answer.status, str(code) if code else None, str(members.get("detail", "")))


def _list(members: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    found = members.get(name)
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise AnswerRefused(name, "is no list")
    return found


def _next(members: Mapping[str, Any]) -> str | None:
    found = members.get("next")
    return found if isinstance(found, str) else None


def _path(members: Mapping[str, Any], url: str) -> list[bytes]:
    found = members.get("path")
    try:
        return [decode_hash(str(node)) for node in found] if isinstance(found, list) else []
    except ValueError as error:
        raise AnswerRefused(url, "a proof that cannot be read") from error
