"""A partner's receipts by position: what is handed over, and what a page may not be."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mag_sdk.errors import AnswerRefused, ChainBroken, FeedInconsistent
from mag_sdk.log import Checkpoint
from mag_sdk.receipts import Receipt, chained

Kept = Callable[[str, int], str | None]


@dataclass(frozen=True)
class FeedState:
    """How far a feed was read, and the checkpoint that covers it: store both with what was read."""

    after: int | None = None
    checkpoint: str | None = None

    def to_json(self) -> str:
        """Write it as one text."""
        return json.dumps({"after": self.after, "checkpoint": self.checkpoint})

    @staticmethod
    def from_json(text: str) -> "FeedState":
        """Read what `to_json` wrote."""
        return FeedState(**json.loads(text))


@dataclass(frozen=True)
class PlacedReceipt:
    """A verified receipt and its position in MAG's log."""

    position: int
    receipt: Receipt


@dataclass(frozen=True)
class FeedPage:
    """Some receipts, and the state to store in the same transaction as them."""

    receipts: tuple[PlacedReceipt, ...]
    state: FeedState


def check_cursor(
    members: Mapping[str, Any], positions: list[int], state: FeedState, checkpoint: Checkpoint
) -> int | None:
    """Return the cursor to go on from, once it and the positions only go forward.

    Raises:
        FeedInconsistent: they do not, or reach beyond the log.
        AnswerRefused: there is no cursor.
    """
    begun = -1 if state.after is None else state.after
    if positions != sorted({one for one in positions if one > begun}):
        raise FeedInconsistent("a receipt out of its order, or handed over already")
    following = members.get("next")
    if following is None and not positions:
        return state.after
    if isinstance(following, bool) or not isinstance(following, int):
        raise AnswerRefused("next", "is no position")
    if not max([begun, *positions]) <= following < checkpoint.size:
        raise FeedInconsistent("the cursor goes back, or beyond the log")
    return following


def check_chains(receipts: Sequence[Receipt], kept: Kept) -> None:
    """Tie each receipt to the one before it in its link's chain: of this page, or kept.

    Raises:
        ChainBroken: one was left out or doubled, or follows another one.
    """
    here: dict[tuple[str, int], str] = {}

    def known(link: str, number: int) -> str | None:
        stored = None if (link, number) in here else kept(link, number)
        return here.get((link, number)) or (chained(stored) if stored else None)

    for one in receipts:
        before = known(one.link, one.number - 1) if one.number > 1 else None
        twin = known(one.link, one.number)
        whole = one.previous == before and (before is not None or one.number == 1)
        # The same one may be kept already, by another reader of yours; it is no other one.
        if not whole or (one.link, one.number) in here or twin not in {None, one.chained}:
            raise ChainBroken(one.link, one.number)
        here[one.link, one.number] = one.chained
