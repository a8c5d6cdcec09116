"""One claim, one check, one error; there is no way to switch a check off."""

import base64
import hashlib
import hmac
from datetime import datetime, timedelta

import jwt

from mag_sdk import claims as read
from mag_sdk.acr import reaches
from mag_sdk.assertion import Assertion, read_assertion
from mag_sdk.compact import ALGORITHMS, read_header
from mag_sdk.errors import (
    AcrTooLow,
    AssertionExpired,
    AssertionNotYetValid,
    ConfigurationRefused,
    MalformedAssertion,
    SignInTooOld,
    WrongAccessToken,
    WrongAudience,
    WrongAuthorizedParty,
    WrongIssuer,
    WrongNonce,
    WrongSignature,
)
from mag_sdk.keys import KeySource, VerificationKey
from mag_sdk.strict_json import read_object

LARGEST_LEEWAY_SECONDS = 120  # a leeway without bound would be an off switch for expiry


def verify_assertion(
    *,
    token: str,
    keys: KeySource,
    expected_issuer: str,
    expected_audience: str,
    expected_nonce: str,
    now: datetime,
    leeway_seconds: int,
    minimum_acr: str | None,
) -> Assertion:
    """Verify an ID token and read who came (OIDC Core 3.1.3.7, RFC 8725).

    Args:
        token: the ID token as MAG wrote it.
        keys: where MAG's keys are found, such as `KeySet.from_jwks(...)`.
        expected_issuer: MAG's address, compared as an exact string.
        expected_audience: this portal's `client_id`.
        expected_nonce: the nonce of the request this token answers.
        now: an aware instant.
        leeway_seconds: how far the two clocks may differ, 0 to 120.
        minimum_acr: the least proof accepted (`password` or its address), or None for any.

    Returns:
        The person, as a frozen `Assertion`.

    Raises:
        AssertionRefused: its children say which check failed and what was seen.
        ConfigurationRefused: an expectation that could never protect.
    """
    _check_expectations(expected_issuer, expected_audience, expected_nonce, now, leeway_seconds)
    header = read_header(token)
    key = keys.find_key(kid=header.kid, algorithm=header.algorithm)
    claims = _signed_claims(token, key)
    leeway = timedelta(seconds=leeway_seconds)
    check_issuer(claims, expected_issuer)
    check_audience(claims, expected_audience)
    check_authorized_party(claims, expected_audience)
    check_expiry(claims, now - leeway)
    check_beginning(claims, now + leeway)
    check_nonce(claims, expected_nonce)
    check_acr(claims, issuer=expected_issuer, minimum=minimum_acr)
    return read_assertion(claims=claims, audience=expected_audience, id_token=token)


def _check_expectations(
    issuer: str, audience: str, nonce: str, now: datetime, leeway_seconds: int
) -> None:
    expected = (("issuer", issuer), ("audience", audience), ("nonce", nonce))
    for setting, value in expected:
        if not isinstance(value, str) or not value:
            raise ConfigurationRefused(f"expected_{setting}", "must be a text, not empty")
    if now.tzinfo is None:
        raise ConfigurationRefused("now", "must be an aware datetime")
    check_leeway(leeway_seconds)


def check_leeway(leeway_seconds: int) -> None:
    """Refuse a tolerance so large that nothing would ever expire."""
    if not 0 <= leeway_seconds <= LARGEST_LEEWAY_SECONDS:
        raise ConfigurationRefused("leeway_seconds", f"must be 0 to {LARGEST_LEEWAY_SECONDS}")


def _signed_claims(token: str, key: VerificationKey) -> read.Claims:
    # The algorithm is the key's, never the token's: an RSA public key used as an HMAC secret
    # is the oldest of these attacks.
    jws = jwt.PyJWS(algorithms=list(ALGORITHMS))
    try:
        found = jws.decode_complete(token, key=key.public_key, algorithms=[key.algorithm])
    except jwt.PyJWTError as error:
        raise WrongSignature(key.kid) from error
    try:
        return read_object(found["payload"])
    except ValueError as error:
        raise MalformedAssertion(f"payload: {error}") from error


def check_issuer(claims: read.Claims, expected: str) -> None:
    """Compare `iss` as an exact string: a trailing slash is someone else."""
    received = read.text(claims, "iss")
    if received != expected:
        raise WrongIssuer(expected, received)


def check_audience(claims: read.Claims, expected: str) -> None:
    """Accept this portal alone: a token also made for another could be replayed by it."""
    value = claims.get("aud")
    received = (value,) if isinstance(value, str) else read.texts(claims, "aud")
    if set(received) != {expected}:
        raise WrongAudience(expected, received)


def check_authorized_party(claims: read.Claims, expected: str) -> None:
    """Where `azp` stands, it must be this portal."""
    received = read.optional_text(claims, "azp")
    if received is not None and received != expected:
        raise WrongAuthorizedParty(expected, received)


def check_expiry(claims: read.Claims, earliest_now: datetime) -> None:
    """Refuse at `exp` and after it."""
    expires_at = read.instant(claims, "exp")
    if earliest_now >= expires_at:
        raise AssertionExpired(expires_at)


def check_beginning(claims: read.Claims, latest_now: datetime) -> None:
    """Refuse a token, or a sign-in, that lies in the future."""
    for name in ("iat", "auth_time", "nbf"):
        if name == "nbf" and name not in claims:
            continue
        valid_from = read.instant(claims, name)
        if valid_from > latest_now:
            raise AssertionNotYetValid(valid_from)


def check_nonce(claims: read.Claims, expected: str) -> None:
    """Tie the token to the one request it answers."""
    received = read.optional_text(claims, "nonce")
    if received is None or not hmac.compare_digest(received.encode(), expected.encode()):
        raise WrongNonce


def check_acr(claims: read.Claims, *, issuer: str, minimum: str | None) -> None:
    """Refuse a weaker proof than the minimum, and any proof we cannot rank against it."""
    acr = read.text(claims, "acr")
    if minimum is not None and not reaches(issuer=issuer, acr=acr, minimum=minimum):
        raise AcrTooLow(minimum, acr)


def check_sign_in_age(
    assertion: Assertion, *, max_age_seconds: int | None, now: datetime, leeway_seconds: int
) -> None:
    """Check that MAG honoured `max_age` (OIDC Core 3.1.3.7, step 13).

    Raises:
        SignInTooOld: the person signed in earlier than that.
    """
    if max_age_seconds is None:
        return
    oldest = now - timedelta(seconds=max_age_seconds + leeway_seconds)
    if assertion.auth_time < oldest:
        raise SignInTooOld(assertion.auth_time, max_age_seconds)


def check_access_token(assertion: Assertion, access_token: str) -> None:
    """Check that the access token came with this very assertion (OIDC Core 3.1.3.8).

    Raises:
        WrongAccessToken: `at_hash` is of another one.
    """
    if assertion.at_hash is None:
        return
    half = hashlib.sha256(access_token.encode()).digest()[:16]
    expected = base64.urlsafe_b64encode(half).rstrip(b"=").decode("ascii")
    if not hmac.compare_digest(assertion.at_hash.encode(), expected.encode()):
        raise WrongAccessToken
