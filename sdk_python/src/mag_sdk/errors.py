# ruff: noqa: N818 -- the names say what went wrong; every one of them is a MagError
"""One base error; each child carries what was seen, never a sentence to parse."""

from dataclasses import dataclass, fields
from datetime import datetime


@dataclass(eq=False)
class MagError(Exception):
    """Whatever can go wrong between a portal and MAG."""

    def __str__(self) -> str:
        facts = ", ".join(f"{field.name}={getattr(self, field.name)!r}" for field in fields(self))
        return f"{type(self).__name__}({facts})"

    def __reduce__(self) -> tuple[object, ...]:
        # Task queues and process pools pickle exceptions; the default loses keyword arguments.
        return type(self), tuple(getattr(self, field.name) for field in fields(self))


@dataclass(eq=False)
class ConfigurationRefused(MagError):
    """A setting given to the SDK cannot be right; `setting` names it."""

    setting: str
    reason: str


# --- talking to MAG ---------------------------------------------------------------------------


@dataclass(eq=False)
class MagUnreachable(MagError):
    """MAG did not answer, or answered that it cannot serve now."""

    url: str
    reason: str


@dataclass(eq=False)
class AnswerRefused(MagUnreachable):
    """Something answered in MAG's place what MAG never says: a redirect, a huge or broken page."""


# --- coming back from MAG ---------------------------------------------------------------------


@dataclass(eq=False)
class SignInRefused(MagError):
    """MAG answered the sign-in with an error (RFC 6749 sections 4.1.2.1 and 5.2)."""

    error: str
    code: str | None = None
    trace_id: str | None = None
    detail: str | None = None


@dataclass(eq=False)
class StateUnknown(MagError):
    """The answer belongs to no sign-in this browser began here, or to one long gone."""


@dataclass(eq=False)
class ResponseIncomplete(MagError):
    """The answer at the callback lacks `missing`, or holds it twice."""

    missing: str


# --- the assertion ----------------------------------------------------------------------------


@dataclass(eq=False)
class AssertionRefused(MagError):
    """The ID token is not one this portal may believe; the children say why."""


@dataclass(eq=False)
class MalformedAssertion(AssertionRefused):
    """Not a compact JWS with a JSON object inside, or a claim of the wrong shape."""

    reason: str


@dataclass(eq=False)
class HeaderRefused(AssertionRefused):
    """The token's header holds a parameter that MAG never sends."""

    parameter: str


@dataclass(eq=False)
class AlgorithmRefused(AssertionRefused):
    """The token is signed otherwise than by ES256 or RS256."""

    algorithm: str


@dataclass(eq=False)
class UnknownKey(AssertionRefused):
    """No published key has this `kid` and algorithm."""

    kid: str | None
    algorithm: str


@dataclass(eq=False)
class WrongSignature(AssertionRefused):
    """The signature was not made by the named key over these bytes."""

    kid: str


@dataclass(eq=False)
class WrongIssuer(AssertionRefused):
    """Someone else than the configured MAG speaks, in a token, an answer or a discovery page."""

    expected: str
    received: str | None


@dataclass(eq=False)
class WrongAudience(AssertionRefused):
    """The token was made for another portal, or not for this one alone."""

    expected: str
    received: tuple[str, ...]


@dataclass(eq=False)
class WrongAuthorizedParty(AssertionRefused):
    """`azp` names another client."""

    expected: str
    received: str


@dataclass(eq=False)
class AssertionExpired(AssertionRefused):
    """The token was good until `expired_at`."""

    expired_at: datetime


@dataclass(eq=False)
class AssertionNotYetValid(AssertionRefused):
    """The token says it begins at `valid_from`, later than now: look at both clocks."""

    valid_from: datetime


@dataclass(eq=False)
class WrongNonce(AssertionRefused):
    """The token answers another request than this one (replay or injection)."""


@dataclass(eq=False)
class WrongAccessToken(AssertionRefused):
    """The access token did not come with this ID token (`at_hash`)."""


@dataclass(eq=False)
class AcrTooLow(AssertionRefused):
    """The person proved less than this portal asks for."""

    minimum: str
    acr: str


@dataclass(eq=False)
class SignInTooOld(AssertionRefused):
    """The person signed in earlier than `max_age_seconds` allows."""

    auth_time: datetime
    max_age_seconds: int


@dataclass(eq=False)
class ReceiptRefused(MagError):
    """A receipt, a chain or the log fails a check that assertions have not."""


@dataclass(eq=False)
class KeyCompromised(ReceiptRefused):
    """The key may be in other hands since; only the log shows what MAG had signed before."""

    kid: str
    compromised_at: datetime


@dataclass(eq=False)
class NotInLog(ReceiptRefused):
    """The log of this size does not hold the receipt at this position (from 0)."""

    position: int
    size: int


@dataclass(eq=False)
class DisclosureRefused(ReceiptRefused):
    """A disclosure does not belong to the receipt it came with (RFC 9901 section 7.1)."""

    reason: str


@dataclass(eq=False)
class ChainBroken(ReceiptRefused):
    """Receipts are not the whole chain of one link, at this place (from 1)."""

    link: str
    place: int


@dataclass(eq=False)
class FeedInconsistent(ReceiptRefused):
    """The log is not what it was, or does not hold what was handed over: keep what you stored."""

    reason: str


@dataclass(eq=False)
class CallRefused(MagError):
    """MAG refused a call of a back end; `code` is explained at /docs/errors."""

    status: int
    code: str | None
    detail: str


@dataclass(eq=False)
class WrongSubject(AssertionRefused):
    """`/userinfo` speaks of another person than the assertion (OIDC Core 5.3.2)."""

    expected: str
    received: str | None
