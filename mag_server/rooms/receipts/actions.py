from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from mag_server.base.db import Connection
from mag_server.base.merkle import Node, edge, leaf_hash, new_nodes, root_of
from mag_server.base.secrets import new_identifier
from mag_server.base.work import Work
from mag_server.rooms.audit.actions import record_act
from mag_server.rooms.keys.actions import read_with_receipt_key, sign_with_receipt_key
from mag_server.rooms.receipts import store
from mag_server.rooms.receipts.model import (
    RECEIPT_TYPE,
    ChainEnd,
    Damage,
    Disclosure,
    Fact,
    Feed,
    FeedRefusal,
    LoggedRow,
    Receipt,
    Stage,
    chained,
    claims_of,
    commitment,
    disclosed,
    faults_of_row,
    personal_values,
    shown_to_partner,
)
from mag_server.rooms.tree.actions import (
    count_stray_nodes,
    current_checkpoint,
    extend_tree,
    list_checkpoints,
    prove_inclusions,
    take_turn,
    wrong_nodes,
)
from mag_server.rooms.tree.model import CHECKPOINT_TYPE, Checkpoint, encoded

MOST_AT_ONCE = 10_000
LOG_PAGE = 1000


def append_receipt(work: Work, *, connection: Connection, fact: Fact) -> Receipt | None:
    """Sign one receipt in the caller's durable block; None if its word `once` is spent."""
    (receipt,) = append_receipts(work, connection=connection, facts=[fact])
    return receipt


def append_receipts(
    work: Work, *, connection: Connection, facts: Sequence[Fact]
) -> list[Receipt | None]:
    """Sign receipts in the caller's durable block, in order; None where `once` was spent.

    Each link's chain is held until the block ends. A receipt has no position yet: who waits in
    another transaction can neither take its place nor be skipped for it.
    """
    named = [(fact, new_identifier()) for fact in facts]
    words = [(fact.link_id, fact.once, jti) for fact, jti in named if fact.once is not None]
    got = store.spend_words(connection, work.database, words=words)
    kept = [(fact, jti) for fact, jti in named if fact.once is None or jti in got]
    if not kept:
        return [None] * len(facts)
    counts = Counter(fact.link_id for fact, _ in kept)
    heads = store.take_heads(connection, work.database, counts=counts)
    made: dict[str, Receipt] = {}
    disclosures: list[Disclosure] = []
    for fact, jti in kept:
        hidden = _hide(fact, receipt_id=jti)
        receipt = _sign(work, fact, head=heads[fact.link_id], receipt_id=jti, hidden=hidden)
        heads[fact.link_id] = store.Head(receipt.number, chained(receipt.jws))
        made[jti] = receipt
        disclosures += hidden
    store.save_heads(connection, hashes={link_id: head.hash for link_id, head in heads.items()})
    store.add_receipts(connection, list(made.values()), disclosures)
    return [made.get(jti) for _, jti in named]


def _hide(fact: Fact, *, receipt_id: str) -> list[Disclosure]:
    values = personal_values(fact)
    about = fact.subject or ""
    return [
        Disclosure(
            receipt_id, name, about, disclosed(salt=new_identifier(), name=name, value=value)
        )
        for name, value in values.items()
    ]


def _sign(
    work: Work, fact: Fact, *, head: store.Head, receipt_id: str, hidden: Sequence[Disclosure]
) -> Receipt:
    number = head.number + 1
    claims = claims_of(
        fact,
        issuer=work.settings.issuer,
        receipt_id=receipt_id,
        number=number,
        previous=head.hash or None,
        commitments=[commitment(one.text) for one in hidden],
        now=work.now,
    )
    return Receipt(
        receipt_id=receipt_id,
        link_id=fact.link_id,
        client_id=fact.client_id,
        number=number,
        stage=fact.stage,
        observed=fact.observed,
        issued_at=work.now,
        jws=sign_with_receipt_key(work, claims=claims, typ=RECEIPT_TYPE),
        disclosures=tuple(one.text for one in hidden),
    )


def sequence_receipts(work: Work, *, most: int = MOST_AT_ONCE) -> int:
    """Give committed receipts their positions, extend the tree, sign a checkpoint; return how many.

    One at a time: who comes meanwhile waits for its turn, and takes what is left.
    """
    with work.read() as connection:
        if not store.is_any_waiting(connection):
            return 0
    with work.writing_durably() as connection:
        size = take_turn(work, connection=connection)
        leaves = store.give_positions(connection, first=size, most=most)
        if leaves:
            extend_tree(
                work,
                connection=connection,
                size=size,
                leaves=[leaf.encode("ascii") for leaf in leaves],
            )
    return len(leaves)


