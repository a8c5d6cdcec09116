"""The feed of receipts: an honest one is read to its end, a lying one is refused for its reason."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from mag_sdk import (
    AnswerRefused,
    ChainBroken,
    FeedInconsistent,
    FeedState,
    HeaderRefused,
    KeyCompromised,
    MagBackEnd,
    MagUnreachable,
    MalformedAssertion,
    NotInLog,
    UnknownKey,
    WrongIssuer,
    WrongSignature,
)
from mag_sdk.back_end import LARGEST_LIST_BYTES
from tests.sdk import forge
from tests.sdk.ledger import Ledger
from tests.sdk.provider import Clock, Provider, Said, said


@pytest.fixture
def ledger(provider: Provider) -> Ledger:
    """Give a log of five receipts of two links."""
    made = Ledger(provider)
    for link in ("lnk_1", "lnk_2", "lnk_1", "lnk_1", "lnk_2"):
        made.append(link)
    return made


@pytest.fixture
def back_end(ledger: Ledger, clock: Clock) -> MagBackEnd:
    return ledger.back_end(clock)


def positions(found: list[Any]) -> list[int]:
    return [one.position for one in found]


def test_an_honest_feed_is_read_in_pages_and_on_from_what_was_stored(
    ledger: Ledger, back_end: MagBackEnd
):
    ledger.page = 2
    found, state = ledger.read(back_end)
    assert positions(found) == [0, 1, 2, 3, 4]
    assert [(one.receipt.link, one.receipt.number) for one in found][2:] == [
        ("lnk_1", 2),
        ("lnk_1", 3),
        ("lnk_2", 2),
    ]
    assert list(back_end.read_feed(state, kept=lambda *_: None)) == []
    ledger.append("lnk_2")
    assert positions(ledger.read(back_end, state)[0]) == [5]


def test_an_empty_log_is_read_and_grows(provider: Provider, clock: Clock):
    ledger = Ledger(provider)
    back_end = ledger.back_end(clock)
    found, state = ledger.read(back_end)
    assert found == []
    ledger.append()
    assert positions(ledger.read(back_end, state)[0]) == [0]


def test_others_receipts_are_passed_over(ledger: Ledger, back_end: MagBackEnd):
    ledger.lies = {"items": [ledger.item(1), ledger.item(4)]}
    page = next(back_end.read_feed(FeedState(), kept=lambda *_: None))
    assert (positions(list(page.receipts)), page.state.after) == ([1, 4], 4)


def test_a_reader_overtaken_by_another_of_the_same_partner_is_not_alarmed(
    ledger: Ledger, back_end: MagBackEnd
):
    ledger.page = 2
    pages = back_end.read_feed(FeedState(), kept=lambda *name: ledger.kept.get(name))
    first = next(pages)
    ledger.keep(first)
    ledger.read(back_end, first.state)
    assert positions(list(next(pages).receipts)) == [2, 3]


def test_a_page_of_hundreds_of_receipts_and_their_proofs_is_taken(provider: Provider, clock: Clock):
    ledger = Ledger(provider)
    for number in range(300):
        ledger.append(f"lnk_{number}", reason="x" * 600)
    found, _ = ledger.read(ledger.back_end(clock))
    assert len(found) == 300


Lie = Callable[[Ledger], dict[str, Any]]


def items(*changed: tuple[int, dict[str, Any]]) -> Lie:
    """Hand over these positions, each with something changed."""
    return lambda ledger: {"items": [ledger.item(at, **changes) for at, changes in changed]}


def other_log(ledger: Ledger) -> dict[str, Any]:
    """Log something else instead of the third receipt, and all that follows anew."""
    ledger.receipts = ledger.receipts[:2]
    for link in ("lnk_2", "lnk_1", "lnk_1"):
        ledger.append(link)
    return {}


def longer_other_log(ledger: Ledger) -> dict[str, Any]:
    other_log(ledger)
    ledger.append("lnk_3")
    return {}


def shorter(ledger: Ledger) -> dict[str, Any]:
    ledger.receipts.pop()
    return {}


def signed_by_another(ledger: Ledger) -> dict[str, Any]:
    ledger.pen = forge.ec_pen("r1")
    return {"items": []}


def checkpoint(**changes: Any) -> Lie:
    return lambda ledger: {"checkpoint": ledger.checkpoint(**changes), "items": []}


def unlogged(ledger: Ledger) -> str:
    text = ledger.append("lnk_9")
    ledger.receipts.pop()
    return text


def appended(*args: Any, **changes: Any) -> Lie:
    def lie(ledger: Ledger) -> dict[str, Any]:
        ledger.append(*args, **changes)
        return {}

    return lie


FIRST_READING: dict[str, tuple[Lie, type[Exception]]] = {
    "a receipt at another's position": (
        items((0, {"position": 1}), (2, {})),
        NotInLog,
    ),
    "a receipt with another's path": (
        lambda ledger: {"items": [ledger.item(0, path=ledger.item(1)["path"])]},
        NotInLog,
    ),
    "a receipt without a path": (items((0, {"path": None})), NotInLog),
    "a path that is longer": (
        lambda ledger: {"items": [ledger.item(0, path=ledger.item(0)["path"] + ["A" * 43])]},
        NotInLog,
    ),
    "a path that is no hash": (items((0, {"path": ["x"]})), AnswerRefused),
    "a receipt that is not logged": (
        lambda ledger: {"items": [ledger.item(0, receipt=unlogged(ledger))]},
        NotInLog,
    ),
    "a position beyond the log": (items((0, {"position": 9})), NotInLog),
    "a position below nought": (items((0, {"position": -1})), NotInLog),
    "a position that is true": (items((0, {"position": True})), FeedInconsistent),
    "no position": (items((0, {"position": None})), FeedInconsistent),
    "no receipt": (items((0, {"receipt": None})), MalformedAssertion),
    "a receipt twice": (items((0, {}), (0, {})), FeedInconsistent),
    "receipts out of their order": (items((1, {}), (0, {})), FeedInconsistent),
    "a chain that begins at its second": (items((2, {})), ChainBroken),
    "a chain with a receipt left out": (items((0, {}), (3, {})), ChainBroken),
    "a number that comes twice": (appended("lnk_1", number=2), ChainBroken),
    "a number too many": (appended("lnk_1", number=7), ChainBroken),
    "a receipt that follows another": (appended("lnk_1", previous="x" * 43), ChainBroken),
    "a second that follows nothing": (appended("lnk_2", previous=None), ChainBroken),
    "a first that follows something": (appended("lnk_9", previous="x" * 43), ChainBroken),
    "another issuer's receipt": (appended("lnk_9", iss="https://evil.example"), WrongIssuer),
    "a checkpoint logged as a receipt": (
        lambda ledger: {"items": [ledger.item(0, receipt=ledger.checkpoint()["checkpoint"])]},
        HeaderRefused,
    ),
    "a checkpoint signed by another": (signed_by_another, WrongSignature),
    "a receipt for a checkpoint": (
        lambda ledger: {"checkpoint": {"checkpoint": ledger.receipts[0]}},
        HeaderRefused,
    ),
    "another issuer's checkpoint": (checkpoint(iss="https://evil.example"), WrongIssuer),
    "a checkpoint of less than nothing": (checkpoint(size=-1), MalformedAssertion),
    "a checkpoint whose root is no hash": (checkpoint(root="x"), MalformedAssertion),
    "no checkpoint": (lambda _: {"checkpoint": None}, AnswerRefused),
    "a checkpoint that is a number": (lambda _: {"checkpoint": {"checkpoint": 7}}, AnswerRefused),
    "items that are no list": (lambda _: {"items": {}}, AnswerRefused),
    "an item that is a text": (lambda _: {"items": ["x"]}, AnswerRefused),
    "no cursor": (lambda _: {"next": None}, AnswerRefused),
    "a cursor that is true": (lambda _: {"next": True}, AnswerRefused),
    "a cursor before what was handed over": (lambda _: {"next": 3}, FeedInconsistent),
    "a cursor beyond the log": (lambda _: {"next": 5}, FeedInconsistent),
}
SECOND_READING: dict[str, tuple[Lie, type[Exception]]] = {
    "a log that is shorter": (shorter, FeedInconsistent),
    "another log of one size": (other_log, FeedInconsistent),
    "another log that grew": (longer_other_log, FeedInconsistent),
    "what was handed over already": (items((4, {})), FeedInconsistent),
    "a cursor that goes back": (
        lambda ledger: {"items": [], "next": len(ledger.receipts) - 3},
        FeedInconsistent,
    ),
    "a chain that leaves out what came since": (
        lambda ledger: (
            (ledger.append("lnk_1"), ledger.append("lnk_1")) and {"items": [ledger.item(6)]}
        ),
        ChainBroken,
    ),
    "a number that is kept already": (appended("lnk_2", number=2), ChainBroken),
    "a chain that begins again": (appended("lnk_2", number=1, previous=None), ChainBroken),
}


@pytest.mark.parametrize("name", FIRST_READING)
def test_a_page_that_lies_is_refused_for_its_own_reason_and_nothing_of_it_is_given(
    ledger: Ledger, back_end: MagBackEnd, name: str
):
    lie, reason = FIRST_READING[name]
    ledger.lies = lie(ledger)
    with pytest.raises(reason):
        ledger.read(back_end)
    assert ledger.kept == {}


@pytest.mark.parametrize("name", SECOND_READING)
def test_a_log_that_is_not_what_it_was_is_refused_for_its_own_reason(
    ledger: Ledger, back_end: MagBackEnd, name: str
):
    lie, reason = SECOND_READING[name]
    _, state = ledger.read(back_end)
    kept = dict(ledger.kept)
    ledger.lies = lie(ledger)
    with pytest.raises(reason):
        ledger.read(back_end, state)
    assert ledger.kept == kept


def test_a_proof_of_growth_that_is_another_is_refused(
    ledger: Ledger, back_end: MagBackEnd, provider: Provider
):
    _, state = ledger.read(back_end)
    ledger.append("lnk_3")
    for path in ([], ["A" * 43], ["A" * 43] * 3):
        provider.spoil("/receipts/proof/consistency", said({"path": path}))
        with pytest.raises(FeedInconsistent):
            ledger.read(back_end, state)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Said(b"[]"), AnswerRefused),
        (Said(b"<html>"), AnswerRefused),
        (Said(b" " * (LARGEST_LIST_BYTES + 1)), AnswerRefused),
        (said({}, 503), MagUnreachable),
        (said({}, 429), MagUnreachable),
        (said({}, 302), AnswerRefused),
    ],
    ids=["a list", "a page", "too large", "away", "too many", "a redirect"],
)
def test_an_answer_that_mag_never_gives_is_refused(
    ledger: Ledger, back_end: MagBackEnd, provider: Provider, answer: Said, reason: type[Exception]
):
    provider.spoil("/api/v1/receipts", answer)
    with pytest.raises(reason):
        ledger.read(back_end)


def test_a_key_that_took_over_is_asked_for_once_a_minute_at_most(
    ledger: Ledger, back_end: MagBackEnd, provider: Provider, clock: Clock
):
    _, state = ledger.read(back_end)
    ledger.pen = forge.ec_pen("r2")
    ledger.append("lnk_1")
    for _ in range(3):
        with pytest.raises(UnknownKey):
            ledger.read(back_end, state)
    assert provider.count("/receipts/keys") == 1
    ledger.publish(ledger.pen)
    clock.advance(minutes=1)
    assert positions(ledger.read(back_end, state)[0]) == [5]
    assert provider.count("/receipts/keys") == 2


def test_after_a_key_is_lost_the_feed_goes_on_under_a_sound_one(
    ledger: Ledger, back_end: MagBackEnd, clock: Clock
):
    _, state = ledger.read(back_end)
    clock.advance(hours=1)
    ledger.append("lnk_1")
    lost_at = int((clock() - timedelta(minutes=30)).timestamp())
    ledger.keys[0]["compromised_at"] = lost_at
    clock.advance(minutes=11)
    # The head is still the lost key's: nothing of it is believed.
    with pytest.raises(KeyCompromised):
        ledger.read(back_end, state)
    ledger.receipts.pop()
    ledger.pen = forge.ec_pen("r2")
    ledger.publish(ledger.pen)
    ledger.append("lnk_1")
    clock.advance(minutes=11)
    assert positions(ledger.read(back_end, state)[0]) == [5]
    # And what the lost key had signed before is still handed over, to who begins only now.
    ledger.kept = {}
    assert positions(ledger.read(ledger.back_end(clock))[0]) == [0, 1, 2, 3, 4, 5]
