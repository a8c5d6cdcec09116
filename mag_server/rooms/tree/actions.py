from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from mag_server.base.db import Connection
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
)
from mag_server.base.work import Work
from mag_server.rooms.keys.actions import is_signed_by_a_lost_key, sign_with_receipt_key
from mag_server.rooms.tree import store
from mag_server.rooms.tree.model import (
    CHECKPOINT_TYPE,
    Checkpoint,
    ConsistencyProof,
    InclusionProof,
    checkpoint_claims,
)

CHECKPOINTS_A_PAGE = 1000


def take_turn(work: Work, *, connection: Connection) -> int:
    """Become the one writer until the block ends; return how many leaves there are."""
    store.take_turn(connection, work.database)
    latest = store.load_latest(connection)
    return latest.size if latest else 0


def extend_tree(
    work: Work, *, connection: Connection, size: int, leaves: Sequence[bytes]
) -> Checkpoint:
    """Put leaves after the first `size`, as `take_turn` said, and sign the new head."""
    stored = store.load_nodes(connection, edge(size))
    made = new_nodes(size, [leaf_hash(leaf) for leaf in leaves], stored)
    store.add_nodes(connection, made)
    size += len(leaves)
    root = root_of((0, size), stored | made)
    checkpoint = _signed(work, size=size, root=root)
    store.add_checkpoint(connection, checkpoint)
    return checkpoint


def current_checkpoint(work: Work) -> Checkpoint:
    """Return the latest checkpoint; of an empty tree, one that is signed on the spot.

    So is one whose key was lost since: what is stored stays as it was signed.
    """
    with work.read() as connection:
        latest = store.load_latest(connection)
    if latest is None:
        return _signed(work, size=0, root=EMPTY_ROOT)
    # A lost key's signature proves nothing any more: the same head, signed by a sound one.
    if is_signed_by_a_lost_key(work, token=latest.jws):
        return _signed(work, size=latest.size, root=latest.root)
    return latest


def list_checkpoints(work: Work) -> Iterator[Checkpoint]:
    """Yield every checkpoint that was signed, by size."""
    after = -1
    while page := page_of_checkpoints(work, after_size=after):
        yield from page
        after = page[-1].size


def page_of_checkpoints(work: Work, *, after_size: int) -> list[Checkpoint]:
    """Return up to 1,000 checkpoints by size, after one."""
    with work.read() as connection:
        return store.load_checkpoints(connection, after_size=after_size, most=CHECKPOINTS_A_PAGE)


def prove_inclusion(work: Work, *, position: int, size: int) -> InclusionProof | None:
    """Prove that a leaf stands in the tree of a size; None where the tree is not that large."""
    with work.read() as connection:
        if not 0 <= position < size <= _size(connection):
            return None
    (proof,) = prove_inclusions(work, positions=[position], size=size)
    return proof


def prove_inclusions(work: Work, *, positions: Sequence[int], size: int) -> list[InclusionProof]:
    """Prove that each of some leaves stands in the tree of a size that there is.

    Every stored node is asked for once, however many of the proofs share it.
    """
    if not positions:
        return []
    ranges = [[(one, one + 1), *inclusion_ranges(one, size), (0, size)] for one in positions]
    with work.read() as connection:
        heads = iter(
            prove(
                [leaves for path in ranges for leaves in path],
                lambda nodes: store.load_nodes(connection, nodes),
            )
        )
    proofs = []
    for position, asked in zip(positions, ranges, strict=True):
        leaf, *path, root = islice(heads, len(asked))
        proofs.append(InclusionProof(position, size, leaf, tuple(path), root))
    return proofs


def prove_consistency(work: Work, *, old: int, new: int) -> ConsistencyProof | None:
    """Prove that the tree of a size only grew; None where the tree is not that large."""
    with work.read() as connection:
        if not 0 <= old <= new <= _size(connection):
            return None
        path = prove(
            consistency_ranges(old, new), lambda nodes: store.load_nodes(connection, nodes)
        )
    return ConsistencyProof(old, new, tuple(path))


def wrong_nodes(work: Work, *, nodes: Mapping[Node, bytes]) -> list[Node]:
    """Return which of these nodes are stored otherwise than they should be, or not at all."""
    with work.read() as connection:
        stored = store.load_nodes(connection, nodes)
    return sorted(node for node, known in nodes.items() if stored.get(node) != known)


def count_stray_nodes(work: Work) -> int:
    """Return how many stored nodes are over leaves that no checkpoint covers."""
    with work.read() as connection:
        return store.count_stray_nodes(connection)


def _size(connection: Connection) -> int:
    latest = store.load_latest(connection)
    return latest.size if latest else 0


def _signed(work: Work, *, size: int, root: bytes) -> Checkpoint:
    claims = checkpoint_claims(issuer=work.settings.issuer, size=size, root=root, now=work.now)
    jws = sign_with_receipt_key(work, claims=claims, typ=CHECKPOINT_TYPE)
    return Checkpoint(size=size, root=root, signed_at=work.now, jws=jws)
