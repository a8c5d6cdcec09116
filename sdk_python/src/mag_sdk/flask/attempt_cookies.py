"""Sign-ins under way, in cookies.

Five tabs that begin at once send five requests with the same session cookie and get five
different ones back; the browser keeps the last, and four attempts would be lost. With one cookie
an attempt, named by its state, nobody overwrites anybody.

A page with the widget begins a sign-in each time it is shown, and most are never filled. These
share one cookie a target, from whose key each attempt's secrets are derived: however many pages
are shown, none puts another's sign-in out.
"""

import re
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Request, Response
from itsdangerous import BadData, URLSafeSerializer

from mag_sdk.attempt import AttemptSecrets, PendingSignIn, new_secret
from mag_sdk.errors import ConfigurationRefused, StateUnknown

# Servers commonly refuse a Cookie header over 8 KB: 4000 octets are ours, the rest the portal's.
# The first are five attempts, or fewer for long targets; the second as many targets of the widget.
ATTEMPT_OCTETS = 2500
WIDGET_OCTETS = 1500
# MAG's form is good for twelve hours: a widget may stand open all day before it is filled.
ATTEMPT_SECONDS = 13 * 3600
FINISHED_SECONDS = 30
_SALT = "mag-sdk attempt 1"
_WIDGET_STATE = re.compile(r"(?P<slot>[A-Za-z0-9_-]{12})\.[A-Za-z0-9_-]{43}")


@dataclass(frozen=True)
class Begun:
    """A sign-in waiting for MAG's answer; `again` when it already is a second try."""

    attempt: PendingSignIn
    again: bool = False


@dataclass(frozen=True)
class Finished:
    """A sign-in already done, remembered so that a double click lands where the first did."""

    target: str


@dataclass(frozen=True)
class WidgetSlot:
    """What all pages of a browser that show the widget for one target have in common."""

    name: str
    key: str = field(repr=False)
    target: str

    def new_secrets(self) -> AttemptSecrets:
        """Draw the state of another attempt, and derive its other secrets."""
        return AttemptSecrets.derived(state=f"{self.name}.{new_secret()}", key=self.key)


class AttemptCookies:
    """Writes and reads them, signed with the portal's own secret key."""

    def __init__(self, app: Flask, *, redirect_uri: str) -> None:
        self._app = app
        self._secure = urlsplit(redirect_uri).scheme == "https"
        # __Host- keeps a sibling subdomain from planting its own attempt here, which would sign
        # the person in as the attacker. Without TLS (a developer's machine) no such prefix exists.
        host = "__Host-" if self._secure else ""
        self._prefix = f"{host}mag_attempt_"
        self._widget_prefix = f"{host}mag_widget_"

    def begin(self, response: Response, *, request: Request, begun: Begun, now: datetime) -> None:
        """Keep a new attempt, and drop the oldest that no longer fit beside it."""
        members = {"pending": begun.attempt.to_json(), "again": begun.again}
        kept = _stamped(members, state=begun.attempt.state, now=now, seconds=ATTEMPT_SECONDS)
        self._keep(response, request, kept=kept, prefix=self._prefix, room=ATTEMPT_OCTETS)

    def widget_slot(self, request: Request, *, target: str, now: datetime) -> WidgetSlot:
        """Return the slot that this browser has for this target, or a new one."""
        slots = [
            kept
            for name, value in request.cookies.items()
            if name.startswith(self._widget_prefix)
            and (kept := self._read(value, now=now))
            and kept.get("target") == target
        ]
        if not slots:
            return WidgetSlot(secrets.token_urlsafe(9), new_secret(), target)
        newest = max(slots, key=lambda kept: kept["at"])
        return WidgetSlot(newest["state"], newest["key"], target)

    def keep_slot(
        self, response: Response, *, request: Request, slot: WidgetSlot, now: datetime
    ) -> None:
        """Keep a slot as long as a form now shown is good; drop the oldest that no longer fit."""
        members = {"key": slot.key, "target": slot.target}
        kept = _stamped(members, state=slot.name, now=now, seconds=ATTEMPT_SECONDS)
        self._keep(response, request, kept=kept, prefix=self._widget_prefix, room=WIDGET_OCTETS)

    def finish(self, response: Response, *, state: str, target: str, now: datetime) -> None:
        """Turn an attempt into the memory of where it led, for 30 seconds."""
        kept = _stamped({"target": target}, state=state, now=now, seconds=FINISHED_SECONDS)
        self._write(response, self._prefix + state, kept)

    def forget(self, response: Response, *, state: str) -> None:
        """Drop an attempt that failed; a widget's slot stays, for the form still shown."""
        self._delete(response, self._prefix + state)

    def find(self, request: Request, *, state: str, now: datetime) -> Begun | Finished:
        """Find what this browser began under this state.

        Raises:
            StateUnknown: nothing, or too long ago, or not signed by this portal.
        """
        kept = self._named(request, self._prefix, state, now=now)
        if kept is None:
            return self._find_in_slot(request, state=state, now=now)
        if "pending" not in kept:
            return Finished(kept["target"])
        attempt = PendingSignIn.from_json(kept["pending"])
        return Begun(attempt, again=bool(kept.get("again")))

    def _find_in_slot(self, request: Request, *, state: str, now: datetime) -> Begun:
        shape = _WIDGET_STATE.fullmatch(state)
        kept = self._named(request, self._widget_prefix, shape["slot"], now=now) if shape else None
        if kept is None:
            raise StateUnknown
        drawn = AttemptSecrets.derived(state=state, key=kept["key"])
        attempt = PendingSignIn(
            state=state,
            nonce=drawn.nonce,
            code_verifier=drawn.code_verifier,
            target=kept["target"],
            started_at=datetime.fromtimestamp(kept["at"], UTC),
        )
        return Begun(attempt)

    def _named(
        self, request: Request, prefix: str, state: str, *, now: datetime
    ) -> dict[str, Any] | None:
        kept = self._read(request.cookies.get(prefix + state, ""), now=now)
        # A cookie given another one's name is none.
        return kept if kept is not None and kept.get("state") == state else None

    def _keep(
        self,
        response: Response,
        request: Request,
        *,
        kept: dict[str, Any],
        prefix: str,
        room: int,
    ) -> None:
        """Write a cookie; of the others of its kind, drop the oldest that go beyond the room."""
        new = prefix + kept["state"]
        room -= self._write(response, new, kept)
        others = []
        for name, value in request.cookies.items():
            if name.startswith(prefix) and name != new:
                other = self._read(value, now=datetime.fromtimestamp(kept["at"], UTC))
                others.append((other["at"] if other else 0, name, _octets(name, value)))
        for at, name, octets in sorted(others, reverse=True):
            room -= octets
            if room < 0 or not at:
                self._delete(response, name)

    def _write(self, response: Response, name: str, kept: dict[str, Any]) -> int:
        """Write a cookie, and return what it takes of a Cookie header."""
        value = str(self._serializer().dumps(kept))
        response.set_cookie(
            name,
            value,
            max_age=kept["for"],
            path="/",  # __Host- asks for it, and beginning must see the others to drop the oldest
            secure=self._secure,
            httponly=True,
            samesite="Lax",
        )
        return _octets(name, value)

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


def _stamped(members: dict[str, Any], *, state: str, now: datetime, seconds: int) -> dict[str, Any]:
    return members | {"at": int(now.timestamp()), "for": seconds, "state": state}


def _octets(name: str, value: str) -> int:
    return len(f"{name}={value}; ")