def read_link(work: Work, *, client_id: str, link_id: str) -> Feed:
    """Return a partner's receipts of one link, by number; what waits is sequenced first.

    There are none of a link of somebody else's.
    """
    checkpoint = _sequenced(work)
    with work.read() as connection:
        found = store.load_of_link(connection, client_id=client_id, link_id=link_id)
    # What was appended since has no place under this checkpoint: it is told the next time.
    covered = [one for one in found if one.position is not None and one.position < checkpoint.size]
    return _feed(work, covered, checkpoint=checkpoint, following=None)


def list_link(work: Work, *, link_id: str) -> list[Receipt]:
    """Return the receipts of any link, by number: for whoever runs MAG."""
    with work.read() as connection:
        return store.load_of_link(connection, client_id=None, link_id=link_id)


def receipts_of_person(
    work: Work, *, sub: str, addressed: Sequence[str], after: int = 0, most: int = 100
) -> list[Receipt]:
    """Return a person's own receipts, newest first, leaving out the first `after`.

    They are those that name them; those of a link opened by a sign-in of theirs (AR-1), which name
    nobody; and of the links `addressed` to them, what `OF_ADDRESSEE` lists.
    """
    with work.read() as connection:
        own = store.load_own_ids(connection, sub=sub, link_ids=addressed)
        return store.load_receipts(connection, receipt_ids=own[after : after + most])


def receipt_of_person(
    work: Work, *, sub: str, addressed: Sequence[str], receipt_id: str
) -> Receipt | None:
    """Return one receipt, if it is one of `receipts_of_person`."""
    with work.read() as connection:
        if receipt_id not in store.load_own_ids(connection, sub=sub, link_ids=addressed):
            return None
        (receipt,) = store.load_receipts(connection, receipt_ids=[receipt_id])
    return receipt


def links_with_stage(*, connection: Connection, link_ids: Sequence[str], stage: Stage) -> set[str]:
    """Return which of these links have a receipt of a stage, as the caller's block sees it."""
    return store.links_with_stage(connection, link_ids=link_ids, stage=stage)


def read_feed(
    work: Work, *, client_id: str, after_position: int | None, most: int
) -> Feed | FeedRefusal:
    """Return a partner's next receipts by position; what waits is sequenced first."""
    checkpoint = _sequenced(work)
    after = -1 if after_position is None else after_position
    # Of an empty log too: whoever holds a cursor got it from a log that held something.
    if after >= checkpoint.size:
        return FeedRefusal.BEYOND
    with work.read() as connection:
        found = store.load_feed(
            connection, client_id=client_id, after_position=after, size=checkpoint.size, most=most
        )
    # Where this was all, the cursor passes over what belongs to others.
    last = found[-1].position if len(found) == most else checkpoint.size - 1
    following = None if checkpoint.size == 0 else last
    return _feed(work, found, checkpoint=checkpoint, following=following)


def _sequenced(work: Work) -> Checkpoint:
    sequence_receipts(work)
    return current_checkpoint(work)


def _feed(
    work: Work, found: Sequence[Receipt], *, checkpoint: Checkpoint, following: int | None
) -> Feed:
    positions = [one.position or 0 for one in found]
    proofs = prove_inclusions(work, positions=positions, size=checkpoint.size)
    return Feed(
        tuple(_for_partner(one) for one in found),
        tuple(proof.path for proof in proofs),
        following,
        checkpoint,
    )


def read_log(work: Work) -> Iterator[Receipt]:
    """Yield every sequenced receipt there is, by position: for whoever runs MAG."""
    after = -1
    while True:
        with work.read() as connection:
            page = store.load_log(connection, after_position=after, most=LOG_PAGE)
        if not page:
            return
        yield from page
        after = page[-1].position or 0


def verify_log(work: Work) -> Iterator[Damage | int]:
    """Verify everything that was ever signed: receipts, chains, nodes of the tree, checkpoints.

    Yields what does not verify; after each full page, and at the end, how many receipts with a
    position were looked at. Nothing stored is believed, and only a page of it is held at once. That
    some disclosures were erased is no damage.
    """
    size, edges = 0, dict[Node, bytes]()
    checkpoints = list_checkpoints(work)
    due = next(checkpoints, None)
    while rows := _logged(work, after=size - 1):
        missing = next((n for n, row in enumerate(rows, start=size) if row.position != n), None)
        if missing is not None:
            yield Damage(missing, "no receipt has this position")
            return
        yield from (Damage(row.position, what) for row in rows for what in _faults(work, row))
        made = new_nodes(size, [leaf_hash(row.jws.encode()) for row in rows], edges)
        for level, index in wrong_nodes(work, nodes=made):
            yield Damage(index << level, f"the stored node over {1 << level} from here is another")
        size, nodes = size + len(rows), edges | made
        while due is not None and due.size <= size:
            faults = _checkpoint_faults(work, due, root=root_of((0, due.size), nodes))
            yield from (Damage(due.size, what) for what in faults)
            due = next(checkpoints, None)
        edges = {node: nodes[node] for node in edge(size)}
        if len(rows) == LOG_PAGE:
            yield size
    if due is not None:
        yield Damage(size, f"a checkpoint covers {due.size} receipts, and there are fewer")
    yield from _loose_ends(work)
    yield size


