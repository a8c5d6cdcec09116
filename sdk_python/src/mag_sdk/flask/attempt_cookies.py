"""Sign-ins under way, one cookie each.

Five tabs that begin at once send five requests with the same session cookie and get five
different ones back; the browser keeps the last, and four attempts would be lost. With one cookie
an attempt, named by its state, nobody overwrites anybody.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Request, Response
from itsdangerous import BadData, URLSafeSerializer

from mag_sdk.attempt import PendingSignIn
from mag_sdk.errors import ConfigurationRefused, StateUnknown

AT_ONCE = 5
# MAG's form is good for twelve hours: a widget may stand open all day before it is filled.
ATTEMPT_SECONDS = 13 * 3600
FINISHED_SECONDS = 30
_SALT = "mag-sdk attempt 1"


@dataclass(frozen=True)
class Begun:
    """A sign-in waiting for MAG's answer; `again` when it already is a second try."""

    attempt: PendingSignIn
    again: bool = False


@dataclass(frozen=True)
class Finished:
    """A sign-in already done, remembered so that a double click lands where the first did."""

    target: str


class AttemptCookies:
    """Writes and reads them, signed with the portal's own secret key."""

    def __init__(self, app: Flask, *, redirect_uri: str) -> None:
        self._app = app
        self._secure = urlsplit(redirect_uri).scheme == "https"
        # __Host- keeps a sibling subdomain from planting its own attempt here, which would sign
        # the person in as the attacker. Without TLS (a developer's machine) no such prefix exists.
        self._prefix = "__Host-mag_attempt_" if self._secure else "mag_attempt_"

    def begin(self, response: Response, *, request: Request, begun: Begun, now: datetime) -> None:
        """Keep a new attempt, and drop the oldest beyond five."""
        kept = {"pending": begun.attempt.to_json(), "again": begun.again}
        self._write(response, begun.attempt.state, kept, now, ATTEMPT_SECONDS)
        older = []
        for name in request.cookies:
            if name.startswith(self._prefix):
                other = self._read(request.cookies[name], now=now)
                older.append((other["at"] if other else 0, name))
        for _, name in sorted(older)[: max(0, len(older) - AT_ONCE + 1)]:
            self._delete(response, name)

    def finish(self, response: Response, *, state: str, target: str, now: datetime) -> None:
        """Turn an attempt into the memory of where it led, for 30 seconds."""
        self._write(response, state, {"target": target}, now, FINISHED_SECONDS)

    def forget(self, response: Response, *, state: str) -> None:
        """Drop an attempt that failed."""
        self._delete(response, self._prefix + state)

    def find(self, request: Request, *, state: str, now: datetime) -> Begun | Finished:
        """Find what this browser began under this state.

        Raises:
            StateUnknown: nothing, or too long ago, or not signed by this portal.
        """
        kept = self._read(request.cookies.get(self._prefix + state, ""), now=now)
        if kept is None or kept.get("state") != state:
            raise StateUnknown  # none, or a cookie given another one's name
        if "target" in kept:
            return Finished(kept["target"])
        attempt = PendingSignIn.from_json(kept["pending"])
        return Begun(attempt, again=bool(kept.get("again")))

    def _write(
        self, response: Response, state: str, kept: dict[str, Any], now: datetime, seconds: int
    ) -> None:
        at = int(now.timestamp())
        response.set_cookie(
            self._prefix + state,
            self._serializer().dumps(kept | {"at": at, "for": seconds, "state": state}),
            max_age=seconds,
            path="/",  # __Host- asks for it, and beginning must see the others to drop the oldest
            secure=self._secure,
            httponly=True,
            samesite="Lax",
        )

    def _read(self, value: str, *, now: datetime) -> dict[str, Any] | None:
        try:
            kept = self._serializer().loads(value)
            begun = datetime.fromtimestamp(kept["at"], UTC)
            late = now - begun > timedelta(seconds=kept["for"])
        except (BadData, KeyError, TypeError, ValueError, OverflowError):
            return None
        return None if late else dict(kept)

    def _delete(self, response: Response, name: str) -> None:
        response.delete_cookie(name, path="/", secure=self._secure, httponly=True, samesite="Lax")

    def _serializer(self) -> URLSafeSerializer:
        current = self._app.secret_key
        if not current:
            raise ConfigurationRefused("SECRET_KEY", "the portal needs one to sign its cookies")
        older = self._app.config.get("SECRET_KEY_FALLBACKS") or []
        return URLSafeSerializer([*older, current], salt=_SALT)
