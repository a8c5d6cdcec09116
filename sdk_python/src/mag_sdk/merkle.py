"""Proofs of a transparency log, verified (RFC 9162 sections 2.1.3.2 and 2.1.4.2)."""

import base64
import hashlib
from collections.abc import Sequence

EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_of(receipt: str) -> bytes:
    """Hash a receipt as the log does: the JWS alone, without what it discloses."""
    jws = receipt.partition("~")[0]
    return hashlib.sha256(b"\x00" + jws.encode("ascii")).digest()


def decode_hash(text: str) -> bytes:
    """Read a hash as MAG writes it: base64url without padding, 32 bytes.

    Raises:
        ValueError: it is none.
    """
    raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    # Spare bits at the end would give one hash several spellings.
    canonical = base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii") == text
    if len(raw) != hashlib.sha256().digest_size or not canonical:
        raise ValueError("not a SHA-256")
    return raw


def verify_inclusion(
    *, leaf: bytes, position: int, size: int, path: Sequence[bytes], root: bytes
) -> bool:
    """Tell whether a path leads from a leaf at a position (from 0) to the head of a size."""
    if not 0 <= position < size:
        return False
    index, last, found = position, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if index % 2 or index == last:
            found = _node(sibling, found)
            while index % 2 == 0 and index:
                index, last = index // 2, last // 2
        else:
            found = _node(found, sibling)
        index, last = index // 2, last // 2
    return last == 0 and found == root


def verify_consistency(
    *, old: int, old_root: bytes, new: int, new_root: bytes, path: Sequence[bytes]
) -> bool:
    """Tell whether a path proves that a log only grew: its first `old` leaves are unchanged."""
    if not 0 <= old <= new:
        return False
    if old == new:
        return not path and old_root == new_root
    if old == 0:
        return not path and old_root == EMPTY_ROOT
    # A head that is one whole subtree is known already, and stands in no proof.
    hashes = [old_root, *path] if old & (old - 1) == 0 else list(path)
    return len(hashes) > 1 and _grown(hashes, old=old, new=new) == (old_root, new_root)


def _grown(hashes: Sequence[bytes], *, old: int, new: int) -> tuple[bytes, bytes] | None:
    index, last = old - 1, new - 1
    while index % 2:
        index, last = index // 2, last // 2
    before = after = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            return None
        if index % 2 or index == last:
            before, after = _node(sibling, before), _node(sibling, after)
            while index % 2 == 0 and index:
                index, last = index // 2, last // 2
        else:
            after = _node(after, sibling)
        index, last = index // 2, last // 2
    return (before, after) if last == 0 else None


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()
