"""What a receipt says, how it is chained, and what of it can be erased."""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from mag_server.rooms.tree.model import Checkpoint, encoded

RECEIPT_TYPE = "mag-receipt+jwt"
# What names a person stands in a receipt as a salted commitment only (RFC 9901 section 4.2).
PERSONAL = ("subject", "session")
SD_HASH = "sha-256"


class Stage(Enum):
    """What became of a link; docs/receipts.md says what each proves and what it does not."""

    SUBMITTED = "submitted"
    RELAYED = "relayed"
    BOUNCED = "bounced"
    OPENED = "opened"
    AUTHENTICATED = "authenticated"
    CONSULTED = "consulted"
    DEEMED = "deemed"
    REFUSED = "refused"
    EXPIRED = "expired"
    REPORTED = "reported"
    CORRECTED = "corrected"


# What befalls a mail and its link while nobody is authenticated: its addressee's to read. Neither a
# refusal nor a report is: by its own words, somebody else made it.
OF_ADDRESSEE = (
    (Stage.SUBMITTED, "relay"),
    (Stage.RELAYED, "relay"),
    (Stage.BOUNCED, "relay"),
    (Stage.OPENED, "interaction"),
    (Stage.EXPIRED, "computed"),
    (Stage.DEEMED, "computed"),
)


@dataclass(frozen=True)
class Fact:
    """What happened, about to be signed; `once` is a word that one receipt of a link may carry.

    `auth_time` is when the password was proved: before now, where a live session went on.
    """

    link_id: str
    client_id: str
    stage: Stage
    observed: str | None = None
    subject: str | None = None
    addressee_match: str | None = None
    acr: str | None = None
    amr: tuple[str, ...] = ()
    auth_time: datetime | None = None
    session: str | None = None
    mail: str | None = None
    document: str | None = None
    reason: str | None = None
    once: str | None = None


@dataclass(frozen=True)
class Receipt:
    """A receipt as it is kept; `disclosures` are those that its reader may see.

    `position` is its place in the log, from 0; None until it is sequenced.
    """

    receipt_id: str
    link_id: str
    client_id: str
    number: int
    stage: Stage
    observed: str | None
    issued_at: datetime
    jws: str
    disclosures: tuple[str, ...] = field(default=(), repr=False)
    position: int | None = None

    @property
    def presented(self) -> str:
        """Return what goes out: the JWS, then each disclosure, each followed by a tilde."""
        return "~".join((self.jws, *self.disclosures, ""))


@dataclass(frozen=True)
class Disclosure:
    """One erasable value of a receipt; `sub` is whom it is about."""

    receipt_id: str
    name: str
    sub: str
    text: str = field(repr=False)


@dataclass(frozen=True)
class Feed:
    """Receipts, the path that leads from each to the checkpoint, and the cursor to go on from.

    `next` is the position after which nothing was handed yet; None while the log is empty, and for
    the receipts of one link, which are handed whole.
    """

    receipts: tuple[Receipt, ...]
    paths: tuple[tuple[bytes, ...], ...]
    next: int | None
    checkpoint: Checkpoint


@dataclass(frozen=True)
class LoggedRow:
    """A receipt as it lies in the store, nothing of it believed yet.

    `before_jws` and `before_client` are those of the receipt before it in its link's chain.
    """

    arrival: int
    position: int | None
    receipt_id: str
    link_id: str
    client_id: str
    number: int
    stage: str
    observed: str | None
    issued_at: datetime
    jws: str
    before_jws: str | None
    before_client: str | None
    disclosures: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class ChainEnd:
    """The head of a link's chain as it lies in the store; `jws` is the receipt it speaks of."""

    link_id: str
    hash: str
    jws: str | None
    is_last: bool

    @property
    def holds(self) -> bool:
        """Tell whether the chain ends where, and as, its head says."""
        return self.is_last and self.jws is not None and chained(self.jws) == self.hash


@dataclass(frozen=True)
class Damage:
    """What does not verify, and where: a position of the log, or the size of a checkpoint.

    `position` is None for what has none: a receipt that waits for it, the head of a chain.
    """

    position: int | None
    what: str


class FeedRefusal(Enum):
    """Why a feed is refused; the value is its stable code."""

    BEYOND = "MAG-412"


