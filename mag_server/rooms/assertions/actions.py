from datetime import datetime, timedelta
from typing import Any

from mag_server.base.db import Connection
from mag_server.base.secrets import fingerprint, new_secret
from mag_server.base.work import Work
from mag_server.rooms.assertions import store
from mag_server.rooms.assertions.model import (
    LOOP_GUARD,
    MOST_SILENT_ANSWERS,
    AccessToken,
    BackEnd,
    CodeRefusal,
    CodeRequest,
    ConfirmSignOut,
    RedeemedCode,
    SignedOut,
    SignOutRefusal,
    SignOutRequest,
    Tokens,
    challenge_matches,
    claims_of,
    id_token_claims,
    proof_claims,
)
from mag_server.rooms.keys.actions import read_id_token_hint, sign_id_token
from mag_server.rooms.partners.actions import find_partner
from mag_server.rooms.partners.model import Partner, find_post_logout_redirect_uri
from mag_server.rooms.people.actions import find_person
from mag_server.rooms.people.model import PersonState
from mag_server.rooms.sessions.actions import end_session, find_live_session, find_session

SIGN_OUT_PURPOSE = "sign-out"
KEPT_AFTER_EXPIRY = timedelta(days=1)


def issue_code(
    work: Work, *, connection: Connection, request: CodeRequest, silent: bool = False
) -> str:
    """Return a fresh code, stored as its fingerprint, in the block of the success it tells."""
    code = new_secret()
    store.add_code(
        connection,
        request,
        code_fingerprint=fingerprint(code),
        expires_at=work.now + timedelta(seconds=work.settings.code_lifetime_seconds),
        silent=silent,
    )
    return code


def is_looping(work: Work, *, client_id: str, sid: str, since: datetime) -> bool:
    """Tell whether a client asks again and again for what a visit handle already gave it.

    Within 30 s of the handle the tenth silent answer to its client and session is one too many.
    """
    if work.now - since > LOOP_GUARD:
        return False
    lifetime = timedelta(seconds=work.settings.code_lifetime_seconds)
    with work.read() as connection:
        given = store.count_silent(
            connection, client_id=client_id, sid=sid, expiring_from=since + lifetime
        )
    return given >= MOST_SILENT_ANSWERS


def redeem_code(
    work: Work, *, partner: Partner, code: str, redirect_uri: str, code_verifier: str
) -> Tokens | CodeRefusal:
    """Give the tokens of a code (RFC 6749 section 4.1.3, RFC 7636 section 4.6).

    The code is burnt first, in one statement, whatever follows. A code that comes a second time
    revokes what the first time gave (RFC 6749 section 4.1.2).
    """
    code_fingerprint = fingerprint(code)
    with work.writing() as connection:
        burnt = store.burn_code(connection, code_fingerprint=code_fingerprint, now=work.now)
        answer = (
            CodeRefusal.UNKNOWN
            if burnt is None
            else _give_tokens(
                work,
                connection=connection,
                partner=partner,
                burnt=burnt,
                code_fingerprint=code_fingerprint,
                asked=(redirect_uri, code_verifier),
            )
        )
    if burnt is None:
        _revoke_replayed(work.again(), code_fingerprint=code_fingerprint)
    return answer


def _give_tokens(
    work: Work,
    *,
    connection: Connection,
    partner: Partner,
    burnt: RedeemedCode,
    code_fingerprint: str,
    asked: tuple[str, str],
) -> Tokens | CodeRefusal:
    redirect_uri, code_verifier = asked
    if burnt.client_id != partner.client_id or burnt.redirect_uri != redirect_uri:
        return CodeRefusal.OTHER_REQUEST
    if not challenge_matches(burnt.code_challenge, code_verifier):
        return CodeRefusal.OTHER_REQUEST
    person = find_person(work, sub=burnt.sub)
    if person is None or person.state is not PersonState.ACTIF:
        return CodeRefusal.SESSION_OVER
    if find_session(work, sid=burnt.sid) is None:
        return CodeRefusal.SESSION_OVER
    token = AccessToken(partner.client_id, burnt.sub, burnt.sid, burnt.scope)
    access_token = _add_token(
        work, connection=connection, token=token, code_fingerprint=code_fingerprint
    )
    claims = id_token_claims(
        person,
        burnt,
        issuer=work.settings.issuer,
        access_token=access_token,
        now=work.now,
        lifetime_seconds=work.settings.id_token_lifetime_seconds,
    )
    return Tokens(
        access_token=access_token,
        id_token=sign_id_token(work, claims=claims, alg=partner.alg),
        expires_in_seconds=work.settings.access_token_lifetime_seconds,
        scope=burnt.scope,
    )


def _revoke_replayed(work: Work, *, code_fingerprint: str) -> None:
    with work.writing_durably() as connection:
        if store.mark_replayed(connection, code_fingerprint=code_fingerprint, now=work.now):
            store.revoke_by_code(connection, code_fingerprint=code_fingerprint, now=work.now)


def issue_back_end_token(work: Work, *, partner: Partner, scope: str) -> Tokens:
    """Give a back end its token (RFC 6749 section 4.4)."""
    with work.writing() as connection:
        access_token = _add_token(
            work,
            connection=connection,
            token=AccessToken(partner.client_id, None, None, scope),
            code_fingerprint=None,
        )
    return Tokens(access_token, None, work.settings.access_token_lifetime_seconds, scope)


