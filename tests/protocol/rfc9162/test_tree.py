"""The tree of receipts against the words of RFC 9162 section 2.1, written down naively."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mag_server.base.merkle import (
    EMPTY_ROOT,
    Node,
    consistency_ranges,
    edge,
    inclusion_ranges,
    leaf_hash,
    new_nodes,
    prove,
    root_of,
    verify_consistency,
    verify_inclusion,
)

MOST = 70
LEAVES = [f"leaf {number}".encode() for number in range(MOST)]
HASHES = [leaf_hash(leaf) for leaf in LEAVES]
# RFC 9162 and RFC 6962 use one hashing: these heads are those of Certificate Transparency's own
# reference tests, over the eight inputs of its test data.
CT_INPUTS = [
    "", "00", "10", "2021", "3031", "40414243",
    "5051525354555657", "606162636465666768696a6b6c6d6e6f",
]  # fmt: skip
CT_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def naive_head(leaves: list[bytes]) -> bytes:
    """Return MTH(D[n]) as section 2.1.1 writes it."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = largest_power_below(len(leaves))
    return hashlib.sha256(b"\x01" + naive_head(leaves[:k]) + naive_head(leaves[k:])).digest()


def naive_path(m: int, leaves: list[bytes]) -> list[bytes]:
    """Return PATH(m, D[n]) as section 2.1.3.1 writes it."""
    if len(leaves) == 1:
        return []
    k = largest_power_below(len(leaves))
    if m < k:
        return [*naive_path(m, leaves[:k]), naive_head(leaves[k:])]
    return [*naive_path(m - k, leaves[k:]), naive_head(leaves[:k])]


def naive_subproof(m: int, leaves: list[bytes], whole: bool = True) -> list[bytes]:  # noqa: FBT001, FBT002 - the RFC's own b
    """Return SUBPROOF(m, D[n], b) as section 2.1.4.1 writes it."""
    if m == len(leaves):
        return [] if whole else [naive_head(leaves)]
    k = largest_power_below(len(leaves))
    if m <= k:
        return [*naive_subproof(m, leaves[:k], whole), naive_head(leaves[k:])]
    return [*naive_subproof(m - k, leaves[k:], False), naive_head(leaves[:k])]


def largest_power_below(n: int) -> int:
    k = 1
    while 2 * k < n:
        k *= 2
    return k


def grown(*batches: int) -> dict[Node, bytes]:
    """Return the stored nodes of a tree that grew by these batches."""
    stored: dict[Node, bytes] = {}
    size = 0
    for batch in batches:
        given_nodes = {node: stored[node] for node in edge(size)}
        made = new_nodes(size, HASHES[size : size + batch], given_nodes)
        assert not set(made) & set(stored)
        stored |= made
        size += batch
    return stored


WHOLE = grown(MOST)


def load(nodes) -> dict[Node, bytes]:
    return {node: WHOLE[node] for node in nodes}


@pytest.mark.parametrize("size", range(1, len(CT_ROOTS) + 1))
def test_2_1_1_the_heads_are_those_of_certificate_transparency(size: int):
    leaves = [leaf_hash(bytes.fromhex(one)) for one in CT_INPUTS[:size]]
    assert root_of((0, size), new_nodes(0, leaves, {})).hex() == CT_ROOTS[size - 1]


@pytest.mark.parametrize("size", range(MOST + 1))
def test_2_1_1_every_head_is_the_naive_one(size: int):
    assert root_of((0, size), WHOLE) == naive_head(LEAVES[:size])


def test_2_1_1_the_head_of_nothing_is_the_hash_of_nothing():
    assert root_of((0, 0), {}) == EMPTY_ROOT == naive_head([])


@given(st.lists(st.integers(0, 12), max_size=8))
def test_a_tree_that_grew_in_any_batches_has_the_same_nodes(batches: list[int]):
    while sum(batches) > MOST:
        batches.pop()
    size = sum(batches)
    stored = grown(*batches)
    assert stored == {
        (level, index): stored_hash
        for (level, index), stored_hash in WHOLE.items()
        if (index + 1) << level <= size
    }
    assert root_of((0, size), stored) == naive_head(LEAVES[:size])