def disclosed(*, salt: str, name: str, value: Any) -> str:
    """Return a disclosure: base64url of [salt, name, value] (RFC 9901 section 4.2.1)."""
    return encoded(json.dumps([salt, name, value], ensure_ascii=False).encode())


def commitment(disclosure: str) -> str:
    """Return what stands in the receipt for a disclosure (RFC 9901 section 4.2.3)."""
    return encoded(hashlib.sha256(disclosure.encode()).digest())


def opened_disclosure(disclosure: str) -> tuple[str, Any] | None:
    """Return the name and the value of a disclosure; None for what is no disclosure."""
    try:
        octets = base64.urlsafe_b64decode(disclosure + "=" * (-len(disclosure) % 4))
        salt, name, value = json.loads(octets)
    except (ValueError, TypeError):
        return None
    return (name, value) if isinstance(salt, str) and isinstance(name, str) else None


def chained(jws: str) -> str:
    """Return what the next receipt of the link says of this one: the hash of its exact bytes."""
    return encoded(hashlib.sha256(jws.encode()).digest())


def personal_values(fact: Fact) -> dict[str, str]:
    """Return what of a fact names a person."""
    values = {name: getattr(fact, name) for name in PERSONAL}
    return {name: value for name, value in values.items() if value is not None}


def claims_of(
    fact: Fact,
    *,
    issuer: str,
    receipt_id: str,
    number: int,
    previous: str | None,
    commitments: Sequence[str],
    now: datetime,
) -> dict[str, Any]:
    """Return what is signed: what is not known is left out; times in seconds since 1970."""
    said = {
        "iss": issuer,
        "jti": receipt_id,
        "iat": int(now.timestamp()),
        "link": fact.link_id,
        "number": number,
        "stage": fact.stage.value,
        "observed": fact.observed,
        "addressee_match": fact.addressee_match,
        "acr": fact.acr,
        "amr": list(fact.amr) or None,
        "auth_time": int(fact.auth_time.timestamp()) if fact.auth_time else None,
        "mail": fact.mail,
        "document": fact.document,
        "reason": fact.reason,
        "previous": previous,
    }
    claims = {name: value for name, value in said.items() if value is not None}
    if commitments:
        # Sorted: their order would tell which of them is which (RFC 9901 section 4.2.4.1).
        claims |= {"_sd": sorted(commitments), "_sd_alg": SD_HASH}
    return claims


def shown_to_partner(stage: Stage) -> bool:
    """Tell whether the partner sees who it was: a stranger who was refused is not named to it."""
    return stage is not Stage.REFUSED


def values_of(claims: Mapping[str, Any], disclosures: Sequence[str]) -> dict[str, Any] | None:
    """Return a receipt's claims with the disclosed values put in (RFC 9901 section 7.1).

    None where a disclosure belongs to no commitment, comes twice, or takes a claim's name.
    """
    open_claims = {name: value for name, value in claims.items() if name not in {"_sd", "_sd_alg"}}
    promised = claims.get("_sd", [])
    if len(set(disclosures)) < len(disclosures) or claims.get("_sd_alg", SD_HASH) != SD_HASH:
        return None
    for disclosure in disclosures:
        found = opened_disclosure(disclosure)
        if found is None or commitment(disclosure) not in promised or found[0] in open_claims:
            return None
        open_claims[found[0]] = found[1]
    return open_claims


def faults_of_row(row: LoggedRow, claims: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with a row that holds a rightly signed receipt of these claims."""
    faults = []
    if claims.get("number") != row.number:
        faults.append(f"the receipt says it is number {claims.get('number')}, not {row.number}")
    previous = chained(row.before_jws) if row.before_jws is not None else None
    if claims.get("previous") != previous or (previous is None) != (row.number == 1):
        faults.append("the receipt does not follow the one before it in its link's chain")
    if row.before_client not in {None, row.client_id}:
        faults.append("the receipt before it in its link's chain is another partner's")
    signed = tuple(claims.get(name) for name in ("jti", "link", "stage", "observed", "iat"))
    issued_at = int(row.issued_at.timestamp())
    if signed != (row.receipt_id, row.link_id, row.stage, row.observed, issued_at):
        faults.append("the row says something else than what was signed")
    if values_of(claims, row.disclosures) is None:
        faults.append("a disclosure does not belong to it")
    return faults