def find_back_end(work: Work, *, access_token: str) -> BackEnd | None:
    """Return the back end that a token stands for; None for a person's token and a dead one."""
    with work.read() as connection:
        token = store.load_live_token(
            connection, token_fingerprint=fingerprint(access_token), now=work.now
        )
    if token is None or token.sub is not None:
        return None
    partner = find_partner(work, client_id=token.client_id)
    return BackEnd(partner, frozenset(token.scope.split())) if partner else None


def tell_userinfo(work: Work, *, access_token: str) -> dict[str, Any] | None:
    """Return the claims of the person an access token stands for (Core section 5.3), or None.

    A back end's token tells nothing here; nor does one whose session was ended.
    """
    with work.read() as connection:
        token = store.load_live_token(
            connection, token_fingerprint=fingerprint(access_token), now=work.now
        )
    if token is None or token.sub is None or token.sid is None:
        return None
    session = find_session(work, sid=token.sid)
    if session is None:
        return None
    person = find_person(work, sub=token.sub)
    if person is None or person.state is not PersonState.ACTIF:
        return None
    return proof_claims(session) | claims_of(person, scope=token.scope)


def revoke_access_token(work: Work, *, partner: Partner, token: str) -> bool:
    """Revoke a token of this partner (RFC 7009); False if it was given to another one.

    An unknown token is as good as a revoked one: the answer is True.
    """
    token_fingerprint = fingerprint(token)
    with work.writing_durably() as connection:
        owner = store.load_owner(connection, token_fingerprint=token_fingerprint)
        if owner is not None and owner != partner.client_id:
            return False
        store.revoke_token(connection, token_fingerprint=token_fingerprint, now=work.now)
    return True


def begin_sign_out(
    work: Work, *, asked: SignOutRequest, session_cookie: str | None
) -> SignedOut | ConfirmSignOut | SignOutRefusal:
    """Sign out at once when an ID token proves who asks; else ask the person first.

    An address to return to is followed only if it is, exactly, one that the partner registered.
    """
    checked = _check_sign_out(work, asked)
    if isinstance(checked, SignOutRefusal):
        return checked
    partner, sid = checked
    live = find_live_session(work, cookie=session_cookie)
    # A hint proves its own session only: with somebody else's, anyone could sign this browser out.
    if live is not None and live.sid != sid:
        content = {
            "client_id": partner.client_id if partner else None,
            "post_logout_redirect_uri": asked.post_logout_redirect_uri,
            "state": asked.state,
        }
        token = work.secret_keys.sign(content, purpose=SIGN_OUT_PURPOSE, now=work.now)
        return ConfirmSignOut(partner, token)
    if sid is not None:
        _end(work, sid=sid, by=partner.client_id if partner else "person")
    return SignedOut(partner, asked.post_logout_redirect_uri, asked.state)


def confirm_sign_out(
    work: Work, *, token: str, session_cookie: str | None
) -> SignedOut | SignOutRefusal:
    """Sign out the person who said yes on our own page."""
    signed = work.secret_keys.read_signed(token, purpose=SIGN_OUT_PURPOSE)
    lifetime = timedelta(seconds=work.settings.form_lifetime_seconds)
    if signed is None or work.now - signed.signed_at > lifetime:
        return SignOutRefusal.BAD_FORM
    asked = SignOutRequest(id_token_hint=None, **signed.content)
    checked = _check_sign_out(work, asked)
    if isinstance(checked, SignOutRefusal):
        return checked
    live = find_live_session(work, cookie=session_cookie)
    if live is not None:
        _end(work, sid=live.sid, by="person")
    return SignedOut(checked[0], asked.post_logout_redirect_uri, asked.state)


def _check_sign_out(
    work: Work, asked: SignOutRequest
) -> tuple[Partner | None, str | None] | SignOutRefusal:
    sid, client_id = None, asked.client_id
    if asked.id_token_hint is not None:
        claims = read_id_token_hint(work, token=asked.id_token_hint, issuer=work.settings.issuer)
        if claims is None or client_id not in {None, claims["aud"]}:
            return SignOutRefusal.BAD_HINT
        sid, client_id = claims.get("sid"), claims["aud"]
    partner = find_partner(work, client_id=client_id) if client_id is not None else None
    if client_id is not None and partner is None:
        return SignOutRefusal.UNKNOWN_PARTNER
    return_to = asked.post_logout_redirect_uri
    if return_to is not None and (
        partner is None or not find_post_logout_redirect_uri(partner, return_to)
    ):
        return SignOutRefusal.BAD_RETURN
    if asked.state is not None and not (asked.state.isascii() and asked.state.isprintable()):
        return SignOutRefusal.BAD_STATE
    return partner, sid


def _end(work: Work, *, sid: str, by: str) -> None:
    with work.writing_durably() as connection:
        end_session(work, connection=connection, sid=sid, by=by)
        store.revoke_by_session(connection, sid=sid, now=work.now)


def forget_old_codes(work: Work) -> int:
    """Delete codes and tokens that are dead for a day; return how many."""
    with work.writing() as connection:
        return store.forget_before(connection, instant=work.now - KEPT_AFTER_EXPIRY)


def _add_token(
    work: Work, *, connection: Connection, token: AccessToken, code_fingerprint: str | None
) -> str:
    access_token = new_secret()
    store.add_access_token(
        connection,
        token,
        token_fingerprint=fingerprint(access_token),
        code_fingerprint=code_fingerprint,
        expires_at=work.now + timedelta(seconds=work.settings.access_token_lifetime_seconds),
    )
    return access_token
