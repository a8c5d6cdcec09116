from datetime import datetime, timedelta
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)

from mag_server.base.db import Connection
from mag_server.base.secrets import new_identifier
from mag_server.base.work import Work
from mag_server.rooms.audit.actions import record_act
from mag_server.rooms.keys.model import (
    ALGORITHMS,
    RECEIPT_ALGORITHM,
    KeyRefusal,
    SigningKey,
    choose_signing_key,
    published_keys,
    published_receipt_key,
    superseded_at,
)
from mag_server.rooms.keys.store import (
    StoredKey,
    StoredReceiptKey,
    add_key,
    add_receipt_key,
    load_keys,
    load_receipt_keys,
    save_compromise,
)

CACHE, RECEIPT_CACHE = "keys", "receipt-keys"
PURPOSE, RECEIPT_PURPOSE = "signing-key", "receipt-key"
RSA_BITS = 3072


def ensure_keys(work: Work) -> None:
    """Make the first key of each purpose and algorithm, active at once; do nothing where it is."""
    with work.read() as connection:
        present = {key.alg for key in load_keys(connection)}
        if present >= set(ALGORITHMS) and load_receipt_keys(connection):
            return
    made = [
        _new_key(work, alg=alg, active_from=work.now) for alg in ALGORITHMS if alg not in present
    ]
    with work.writing() as connection:
        present = {key.alg for key in load_keys(connection)}
        for key in made:
            if key.alg not in present:
                add_key(connection, key)
                record_act(work, connection=connection, act="key made", by="server", about=key.kid)
        if not load_receipt_keys(connection):
            _add_receipt_key(work, connection, active_from=work.now, act="key made", by="server")
        work.change_cached(connection, CACHE)


def rotate_keys(work: Work, *, by: str) -> list[SigningKey]:
    """Make the next key of each algorithm: published now, used once every verifier may have it."""
    active_from = work.now + timedelta(seconds=work.settings.key_published_before_use_seconds)
    made = [_new_key(work, alg=alg, active_from=active_from) for alg in ALGORITHMS]
    with work.writing() as connection:
        for key in made:
            add_key(connection, key)
            record_act(work, connection=connection, act="key rotated", by=by, about=key.kid)
        work.change_cached(connection, CACHE)
    return [_opened(work, key) for key in made]


def rotate_receipt_keys(work: Work, *, by: str) -> SigningKey:
    """Make the next receipt key: published now, used in 24 hours; the old one stays for ever."""
    active_from = work.now + timedelta(seconds=work.settings.key_published_before_use_seconds)
    with work.writing() as connection:
        key = _add_receipt_key(
            work, connection, active_from=active_from, act="receipt key rotated", by=by
        )
    return _opened(work, key)


def report_compromise(work: Work, *, kid: str, since: datetime, by: str) -> SigningKey | KeyRefusal:
    """Note since when a receipt key may be in other hands; return the key that signs from now on.

    The key signs nothing more. What it signed before stays good; the log says when that was.
    """
    if since > work.now:
        return KeyRefusal.TO_COME
    with work.writing_durably() as connection:
        keys = [_opened(work, key) for key in load_receipt_keys(connection)]
        lost = next((key for key in keys if key.kid == kid), None)
        if lost is None:
            return KeyRefusal.UNKNOWN
        if lost.compromised_at is not None and lost.compromised_at <= since:
            return KeyRefusal.LATER
        save_compromise(connection, kid=kid, at=since)
        record_act(work, connection=connection, act="receipt key compromised", by=by, about=kid)
        sound = [key for key in keys if key.compromised_at is None]
        if sound and choose_signing_key(sound, alg=RECEIPT_ALGORITHM, now=work.now) == lost:
            # A new one at once: an older key is published as over, one to come waits its hour.
            _add_receipt_key(work, connection, active_from=work.now, act="key made", by=by)
        work.change_cached(connection, RECEIPT_CACHE)
    return choose_signing_key(_receipt_keys(work), alg=RECEIPT_ALGORITHM, now=work.now)


def list_receipt_keys(work: Work) -> list[tuple[SigningKey, datetime | None]]:
    """Return every receipt key with the instant at which it is, or will be, superseded."""
    keys = _receipt_keys(work)
    return [(key, superseded_at(key, keys)) for key in keys]


def publish_receipt_keys(work: Work) -> dict[str, Any]:
    """Return the content of /receipts/keys: every receipt key there ever was."""
    keys = _receipt_keys(work)
    return {"keys": [published_receipt_key(key, keys) for key in keys]}


def sign_with_receipt_key(work: Work, *, claims: dict[str, Any], typ: str) -> str:
    """Return the compact JWS of a receipt or a checkpoint, signed by the active receipt key."""
    key = choose_signing_key(_receipt_keys(work), alg=RECEIPT_ALGORITHM, now=work.now)
    headers = {"kid": key.kid, "typ": typ}
    return jwt.encode(claims, key.private_key, algorithm=key.alg, headers=headers)


