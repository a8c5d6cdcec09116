"""The log of receipts: its signed heads, and what they prove.

Source: RFC 9162 sections 2.1.3 and 2.1.4; docs/receipts.md.
"""

from dataclasses import dataclass, field
from datetime import datetime

from mag_sdk import claims as read
from mag_sdk.compact import read_header
from mag_sdk.errors import KeyCompromised, MalformedAssertion, NotInLog
from mag_sdk.merkle import decode_hash, leaf_of, verify_inclusion
from mag_sdk.receipt_keys import ReceiptKeys, peek_unverified, read_signed, whole_number

CHECKPOINT_TYPE = "mag-checkpoint+jwt"


@dataclass(frozen=True)
class Checkpoint:
    """A head of the log that MAG signed: so many receipts, and the hash over all of them."""

    issuer: str
    size: int
    root: bytes
    issued_at: datetime
    kid: str
    presented: str = field(default="", repr=False)


@dataclass(frozen=True)
class InclusionProof:
    """That a receipt stands at a position (from 0) of the log: `path` leads to the checkpoint."""

    position: int
    path: tuple[bytes, ...]
    checkpoint: Checkpoint


def verify_checkpoint(
    *,
    checkpoint: str,
    keys: ReceiptKeys,
    expected_issuer: str,
    now: datetime,
    leeway_seconds: int = 60,
) -> Checkpoint:
    """Verify one checkpoint.

    Raises:
        AssertionRefused: the signature, the issuer, an instant or a claim is wrong.
        KeyCompromised: its key was lost since, whenever it says it was signed.
        ConfigurationRefused: an expectation that could never protect.
    """
    signed = read_signed(
        checkpoint,
        keys=keys,
        typ=CHECKPOINT_TYPE,
        expected_issuer=expected_issuer,
        now=now,
        leeway_seconds=leeway_seconds,
    )
    # Whoever has the key writes what date they like into a head that nobody kept.
    if (lost_at := keys.lost_at(signed.kid)) is not None:
        raise KeyCompromised(signed.kid, lost_at)
    return _read_checkpoint(signed.claims, kid=signed.kid, presented=checkpoint)


def trust_kept_checkpoint(presented: str) -> Checkpoint:
    """Read a checkpoint that you verified once and kept yourself: nothing is verified again.

    Raises:
        MalformedAssertion: it is none.
    """
    header = read_header(presented, typ=CHECKPOINT_TYPE)
    return _read_checkpoint(peek_unverified(presented), kid=header.kid, presented=presented)


def _read_checkpoint(claims: read.Claims, *, kid: str, presented: str) -> Checkpoint:
    try:
        root = decode_hash(read.text(claims, "root"))
    except ValueError as error:
        raise MalformedAssertion("root is no SHA-256") from error
    return Checkpoint(
        issuer=read.text(claims, "iss"),
        size=whole_number(claims, "size", least=0),
        root=root,
        issued_at=read.instant(claims, "iat"),
        kid=kid,
        presented=presented,
    )


def check_in_log(receipt: str, proof: InclusionProof) -> None:
    """Check that the log holds a receipt where the proof says.

    Raises:
        NotInLog: it does not.
    """
    checkpoint = proof.checkpoint
    if not verify_inclusion(
        leaf=leaf_of(receipt),
        position=proof.position,
        size=checkpoint.size,
        path=proof.path,
        root=checkpoint.root,
    ):
        raise NotInLog(proof.position, checkpoint.size)


def is_evidence(checkpoint: Checkpoint, keys: ReceiptKeys) -> bool:
    """Tell whether a verified or kept checkpoint says something although keys were lost since."""
    lost_at = keys.lost_at(checkpoint.kid)
    return lost_at is None or checkpoint.issued_at < lost_at
