"""Argon2id with a bounded queue: what a stranger may ask of it, and what it gives back."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from itertools import islice

import argon2
import pytest
from argon2.exceptions import VerificationError

from mag_server.base.hashing import LANES, MEMORY_KIB, NOBODY, PASSES, Hasher, HashingBusy

PASSWORD = "Mississippi1876"


@pytest.fixture(scope="module")
def stored() -> str:
    """Give one real hash, made once for all tests here."""
    return Hasher().hash(PASSWORD)


class Gate:
    """Holds every verification inside Argon2 until it is opened."""

    def __init__(self) -> None:
        self.entered = threading.Semaphore(0)
        self.opened = threading.Event()


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    """Make Argon2's own verification wait at a gate, so that a queue can be filled for sure."""
    held, verify = Gate(), argon2.PasswordHasher.verify

    def verify_behind_the_gate(self, stored: str, password: bytes) -> bool:
        held.entered.release()
        assert held.opened.wait(timeout=60)
        return verify(self, stored, password)

    monkeypatch.setattr(argon2.PasswordHasher, "verify", verify_behind_the_gate)
    yield held
    held.opened.set()


def verify_in_threads(
    pool: ThreadPoolExecutor, hasher: Hasher, stored: str, addresses: list[str]
) -> list["Future[bool | HashingBusy]"]:
    return [pool.submit(hasher.verify, stored, PASSWORD, address=one) for one in addresses]


def turned_away(
    taken: "list[Future[bool | HashingBusy]]", *, held: int
) -> list[bool | HashingBusy]:
    """Return the answers of those who hold no place: all but `held`, while the gate is shut."""
    answered = islice(as_completed(taken, timeout=60), len(taken) - held)
    return [one.result() for one in answered]


def wait_until_inside(gate: Gate, times: int) -> None:
    for _ in range(times):
        assert gate.entered.acquire(timeout=60)


def test_a_right_password_is_right_and_a_wrong_one_is_wrong(stored: str):
    hasher = Hasher()
    assert hasher.verify(stored, PASSWORD, address="a") is True
    assert hasher.verify(stored, PASSWORD + " ", address="a") is False


def test_two_hashes_of_one_password_differ(stored: str):
    assert Hasher().hash(PASSWORD) != stored


def test_a_hash_has_the_cost_of_rfc_9106_as_owasp_asks(stored: str):
    parameters = argon2.extract_parameters(stored)
    assert parameters.type is argon2.Type.ID
    assert (parameters.memory_cost, parameters.time_cost, parameters.parallelism) == (19_456, 2, 1)
    assert (MEMORY_KIB, PASSES, LANES) == (19_456, 2, 1)


def test_the_hash_of_nobody_costs_exactly_what_everybodys_does(stored: str):
    assert argon2.extract_parameters(NOBODY) == argon2.extract_parameters(stored)


def test_nobody_is_verified_by_one_whole_verification_that_says_no(
    monkeypatch: pytest.MonkeyPatch,
):
    asked: list[str] = []
    verify = argon2.PasswordHasher.verify

    def note(self, stored: str, password: bytes) -> bool:
        asked.append(stored)
        return verify(self, stored, password)

    monkeypatch.setattr(argon2.PasswordHasher, "verify", note)
    assert Hasher().verify(None, PASSWORD, address="a") is False
    assert asked == [NOBODY]


