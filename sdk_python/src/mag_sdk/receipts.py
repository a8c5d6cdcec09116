"""Receipts verified: who signed, when, what it says, and what of it is disclosed.

Source: RFC 7515; RFC 9901 section 7.1; docs/receipts.md.
"""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from mag_sdk import claims as read
from mag_sdk.errors import (
    ChainBroken,
    DisclosureRefused,
    KeyCompromised,
    MalformedAssertion,
)
from mag_sdk.log import InclusionProof, check_in_log, is_evidence
from mag_sdk.receipt_keys import ReceiptKeys, read_signed, whole_number

RECEIPT_TYPE = "mag-receipt+jwt"
MOST_DISCLOSURES, LONGEST_DISCLOSURE = 8, 2_000
# What a disclosure may add, and never what a signed claim says already.
_DISCLOSABLE = frozenset({"subject", "session"})
_SD_CLAIMS = frozenset({"_sd", "_sd_alg"})


@dataclass(frozen=True)
class Receipt:
    """One thing that was recorded of a link, as MAG signed it; every instant is aware UTC.

    `subject` and `session` are None where they were not disclosed, or were erased: the signature
    holds all the same. `auth_time` is when the password was proved: before `issued_at` where who
    was signed in already went on. `previous` hashes the receipt before it in the link's chain. A
    `stage` that this version does not know is passed on as it stands.
    """

    receipt_id: str
    issuer: str
    link: str
    number: int
    stage: str
    issued_at: datetime
    observed: str | None = None
    subject: str | None = field(default=None, repr=False)
    session: str | None = field(default=None, repr=False)
    addressee_match: str | None = None
    acr: str | None = None
    amr: tuple[str, ...] = ()
    auth_time: datetime | None = None
    mail: str | None = None
    document: str | None = None
    reason: str | None = None
    previous: str | None = None
    presented: str = field(default="", repr=False)  # what was verified, whole

    @property
    def chained(self) -> str:
        """Return what the next receipt of the link says of this one."""
        return chained(self.presented)


def verify_receipt(
    *,
    receipt: str,
    keys: ReceiptKeys,
    expected_issuer: str,
    now: datetime,
    leeway_seconds: int = 60,
    proof: InclusionProof | None = None,
) -> Receipt:
    """Verify one receipt, with the network off.

    Args:
        receipt: the JWS, then each disclosure, each followed by a tilde; or the JWS alone.
        keys: MAG's receipt keys, kept since they were read.
        expected_issuer: MAG's address, exactly.
        now: aware; a receipt from the future is refused.
        leeway_seconds: how far clocks may differ, 0 to 120.
        proof: that MAG's log holds it, under a checkpoint that you verified or kept. Where the key
            was lost since, nothing less is enough; where it is given, it is checked.

    Returns:
        What was recorded. There is no way to turn a check off.

    Raises:
        AssertionRefused: the signature, the issuer, an instant or a claim is wrong.
        DisclosureRefused: a disclosure does not belong to it.
        KeyCompromised: its key was lost, and nothing proves that it is older than that.
        NotInLog: the proof is of something else.
        ConfigurationRefused: an expectation that could never protect.
    """
    jws, disclosures = _parts(receipt)
    signed = read_signed(
        jws,
        keys=keys,
        typ=RECEIPT_TYPE,
        expected_issuer=expected_issuer,
        now=now,
        leeway_seconds=leeway_seconds,
    )
    if proof is not None:
        check_in_log(jws, proof)
    # `iat` is only as old as whoever held the key wrote it: the log is not theirs to write.
    lost_at = keys.lost_at(signed.kid)
    if lost_at is not None and (proof is None or not is_evidence(proof.checkpoint, keys)):
        raise KeyCompromised(signed.kid, lost_at)
    claims = signed.claims
    return _read_receipt(claims, _opened(claims, disclosures), presented=receipt)


def verify_chain(receipts: Sequence[Receipt]) -> None:
    """Check that verified receipts are a link's whole chain, from its first on.

    Raises:
        ChainBroken: another link, a number left out or doubled, or a receipt that does not name
            the one before it.
    """
    before: Receipt | None = None
    for place, receipt in enumerate(receipts, start=1):
        expected = before.chained if before else None
        same_link = before is None or receipt.link == before.link
        if receipt.number != place or receipt.previous != expected or not same_link:
            raise ChainBroken(receipt.link, place)
        before = receipt


def chained(presented: str) -> str:
    """Return what the next receipt of the link says of this one: the hash of its JWS."""
    return _hash(presented.partition("~")[0])


def _parts(receipt: str) -> tuple[str, list[str]]:
    jws, *disclosures = receipt.split("~")
    if disclosures and disclosures.pop() != "":
        raise MalformedAssertion("a disclosure without its tilde")
    if len(disclosures) > MOST_DISCLOSURES:
        raise DisclosureRefused("too many")
    return jws, disclosures


def _opened(claims: read.Claims, disclosures: Sequence[str]) -> dict[str, str]:
    if claims.get("_sd_alg", "sha-256") != "sha-256":
        raise DisclosureRefused("_sd_alg is not sha-256")
    promised = read.texts(claims, "_sd")
    if len(set(promised)) != len(promised):
        raise DisclosureRefused("a commitment stands twice")
    found: dict[str, str] = {}
    for disclosure in disclosures:
        name, value = _open(disclosure)
        if _hash(disclosure) not in promised:
            raise DisclosureRefused("belongs to another receipt")
        if name in found or name in claims:
            raise DisclosureRefused(f"{name} stands twice")
        found[name] = value
    return found


def _open(disclosure: str) -> tuple[str, str]:
    try:
        raw = base64.b64decode(
            disclosure + "=" * (-len(disclosure) % 4), altchars=b"-_", validate=True
        )
        if len(disclosure) > LONGEST_DISCLOSURE or _encode(raw) != disclosure:
            raise ValueError("not canonical")  # noqa: TRY301 -- told with the others
        salt, name, value = json.loads(raw)
        str(value).encode()  # half a surrogate pair is no text that anybody can write down
    except (ValueError, TypeError, RecursionError) as error:
        raise DisclosureRefused("cannot be read") from error
    texts = all(isinstance(one, str) and one for one in (salt, name, value))
    if not texts or name not in _DISCLOSABLE:
        raise DisclosureRefused("is not of a kind that receipts disclose")
    return name, value


def _read_receipt(claims: read.Claims, found: Mapping[str, str], *, presented: str) -> Receipt:
    for name in _DISCLOSABLE:
        if name in claims:
            raise MalformedAssertion(f"{name} stands in clear")
    return Receipt(
        receipt_id=read.text(claims, "jti"),
        issuer=read.text(claims, "iss"),
        link=read.text(claims, "link"),
        number=whole_number(claims, "number", least=1),
        stage=read.text(claims, "stage"),
        issued_at=read.instant(claims, "iat"),
        observed=read.optional_text(claims, "observed"),
        subject=found.get("subject"),
        session=found.get("session"),
        addressee_match=read.optional_text(claims, "addressee_match"),
        acr=read.optional_text(claims, "acr"),
        amr=read.texts(claims, "amr"),
        auth_time=read.instant(claims, "auth_time") if "auth_time" in claims else None,
        mail=read.optional_text(claims, "mail"),
        document=read.optional_text(claims, "document"),
        reason=read.optional_text(claims, "reason"),
        previous=read.optional_text(claims, "previous"),
        presented=presented,
    )


def _hash(text: str) -> str:
    return _encode(hashlib.sha256(text.encode("ascii", "replace")).digest())


def _encode(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode("ascii")