def _logged(work: Work, *, after: int) -> list[LoggedRow]:
    with work.read() as connection:
        return store.load_rows(connection, after_position=after, most=LOG_PAGE)


def _faults(work: Work, row: LoggedRow) -> list[str]:
    claims = read_with_receipt_key(work, token=row.jws, typ=RECEIPT_TYPE)
    if claims is None:
        return ["the signature is not one of a receipt key"]
    return faults_of_row(row, claims)


def _checkpoint_faults(work: Work, checkpoint: Checkpoint, *, root: bytes) -> Iterator[str]:
    claims = read_with_receipt_key(work, token=checkpoint.jws, typ=CHECKPOINT_TYPE)
    if claims is None:
        yield "the checkpoint's signature is not one of a receipt key"
    elif (claims.get("size"), claims.get("root"), checkpoint.root) != (
        checkpoint.size,
        encoded(root),
        root,
    ):
        yield "the checkpoint is of another tree"


def _loose_ends(work: Work) -> Iterator[Damage]:
    """Verify what no checkpoint covers: receipts that wait, heads of chains, nodes too many."""
    after = 0
    while rows := _waiting(work, after=after):
        for row in rows:
            who = f"receipt {row.receipt_id} of {row.link_id}, which waits for its position"
            yield from (Damage(None, f"{who}: {what}") for what in _faults(work, row))
        after = rows[-1].arrival
    link = ""
    while ends := _ends(work, after=link):
        loose = [end.link_id for end in ends if not end.holds]
        yield from (
            Damage(None, f"the chain of {one} does not end as its head says") for one in loose
        )
        link = ends[-1].link_id
    with work.read() as connection:
        headless = store.load_headless(connection, most=LOG_PAGE)
    yield from (Damage(None, f"the chain of {one} has no head") for one in headless)
    if stray := count_stray_nodes(work):
        yield Damage(None, f"{stray} stored nodes lie beyond the last checkpoint")


def _waiting(work: Work, *, after: int) -> list[LoggedRow]:
    with work.read() as connection:
        return store.load_waiting_rows(connection, after_arrival=after, most=LOG_PAGE)


def _ends(work: Work, *, after: str) -> list[ChainEnd]:
    with work.read() as connection:
        return store.load_ends(connection, after_link=after, most=LOG_PAGE)


def count_waiting(work: Work) -> int:
    """Return how many receipts have no position yet."""
    with work.read() as connection:
        return store.count_waiting(connection)


def spent_words(work: Work, *, beginning: str) -> list[tuple[str, str]]:
    """Return the words `once` that begin so, each with its link: (link_id, word)."""
    with work.read() as connection:
        return store.load_words(connection, beginning=beginning)


def forget_words(*, connection: Connection, words: Sequence[tuple[str, str]]) -> int:
    """Forget words, each (link_id, word), in the caller's block; the receipts stay."""
    return store.forget_words(connection, words=words)


def forget_old_words(
    *, connection: Connection, beginnings: Sequence[str], issued_before: datetime
) -> int:
    """Forget the words that begin so once their receipt is that old, in the caller's block."""
    return store.forget_words_before(connection, beginnings=beginnings, issued_before=issued_before)


def erase_disclosures(work: Work, *, connection: Connection, sub: str, by: str) -> int:
    """Erase what the receipts disclose of a person, in the caller's durable block.

    Their words `once` go too: the fingerprint in them could be found again from the sub. No signed
    byte changes: the chains, the tree and every proof verify as before.

    Returns:
        How many receipts named them.
    """
    erased = store.erase_disclosures(connection, sub=sub)
    if erased:
        record_act(work, connection=connection, act="receipts erased", by=by, about=sub)
    return erased


def _for_partner(receipt: Receipt) -> Receipt:
    return receipt if shown_to_partner(receipt.stage) else replace(receipt, disclosures=())
