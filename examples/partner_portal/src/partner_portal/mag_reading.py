"""Reading on at MAG: consultations told, links learnt, receipts kept; a little at a time."""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from mag_sdk import CallRefused, MagError, MagUnreachable
from partner_portal.consultations import Consultation, Consultations
from partner_portal.receipts import Receipts, Step, Trouble
from partner_portal.sent_links import SentLink

log = logging.getLogger(__name__)

LATELY_SECONDS = 10
# How long a page may wait for MAG; what is left is read when it is opened again, or by the command.
PAGE_SECONDS = 2.0
MOST_CONSULTATIONS = 100
# No such link, nobody authenticated there in this session, not a consultation (MAG's
# /docs/errors): asking again changes nothing. Any other refusal, such as of a secret that was just
# rotated, may pass.
NEVER_TAKEN = {"MAG-316", "MAG-413", "MAG-414"}
# Links are listed by the instant at which they were made, and one may be committed a little later.
OVERLAP = timedelta(minutes=10)


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Receipts that were verified, and how far the feed was read with them."""

    steps: Sequence[Step]
    feed: str


@dataclass(frozen=True, kw_only=True)
class LinkPage:
    """Some links, newest first, and where the next page begins; None at the end."""

    links: Sequence[SentLink]
    following: str | None


class BackEnd(Protocol):
    """What is asked of MAG, through mag_sdk: every receipt comes out of it verified, or not at all.

    Raises: MagUnreachable, while MAG is away; any other MagError, for what is refused.
    """

    def feed(self, *, after: str | None) -> Iterator[Batch]:
        """Read on from where `after` says; ends when there is no more."""

    def links(self, *, since: datetime | None, after: str | None) -> LinkPage:
        """List one page of the links made since an instant."""

    def tell(self, consultation: Consultation) -> None:
        """Tell MAG of a consultation (AR-3); telling it again changes nothing."""


class MagReading:
    """The portal's way of reading on; all its processes take turns."""

    def __init__(
        self,
        back_end: BackEnd,
        *,
        receipts: Receipts,
        consultations: Consultations,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._back_end = back_end
        self._receipts = receipts
        self._consultations = consultations
        self._monotonic = monotonic

    def read_lately(self) -> None:
        """Read on for a moment if nobody did lately; with MAG away, what is kept stays shown."""
        if self._receipts.take_turn(older_than_seconds=LATELY_SECONDS):
            self._read(until=self._monotonic() + PAGE_SECONDS)

    def read_all(self) -> Trouble | None:
        """Read on to the end.

        Returns: None, or why the end was not reached.
        """
        self._receipts.take_turn(older_than_seconds=0)
        return self._read(until=float("inf"))

    def _read(self, *, until: float) -> Trouble | None:
        try:
            self._tell_consultations(until)
            is_whole = self._read_links(until) and self._read_feed(until)
        except MagUnreachable:
            return self._stopped(Trouble.AWAY)
        except MagError as error:
            # Shown, and tried again next time: what cannot be verified is never passed over.
            return self._stopped(Trouble.REFUSED, refusal=str(error))
        if not is_whole:
            return self._stopped(Trouble.LONG)
        self._receipts.came_to_the_end()
        return None

    def _stopped(self, trouble: Trouble, *, refusal: str | None = None) -> Trouble:
        self._receipts.stopped(trouble, refusal=refusal)
        return trouble

    def _tell_consultations(self, until: float) -> None:
        for consultation in self._consultations.waiting(most=MOST_CONSULTATIONS):
            if self._monotonic() > until:
                return
            try:
                self._back_end.tell(consultation)
            except CallRefused as error:
                if error.code not in NEVER_TAKEN:
                    # Of the call, not of this consultation: it waits, and so does what follows.
                    log.warning("MAG takes no consultation for now: %s", error)
                    return
                self._consultations.refused(consultation, reason=str(error))
            else:
                self._consultations.told(consultation)

    def _read_links(self, until: float) -> bool:
        while self._monotonic() <= until:
            read = self._receipts.reading()
            since = datetime.fromisoformat(read.links_since) - OVERLAP if read.links_since else None
            page = self._back_end.links(since=since, after=read.links_after)
            first = page.links[0].created_at if page.links else read.links_since
            newest = read.links_newest or first
            is_kept = self._receipts.keep_links(
                page.links, read=read, after=page.following, newest=newest
            )
            if is_kept and page.following is None:
                return True
        return False

    def _read_feed(self, until: float) -> bool:
        while self._monotonic() <= until:
            if self._read_feed_alone(until):
                return True
        return False

    def _read_feed_alone(self, until: float) -> bool:
        read = self._receipts.reading()
        for batch in self._back_end.feed(after=read.feed):
            if not self._receipts.keep_steps(batch.steps, read=read, feed=batch.feed):
                return False  # another process read on meanwhile: go on from where it is
            if self._monotonic() > until:
                return False
            read = self._receipts.reading()
        return True
