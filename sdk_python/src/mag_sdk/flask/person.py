"""The signed-in person, kept in the portal's own session."""

from collections.abc import Collection
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

from flask import current_app, session

from mag_sdk.assertion import Assertion

_KEY = "mag"
# Used once and then of no use in a session; the access token would only be one more secret kept.
_NOT_KEPT = frozenset({"nonce", "access_token", "at_hash"})


def keep(assertion: Assertion, *, now: datetime, keep_in_session: Collection[str]) -> None:
    """Begin a new session for the person.

    Nothing of the anonymous session survives but what the portal lists: an attacker who gave the
    person a session of his own (fixation) must find nothing of his in it afterwards.
    """
    kept = {name: session[name] for name in keep_in_session if name in session}
    session.clear()
    # Server-side sessions (Flask-Session) have an id to renew; Flask's own cookie has none.
    regenerate = getattr(current_app.session_interface, "regenerate", None)
    if callable(regenerate):
        regenerate(session)
    session.update(kept)
    session[_KEY] = {"at": int(now.timestamp()), "claims": _to_json(assertion)}


def current(*, now: datetime, lifetime_seconds: int) -> Assertion | None:
    """Read who is signed in, or None when nobody is, or since too long."""
    kept = session.get(_KEY)
    if not kept or now.timestamp() - kept["at"] >= lifetime_seconds:
        return None
    return _from_json(kept["claims"])


def forget() -> None:
    """End the portal's session."""
    session.clear()


def _to_json(assertion: Assertion) -> dict[str, Any]:
    values = {field.name: getattr(assertion, field.name) for field in fields(assertion)}
    return {
        name: value.timestamp() if isinstance(value, datetime) else value
        for name, value in values.items()
        if name not in _NOT_KEPT and value is not None
    }


def _from_json(claims: dict[str, Any]) -> Assertion:
    values = {"nonce": ""} | claims
    for name in ("issued_at", "expires_at", "auth_time"):
        values[name] = datetime.fromtimestamp(values[name], UTC)
    for name in ("amr", "roles"):
        values[name] = tuple(values[name])
    return Assertion(**values)
