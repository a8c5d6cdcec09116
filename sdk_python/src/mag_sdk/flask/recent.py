"""A code is redeemed once, however often the person clicks.

A second callback for the same state waits for the first and shares its result. MAG revokes what a
replayed code gave, so redeeming it twice would harm the sign-in that just succeeded.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mag_sdk.assertion import Assertion
from mag_sdk.flask.attempt_cookies import FINISHED_SECONDS


@dataclass
class _Entry:
    lock: threading.Lock = field(default_factory=threading.Lock)
    assertion: Assertion | None = None
    finished_at: datetime | None = None
    waiting: int = 0


class RecentSignIns:
    """Sign-ins of this process finished in the last 30 seconds, by state."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._entries: dict[str, _Entry] = {}

    def once(self, state: str, redeem: Callable[[], Assertion]) -> Assertion:
        """Redeem, unless a callback of the same state just did.

        A failure is not remembered: MAG may only have been away for a moment.
        """
        entry = self._enter(state)
        try:
            with entry.lock:
                if entry.assertion is None:
                    entry.assertion = redeem()
                    entry.finished_at = self._now()
                return entry.assertion
        finally:
            self._leave(state, entry)

    def _enter(self, state: str) -> _Entry:
        with self._lock:
            oldest = self._now() - timedelta(seconds=FINISHED_SECONDS)
            for old, entry in list(self._entries.items()):
                if not entry.waiting and (entry.finished_at or oldest) <= oldest:
                    del self._entries[old]
            entry = self._entries.setdefault(state, _Entry())
            entry.waiting += 1
            return entry

    def _leave(self, state: str, entry: _Entry) -> None:
        with self._lock:
            entry.waiting -= 1
            if not entry.waiting and entry.assertion is None:
                self._entries.pop(state, None)