@pytest.mark.parametrize("size", range(1, MOST + 1))
def test_2_1_3_every_inclusion_proof_is_the_naive_one_and_verifies(size: int):
    root = naive_head(LEAVES[:size])
    for position in range(size):
        path = prove(inclusion_ranges(position, size), load)
        assert path == naive_path(position, LEAVES[:size])
        assert verify_inclusion(
            HASHES[position], position=position, size=size, path=path, root=root
        )


@pytest.mark.parametrize("new", range(1, MOST + 1))
def test_2_1_4_every_consistency_proof_is_the_naive_one_and_verifies(new: int):
    for old in range(1, new + 1):
        path = prove(consistency_ranges(old, new), load)
        assert path == naive_subproof(old, LEAVES[:new])
        heads = naive_head(LEAVES[:old]), naive_head(LEAVES[:new])
        assert verify_consistency(*heads, old=old, new=new, path=path)


def test_2_1_4_the_empty_tree_is_the_beginning_of_every_tree():
    for new in range(MOST + 1):
        assert consistency_ranges(0, new) == []
        assert verify_consistency(EMPTY_ROOT, naive_head(LEAVES[:new]), old=0, new=new, path=[])
        assert not verify_consistency(HASHES[0], naive_head(LEAVES[:new]), old=0, new=new, path=[])


def flipped(text: bytes, bit: int) -> bytes:
    return (int.from_bytes(text, "big") ^ (1 << bit % (8 * len(text)))).to_bytes(len(text), "big")


def altered(path: list[bytes], at: int, bit: int) -> list[list[bytes]]:
    """Return a path with something changed, left out, repeated or added."""
    wrong = [[*path, HASHES[0]], [HASHES[0], *path], [*path, *path, HASHES[1]]]
    if path:
        at %= len(path)
        wrong += [
            [*path[:at], flipped(path[at], bit), *path[at + 1 :]],
            [*path[:at], *path[at + 1 :]],
            [*path[: at + 1], *path[at:]],
        ]
    return wrong


sizes = st.integers(1, MOST)


@given(sizes, st.integers(0, MOST - 1), st.integers(0, 99), st.integers(0, 255))
def test_2_1_3_2_an_altered_inclusion_proof_fails(size: int, position: int, at: int, bit: int):
    position %= size
    leaf, root = HASHES[position], naive_head(LEAVES[:size])
    path = naive_path(position, LEAVES[:size])
    good = {"position": position, "size": size, "path": path, "root": root}
    assert verify_inclusion(leaf, **good)
    assert not verify_inclusion(flipped(leaf, bit), **good)
    assert not verify_inclusion(leaf, **good | {"root": flipped(root, bit)})
    for wrong in altered(path, at, bit):
        assert not verify_inclusion(leaf, **good | {"path": wrong})
    for other in set(range(-1, MOST + 1)) - {position}:
        assert not verify_inclusion(leaf, **good | {"position": other})


@given(sizes, sizes, st.integers(0, 99), st.integers(0, 255))
def test_2_1_4_2_an_altered_consistency_proof_fails(one: int, other: int, at: int, bit: int):
    old, new = sorted((one, other))
    heads = naive_head(LEAVES[:old]), naive_head(LEAVES[:new])
    path = naive_subproof(old, LEAVES[:new])
    good = {"old": old, "new": new, "path": path}
    assert verify_consistency(*heads, **good)
    assert not verify_consistency(flipped(heads[0], bit), heads[1], **good)
    assert not verify_consistency(heads[0], flipped(heads[1], bit), **good)
    for wrong in altered(path, at, bit):
        assert not verify_consistency(*heads, **good | {"path": wrong})
    if old != new:
        assert not verify_consistency(heads[1], heads[0], **good)
        assert not verify_consistency(*heads, old=new, new=old, path=path)


def test_2_1_a_node_is_never_taken_for_a_leaf():
    left, right = HASHES[:2]
    assert leaf_hash(left + right) != root_of((0, 2), WHOLE)
