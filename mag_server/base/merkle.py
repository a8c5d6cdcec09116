"""Merkle trees as transparency logs hash them: heads, inclusion and consistency proofs.

Pure functions. A node (level, index) is the hash over the 2**level leaves from index * 2**level on;
only whole nodes are ever stored, so that a stored node never changes.
Source: RFC 9162 section 2.1.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence

Node = tuple[int, int]
Range = tuple[int, int]
HASH_BYTES = 32


def leaf_hash(leaf: bytes) -> bytes:
    """Return the hash of a leaf; the prefix keeps it from being taken for a node (2.1.1)."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of two neighbours (2.1.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


EMPTY_ROOT = hashlib.sha256(b"").digest()


def new_nodes(
    size: int, leaves: Sequence[bytes], stored: Mapping[Node, bytes]
) -> dict[Node, bytes]:
    """Return every node that becomes whole when these leaf hashes follow the first `size` leaves.

    `stored` holds at least the nodes of `edge(size)`.
    """
    made = {(0, size + number): leaf for number, leaf in enumerate(leaves)}
    first, end, level = size, size + len(leaves), 0
    while end > 1:
        first, end = first // 2, end // 2
        for index in range(first, end):
            left, right = (level, 2 * index), (level, 2 * index + 1)
            made[level + 1, index] = node_hash(made.get(left) or stored[left], made[right])
        level += 1
    return made


def edge(size: int) -> list[Node]:
    """Return the whole nodes that cover the first `size` leaves, largest first."""
    return nodes_of((0, size))


def nodes_of(leaves: Range) -> list[Node]:
    """Return the whole nodes that cover a range of leaves, left to right.

    The range begins where a subtree of its own size may begin, as every range of a proof does.
    """
    start, end = leaves
    nodes = []
    while start < end:
        level = (end - start).bit_length() - 1
        nodes.append((level, start >> level))
        start += 1 << level
    return nodes


def root_of(leaves: Range, stored: Mapping[Node, bytes]) -> bytes:
    """Return the head over a range of leaves (2.1.1), from its stored nodes."""
    nodes = nodes_of(leaves)
    if not nodes:
        return EMPTY_ROOT
    root = stored[nodes[-1]]
    for node in reversed(nodes[:-1]):
        root = node_hash(stored[node], root)
    return root


def inclusion_ranges(position: int, size: int) -> list[Range]:
    """Return the ranges whose heads prove that a leaf stands at `position` (2.1.3.1)."""
    start, end, ranges = 0, size, []
    while end - start > 1:
        middle = start + _split(end - start)
        if position < middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start = middle
    return ranges[::-1]


def consistency_ranges(old: int, new: int) -> list[Range]:
    """Return the ranges whose heads prove that the tree of `old` leaves only grew (2.1.4.1)."""
    if not 0 < old < new:
        return []
    start, end, ranges, whole = 0, new, [], True
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start, whole = middle, False
    # The old tree's own head is known to who asks, where it is one whole node.
    return ([] if whole else [(start, end)]) + ranges[::-1]


def prove(
    ranges: Sequence[Range], load: Callable[[Iterable[Node]], Mapping[Node, bytes]]
) -> list[bytes]:
    """Return the heads of these ranges; `load` is asked once for every stored node they need."""
    stored = load([node for leaves in ranges for node in nodes_of(leaves)])
    return [root_of(leaves, stored) for leaves in ranges]


def verify_inclusion(
    leaf: bytes, *, position: int, size: int, path: Sequence[bytes], root: bytes
) -> bool:
    """Tell whether the path leads from the leaf's hash to the head of this size (2.1.3.2)."""
    if not 0 <= position < size:
        return False
    index, last, found = position, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if index & 1 or index == last:
            found = node_hash(sibling, found)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        index, last = index >> 1, last >> 1
    return last == 0 and found == root


def verify_consistency(
    old_root: bytes, new_root: bytes, *, old: int, new: int, path: Sequence[bytes]
) -> bool:
    """Tell whether the path proves that the new head holds the old leaves unchanged (2.1.4.2)."""
    if not 0 <= old <= new:
        return False
    if old == new:
        return not path and old_root == new_root
    if old == 0:
        return not path and old_root == EMPTY_ROOT
    hashes = list(path) if old & (old - 1) else [old_root, *path]
    index, last = old - 1, new - 1
    while index & 1:
        index, last = index >> 1, last >> 1
    if not path or not hashes:
        return False
    found_old = found_new = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            return False
        if index & 1 or index == last:
            found_old, found_new = node_hash(sibling, found_old), node_hash(sibling, found_new)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            found_new = node_hash(found_new, sibling)
        index, last = index >> 1, last >> 1
    return last == 0 and (found_old, found_new) == (old_root, new_root)


def _split(count: int) -> int:
    """Return the largest power of two below `count` (2.1.1)."""
    return 1 << ((count - 1).bit_length() - 1)