def read_with_receipt_key(work: Work, *, token: str, typ: str) -> dict[str, Any] | None:
    """Return the claims of what a receipt key signed, by any key there ever was; None otherwise."""
    try:
        header = jwt.get_unverified_header(token)
        key = next(key for key in _receipt_keys(work) if key.kid == header.get("kid"))
        claims: dict[str, Any] = jwt.decode(
            token,
            key.private_key.public_key(),
            algorithms=[key.alg],
            options={"verify_iat": False, "verify_aud": False},
        )
    except (jwt.PyJWTError, StopIteration, ValueError):
        return None
    return claims if header.get("typ") == typ else None


def is_signed_by_a_lost_key(work: Work, *, token: str) -> bool:
    """Tell whether the receipt key that signed this, here, is known to be in other hands since."""
    kid = jwt.get_unverified_header(token)["kid"]
    return any(key.kid == kid and key.compromised_at for key in _receipt_keys(work))


def list_keys(work: Work) -> list[tuple[SigningKey, datetime | None]]:
    """Return every key with the instant at which it is, or will be, superseded."""
    keys = _keys(work)
    return [(key, superseded_at(key, keys)) for key in keys]


def publish_keys(work: Work) -> dict[str, Any]:
    """Return the content of /jwks.json (RFC 7517 section 5)."""
    published = published_keys(
        _keys(work),
        now=work.now,
        token_lifetime_seconds=work.settings.id_token_lifetime_seconds,
    )
    return {"keys": [key.public_jwk for key in published]}


def sign_id_token(work: Work, *, claims: dict[str, Any], alg: str) -> str:
    """Return the compact JWS of an ID token, signed by the active key of `alg`."""
    key = choose_signing_key(_keys(work), alg=alg, now=work.now)
    return jwt.encode(claims, key.private_key, algorithm=key.alg, headers={"kid": key.kid})


def read_id_token_hint(work: Work, *, token: str, issuer: str) -> dict[str, Any] | None:
    """Return the claims of an ID token signed here, expired or not; None for anything else.

    Source: OpenID Connect RP-Initiated Logout 1.0 section 4 (an expired hint is accepted).
    """
    try:
        kid = jwt.get_unverified_header(token).get("kid")
        key = next(key for key in _keys(work) if key.kid == kid)
        claims: dict[str, Any] = jwt.decode(
            token,
            key.private_key.public_key(),
            algorithms=[key.alg],
            issuer=issuer,
            options={
                "verify_exp": False,
                "verify_iat": False,
                "verify_aud": False,
                "require": ["iss", "sub", "aud"],
            },
        )
    except (jwt.PyJWTError, StopIteration, ValueError):
        return None
    return claims


def _keys(work: Work) -> list[SigningKey]:
    def load() -> list[SigningKey]:
        with work.read() as connection:
            return [_opened(work, key) for key in load_keys(connection)]

    return work.cached(CACHE, load)


def _receipt_keys(work: Work) -> list[SigningKey]:
    def load() -> list[SigningKey]:
        with work.read() as connection:
            return [_opened(work, key) for key in load_receipt_keys(connection)]

    return work.cached(RECEIPT_CACHE, load)


def _add_receipt_key(
    work: Work, connection: Connection, *, active_from: datetime, act: str, by: str
) -> StoredReceiptKey:
    made = _new_key(work, alg=RECEIPT_ALGORITHM, active_from=active_from, purpose=RECEIPT_PURPOSE)
    key = StoredReceiptKey(**vars(made))
    add_receipt_key(connection, key)
    record_act(work, connection=connection, act=act, by=by, about=key.kid)
    work.change_cached(connection, RECEIPT_CACHE)
    return key


def _new_key(work: Work, *, alg: str, active_from: datetime, purpose: str = PURPOSE) -> StoredKey:
    kid = new_identifier()
    private_key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
    if alg == "ES256":
        private_key = ec.generate_private_key(ec.SECP256R1())
        jwk = jwt.algorithms.ECAlgorithm.to_jwk(private_key.public_key(), as_dict=True)
    else:
        private_key = rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)
        jwk = jwt.algorithms.RSAAlgorithm.to_jwk(private_key.public_key(), as_dict=True)
    der = private_key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    public = {k: v for k, v in jwk.items() if k != "key_ops"} | {
        "kid": kid,
        "alg": alg,
        "use": "sig",
    }
    return StoredKey(
        kid=kid,
        alg=alg,
        created_at=work.now,
        active_from=active_from,
        public_jwk=public,
        sealed_private_key=work.secret_keys.seal(der, purpose=purpose),
    )


def _opened(work: Work, key: StoredKey) -> SigningKey:
    purpose = RECEIPT_PURPOSE if isinstance(key, StoredReceiptKey) else PURPOSE
    der = work.secret_keys.unseal(key.sealed_private_key, purpose=purpose)
    return SigningKey(
        kid=key.kid,
        alg=key.alg,
        created_at=key.created_at,
        active_from=key.active_from,
        public_jwk=key.public_jwk,
        private_key=load_der_private_key(der, password=None),
        compromised_at=key.compromised_at if isinstance(key, StoredReceiptKey) else None,
    )
