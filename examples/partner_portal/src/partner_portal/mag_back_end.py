"""MAG's back end as the reading wants it: every receipt comes out of mag_sdk verified."""

from collections.abc import Iterator
from datetime import datetime

from mag_sdk import FeedState, MagBackEnd, PlacedReceipt
from partner_portal.consultations import Consultation
from partner_portal.mag_reading import Batch, LinkPage
from partner_portal.receipts import Receipts, Step
from partner_portal.sent_links import SentLink

PAGE_LINKS = 200


class SdkBackEnd:
    """`mag_reading.BackEnd`, by the SDK."""

    def __init__(self, back_end: MagBackEnd, *, receipts: Receipts) -> None:
        self._back_end = back_end
        self._receipts = receipts

    def feed(self, *, after: str | None) -> Iterator[Batch]:
        """Read on from a stored state; ends when there is no more."""
        state = FeedState.from_json(after) if after else FeedState()
        for page in self._back_end.read_feed(state, kept=self._receipts.presented):
            yield Batch(steps=[_step(one) for one in page.receipts], feed=page.state.to_json())

    def links(self, *, since: datetime | None, after: str | None) -> LinkPage:
        """List one page of the links made since an instant."""
        filters = {} if since is None else {"created_from": since.isoformat()}
        told, following = self._back_end.list_links(after=after, limit=PAGE_LINKS, **filters)
        links = [
            SentLink(
                link_id=one["id"],
                **one["addressee"],
                kind=one["kind"],
                message=one["message"],
                created_at=one["created_at"],
            )
            for one in told
        ]
        return LinkPage(links=links, following=following)

    def tell(self, consultation: Consultation) -> None:
        """Tell MAG of a consultation (AR-3)."""
        self._back_end.consulted(
            consultation.link_id, session=consultation.session, document=consultation.document
        )


def _step(placed: PlacedReceipt) -> Step:
    receipt = placed.receipt
    return Step(
        position=placed.position,
        receipt_id=receipt.receipt_id,
        link_id=receipt.link,
        number=receipt.number,
        stage=receipt.stage,
        observed=receipt.observed,
        issued_at=receipt.issued_at.isoformat(),
        addressee_match=receipt.addressee_match,
        amr=" ".join(receipt.amr),
        document=receipt.document,
        reason=receipt.reason,
        presented=receipt.presented,
    )
