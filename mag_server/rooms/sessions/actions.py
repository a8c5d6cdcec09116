from dataclasses import replace
from datetime import timedelta

from mag_server.base.db import Connection
from mag_server.base.secrets import fingerprint, new_identifier, new_secret
from mag_server.base.work import Work
from mag_server.rooms.audit.actions import record_act
from mag_server.rooms.sessions import store
from mag_server.rooms.sessions.model import (
    Familiarity,
    OpenedSession,
    Proof,
    Session,
    is_live,
    network_of,
)

# An ended session is kept as long as its tokens and forms may still name it.
KEPT_AFTER_LAST_USE = timedelta(days=1)


def find_live_session(work: Work, *, cookie: str | None) -> Session | None:
    """Return the live session of a cookie, or None."""
    if not cookie:
        return None
    with work.read() as connection:
        session = store.load_by_cookie(connection, cookie_fingerprint=fingerprint(cookie))
    return session if session and _is_live(work, session) else None


def find_session(work: Work, *, sid: str) -> Session | None:
    """Return the live session of this public name, or None."""
    with work.read() as connection:
        session = store.load_by_sid(connection, sid=sid)
    return session if session and _is_live(work, session) else None


def open_session(
    work: Work, *, connection: Connection, proof: Proof, known: Session | None
) -> OpenedSession:
    """Open a session, or renew `known` when it is the same person's: same sid, new cookie.

    Another person's session on the same browser is ended: one browser has one session.
    """
    cookie = new_secret()
    if known and known.sub == proof.sub:
        session = replace(known, acr=proof.acr, amr=proof.amr, auth_time=work.now, seen_at=work.now)
        # Read before the block: signed out meanwhile, it stays ended, and another one is opened.
        if store.renew(connection, session, cookie_fingerprint=fingerprint(cookie)):
            return OpenedSession(session, cookie)
    elif known:
        store.end(connection, sid=known.sid, now=work.now)
    session = _new_session(work, proof)
    store.add_session(connection, session, cookie_fingerprint=fingerprint(cookie))
    return OpenedSession(session, cookie)


def open_frame_session(work: Work, *, connection: Connection, proof: Proof) -> Session:
    """Open a session that no cookie carries: `sid`, revocation and sign-out work all the same."""
    session = _new_session(work, proof)
    store.add_session(connection, session, cookie_fingerprint=None)
    return session


def renew_cookie(work: Work, *, connection: Connection, sid: str) -> OpenedSession | None:
    """Give a live session a new cookie, for a form posted twice; None if it is over."""
    session = store.load_by_sid(connection, sid=sid)
    if session is None or not _is_live(work, session):
        return None
    cookie = new_secret()
    renewed = store.renew(connection, session, cookie_fingerprint=fingerprint(cookie))
    return OpenedSession(session, cookie) if renewed else None


def touch_session(work: Work, *, connection: Connection, sid: str) -> bool:
    """Count a use of the session; False if it was ended meanwhile."""
    return store.touch(connection, sid=sid, now=work.now)


def end_session(work: Work, *, connection: Connection, sid: str, by: str) -> bool:
    """End one session; False if it was over already."""
    ended = store.end(connection, sid=sid, now=work.now)
    if ended:
        record_act(work, connection=connection, act="session ended", by=by, about=sid)
    return ended


def end_sessions_of(work: Work, *, connection: Connection, sub: str) -> list[str]:
    """End every session of a person, in the block of the act that wants it; return their sids."""
    return store.end_all(connection, sub=sub, now=work.now)


def recognise(
    work: Work, *, triplet_fingerprint: str, device: str | None, address: str
) -> Familiarity:
    """Tell whether this triplet signed in before from this device or this network."""
    marks = [("network", _network_mark(work, address))]
    if device:
        marks.insert(0, ("device", fingerprint(device)))
    familiarity = Familiarity(triplet_fingerprint, tuple(marks))
    with work.read() as connection:
        known = store.find_familiar_mark(connection, familiarity, now=work.now)
    return replace(familiarity, known=known)


def remember(
    work: Work, *, connection: Connection, familiarity: Familiarity, new_device: str | None
) -> None:
    """Remember, in the block of a success, the network and the device it came from."""
    marks = list(familiarity.marks)
    if new_device:
        marks.append(("device", fingerprint(new_device)))
    days = {
        "device": work.settings.device_lifetime_days,
        "network": work.settings.familiar_network_days,
    }
    for kind, mark in marks:
        store.remember_familiar(
            connection,
            work.database,
            triplet_fingerprint=familiarity.triplet_fingerprint,
            kind=kind,
            mark=mark,
            expires_at=work.now + timedelta(days=days[kind]),
        )


def forget_old_sessions(work: Work) -> int:
    """Delete what no longer counts: long unseen sessions, expired familiarities."""
    lifetime = timedelta(seconds=work.settings.session_absolute_seconds)
    with work.writing() as connection:
        return store.forget_before(
            connection, seen_before=work.now - lifetime - KEPT_AFTER_LAST_USE, now=work.now
        )


def _new_session(work: Work, proof: Proof) -> Session:
    return Session(
        sid=new_identifier(),
        sub=proof.sub,
        acr=proof.acr,
        amr=proof.amr,
        auth_time=work.now,
        created_at=work.now,
        seen_at=work.now,
        ended_at=None,
    )


def _is_live(work: Work, session: Session) -> bool:
    return is_live(
        session,
        now=work.now,
        idle_seconds=work.settings.session_idle_seconds,
        absolute_seconds=work.settings.session_absolute_seconds,
    )


def _network_mark(work: Work, address: str) -> str:
    # Keyed: four billion addresses are quickly tried against a bare hash.
    return work.secret_keys.keyed_fingerprint(network_of(address), purpose="network")
