from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Row,
    Table,
    Text,
    bindparam,
    delete,
    func,
    select,
    update,
)

from mag_server.base.db import Instant, metadata
from mag_server.rooms.assertions.model import AccessToken, CodeRequest, RedeemedCode

codes = Table(
    "codes",
    metadata,
    Column("fingerprint", Text, primary_key=True),
    Column("client_id", Text, nullable=False),
    Column("redirect_uri", Text, nullable=False),
    Column("code_challenge", Text, nullable=False),
    Column("nonce", Text),
    Column("scope", Text, nullable=False),
    Column("sid", Text, nullable=False, index=True),
    Column("sub", Text, nullable=False),
    Column("acr", Text, nullable=False),
    Column("amr", Text, nullable=False),
    Column("auth_time", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False, index=True),
    Column("redeemed_at", Instant),
    Column("replayed_at", Instant),
    Column("silent", Boolean, nullable=False),
    Column("link_id", Text),
    Column("target", Text),
)
access_tokens = Table(
    "access_tokens",
    metadata,
    Column("fingerprint", Text, primary_key=True),
    Column("client_id", Text, nullable=False),
    Column("sub", Text),
    Column("sid", Text, index=True),
    Column("code_fingerprint", Text, index=True),
    Column("scope", Text, nullable=False),
    Column("expires_at", Instant, nullable=False, index=True),
    Column("revoked_at", Instant),
)

_ADD_CODE = codes.insert()
_ADD_TOKEN = access_tokens.insert()
_BURN = (
    update(codes)
    .where(
        codes.c.fingerprint == bindparam("code"),
        codes.c.redeemed_at.is_(None),
        codes.c.expires_at > bindparam("now"),
    )
    .values(redeemed_at=bindparam("now"))
    .returning(*codes.c)
)
_FIND_TOKEN = access_tokens.select().where(
    access_tokens.c.fingerprint == bindparam("token"),
    access_tokens.c.revoked_at.is_(None),
    access_tokens.c.expires_at > bindparam("now"),
)


def add_code(
    connection: Connection,
    request: CodeRequest,
    *,
    code_fingerprint: str,
    expires_at: datetime,
    silent: bool,
) -> None:
    """Store a fresh code, bound to its request and its session."""
    session = request.session
    connection.execute(
        _ADD_CODE,
        {
            "fingerprint": code_fingerprint,
            "client_id": request.client_id,
            "redirect_uri": request.redirect_uri,
            "code_challenge": request.code_challenge,
            "nonce": request.nonce,
            "scope": request.scope,
            "sid": session.sid,
            "sub": session.sub,
            "acr": session.acr,
            "amr": " ".join(session.amr),
            "auth_time": session.auth_time,
            "expires_at": expires_at,
            "redeemed_at": None,
            "replayed_at": None,
            "silent": silent,
            "link_id": request.link_id,
            "target": request.target,
        },
    )


def burn_code(
    connection: Connection, *, code_fingerprint: str, now: datetime
) -> RedeemedCode | None:
    """Burn a code in one statement; None if it is unknown, expired or burnt already."""
    row = connection.execute(_BURN, {"code": code_fingerprint, "now": now}).first()
    if row is None:
        return None
    return RedeemedCode(
        client_id=row.client_id,
        redirect_uri=row.redirect_uri,
        code_challenge=row.code_challenge,
        nonce=row.nonce,
        scope=row.scope,
        sid=row.sid,
        sub=row.sub,
        acr=row.acr,
        amr=tuple(row.amr.split()),
        auth_time=row.auth_time,
        link_id=row.link_id,
        target=row.target,
    )


def count_silent(
    connection: Connection, *, client_id: str, sid: str, expiring_from: datetime
) -> int:
    """Return how many silent answers a client and session got whose codes end from then on."""
    statement = select(func.count()).where(
        codes.c.sid == sid,
        codes.c.client_id == client_id,
        codes.c.silent,
        codes.c.expires_at >= expiring_from,
    )
    return connection.execute(statement).scalar_one()


def mark_replayed(connection: Connection, *, code_fingerprint: str, now: datetime) -> bool:
    """Note that a burnt code came again; False if there is no such burnt code."""
    statement = (
        update(codes)
        .where(codes.c.fingerprint == code_fingerprint, codes.c.redeemed_at.is_not(None))
        .values(replayed_at=now)
    )
    return connection.execute(statement).rowcount == 1


def add_access_token(
    connection: Connection,
    token: AccessToken,
    *,
    token_fingerprint: str,
    code_fingerprint: str | None,
    expires_at: datetime,
) -> None:
    """Store an access token as its fingerprint."""
    connection.execute(
        _ADD_TOKEN,
        {
            **vars(token),
            "fingerprint": token_fingerprint,
            "code_fingerprint": code_fingerprint,
            "expires_at": expires_at,
            "revoked_at": None,
        },
    )


def load_live_token(
    connection: Connection, *, token_fingerprint: str, now: datetime
) -> AccessToken | None:
    """Return an access token that is neither expired nor revoked."""
    row = connection.execute(_FIND_TOKEN, {"token": token_fingerprint, "now": now}).first()
    return _token(row)


def load_owner(connection: Connection, *, token_fingerprint: str) -> str | None:
    """Return the client that a token was given to, whatever became of it."""
    statement = access_tokens.select().where(access_tokens.c.fingerprint == token_fingerprint)
    token = _token(connection.execute(statement).first())
    return token.client_id if token else None


def revoke_token(connection: Connection, *, token_fingerprint: str, now: datetime) -> None:
    """Revoke one token."""
    connection.execute(
        update(access_tokens)
        .where(
            access_tokens.c.fingerprint == token_fingerprint, access_tokens.c.revoked_at.is_(None)
        )
        .values(revoked_at=now)
    )


def revoke_by_code(connection: Connection, *, code_fingerprint: str, now: datetime) -> None:
    """Revoke what a code gave."""
    connection.execute(
        update(access_tokens)
        .where(
            access_tokens.c.code_fingerprint == code_fingerprint,
            access_tokens.c.revoked_at.is_(None),
        )
        .values(revoked_at=now)
    )


def revoke_by_session(connection: Connection, *, sid: str, now: datetime) -> None:
    """Revoke every token of a session, and the codes that were not redeemed yet."""
    connection.execute(
        update(access_tokens)
        .where(access_tokens.c.sid == sid, access_tokens.c.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    connection.execute(
        update(codes)
        .where(codes.c.sid == sid, codes.c.redeemed_at.is_(None))
        .values(expires_at=now)
    )


def forget_before(connection: Connection, *, instant: datetime) -> int:
    """Delete codes and tokens that expired before `instant`; return how many."""
    gone = connection.execute(delete(codes).where(codes.c.expires_at < instant)).rowcount
    return (
        gone
        + connection.execute(
            delete(access_tokens).where(access_tokens.c.expires_at < instant)
        ).rowcount
    )


def _token(row: Row[Any] | None) -> AccessToken | None:
    if row is None:
        return None
    return AccessToken(client_id=row.client_id, sub=row.sub, sid=row.sid, scope=row.scope)