def test_even_a_password_that_gave_nobodys_hash_opens_nothing(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(argon2.PasswordHasher, "verify", lambda *_: True)
    assert Hasher().verify(None, "whatever it was", address="a") is False


def test_a_password_may_be_any_text_even_half_a_character():
    hasher = Hasher()
    assert hasher.verify(hasher.hash("\ud800é"), "\ud800é", address="a") is True


def test_a_stored_text_that_is_no_hash_is_never_right():
    assert Hasher().verify("not a hash", PASSWORD, address="a") is False


def test_one_address_has_its_share_and_no_more(gate: Gate, stored: str):
    hasher = Hasher(at_once=3, queue_length=10, share_per_address=2)
    with ThreadPoolExecutor(max_workers=8) as pool:
        taken = verify_in_threads(pool, hasher, stored, ["a", "a"])
        wait_until_inside(gate, 2)
        assert hasher.verify(stored, PASSWORD, address="a") == HashingBusy(retry_after_seconds=2)
        other = verify_in_threads(pool, hasher, stored, ["b"])
        wait_until_inside(gate, 1)
        gate.opened.set()
        assert [one.result(timeout=60) for one in taken + other] == [True, True, True]


def test_a_full_queue_turns_everybody_away_at_once(gate: Gate, stored: str):
    hasher = Hasher(at_once=3, queue_length=3, share_per_address=2)
    with ThreadPoolExecutor(max_workers=8) as pool:
        taken = verify_in_threads(pool, hasher, stored, ["a", "b", "c"])
        wait_until_inside(gate, 3)
        assert isinstance(hasher.verify(stored, PASSWORD, address="d"), HashingBusy)
        gate.opened.set()
        assert all(one.result(timeout=60) is True for one in taken)
    assert hasher.verify(stored, PASSWORD, address="d") is True


def test_only_so_many_are_hashed_at_once_and_the_others_wait(gate: Gate, stored: str):
    hasher = Hasher(at_once=1, queue_length=8, share_per_address=8)
    with ThreadPoolExecutor(max_workers=4) as pool:
        taken = verify_in_threads(pool, hasher, stored, ["a"] * 4)
        wait_until_inside(gate, 1)
        assert not gate.entered.acquire(blocking=False)
        gate.opened.set()
        assert [one.result(timeout=60) for one in taken] == [True] * 4


@pytest.mark.parametrize("stored_hash", ["right", "wrong", "nobody"])
def test_a_place_is_given_back_however_it_ends(stored: str, stored_hash: str):
    hasher = Hasher(queue_length=1, share_per_address=1)
    for _ in range(3):
        answer = hasher.verify(
            None if stored_hash == "nobody" else stored,
            "Wrong-guess-99" if stored_hash == "wrong" else PASSWORD,
            address="a",
        )
        assert answer is (stored_hash == "right")


def test_a_place_is_given_back_when_argon2_fails(monkeypatch: pytest.MonkeyPatch, stored: str):
    hasher = Hasher(at_once=1, queue_length=1, share_per_address=1)

    def fail(*_: object) -> bool:
        raise MemoryError

    with monkeypatch.context() as patched:
        patched.setattr(argon2.PasswordHasher, "verify", fail)
        for _ in range(3):
            with pytest.raises(MemoryError):
                hasher.verify(stored, PASSWORD, address="a")
    assert hasher.verify(stored, PASSWORD, address="a") is True


def test_no_memory_left_is_not_said_to_be_a_wrong_password(
    monkeypatch: pytest.MonkeyPatch, stored: str
):
    def fail(*_: object) -> bool:
        raise VerificationError("Memory allocation error")

    monkeypatch.setattr(argon2.PasswordHasher, "verify", fail)
    with pytest.raises(VerificationError):
        Hasher().verify(stored, PASSWORD, address="a")


@pytest.mark.parametrize(("threads", "one_address"), [(16, 8), (8, 4), (2, 2), (1, 1)])
def test_one_address_holds_half_of_a_server_s_threads_at_most(
    gate: Gate, stored: str, threads: int, one_address: int
):
    hasher = Hasher.serving(threads=threads)
    with ThreadPoolExecutor(max_workers=threads) as pool:
        taken = verify_in_threads(pool, hasher, stored, ["a"] * threads)
        refused = turned_away(taken, held=one_address)
        assert all(isinstance(one, HashingBusy) for one in refused)
        gate.opened.set()
        assert sum(one.result(timeout=60) is True for one in taken) == one_address


@pytest.mark.parametrize(("threads", "hashing"), [(16, 12), (4, 3), (1, 1)])
def test_hashing_leaves_a_quarter_of_a_server_s_threads_alone(
    gate: Gate, stored: str, threads: int, hashing: int
):
    hasher = Hasher.serving(threads=threads)
    with ThreadPoolExecutor(max_workers=threads) as pool:
        addresses = [str(number) for number in range(threads)]
        taken = verify_in_threads(pool, hasher, stored, addresses)
        refused = turned_away(taken, held=hashing)
        assert all(isinstance(one, HashingBusy) for one in refused)
        gate.opened.set()
        assert sum(one.result(timeout=60) is True for one in taken) == hashing


def test_addresses_that_are_gone_leave_nothing_behind(stored: str):
    hasher = Hasher(queue_length=1)
    for number in range(3):
        hasher.verify(stored, PASSWORD, address=f"192.0.2.{number}")
    assert not hasher._per_address


def test_whoever_asks_the_same_few_threads_hash(stored: str, monkeypatch: pytest.MonkeyPatch):
    # Each thread that ever hashed keeps 19 MiB, and finds none of it in the processor's cache.
    hashed_in, verify = set(), argon2.PasswordHasher.verify

    def note(self, stored: str, password: bytes) -> bool:
        hashed_in.add(threading.get_ident())
        return verify(self, stored, password)

    monkeypatch.setattr(argon2.PasswordHasher, "verify", note)
    hasher = Hasher(at_once=2)
    with ThreadPoolExecutor(max_workers=8) as pool:
        asked = verify_in_threads(pool, hasher, stored, [str(number) for number in range(16)])
        assert all(one.result(timeout=60) is True for one in asked)
    assert 1 <= len(hashed_in) <= 2
    assert threading.get_ident() not in hashed_in


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="cores are chosen on Linux only")
def test_as_many_are_hashed_at_once_as_there_are_cores_to_use():
    # A container is often given fewer cores than the machine has.
    program = (
        "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))});"
        "from mag_server.base.hashing import Hasher; print(Hasher()._threads._max_workers)"
    )
    command = [sys.executable, "-c", program]
    told = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - our own text
    assert told.stdout == "1\n"
