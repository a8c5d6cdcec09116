"""Accounts and their throttling, on a clock that only moves when told."""

import pytest

from partner_portal.accounts import Account, Accounts
from partner_portal.credentials import TooManyAttempts, WrongCredentials, wait_after
from partner_portal.database import Database

POLLY = Account(identifiant="polly", prenom="POLLY", nom="SAWYER", siret="97050551700072")


class Clock:
    seconds = 1_000_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def accounts(tmp_path, clock) -> Accounts:
    found = Accounts(Database(tmp_path / "portal.db"), seconds_now=clock)
    assert found.add(POLLY, password="Mississippi1835")
    return found


def test_the_wait_doubles_and_never_passes_a_minute():
    assert [wait_after(n) for n in range(4, 14)] == [0, 1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_a_wait_ends_and_success_forgets_the_failures(accounts, clock):
    for _ in range(5):
        assert accounts.sign_in("polly", password="no") == WrongCredentials()
    assert accounts.sign_in("polly", password="Mississippi1835") == TooManyAttempts(2)
    clock.seconds += 2
    assert accounts.sign_in("polly", password="Mississippi1835") == POLLY
    assert accounts.sign_in("polly", password="no") == WrongCredentials()
    assert accounts.sign_in("polly", password="Mississippi1835") == POLLY


def test_a_refused_attempt_does_not_lengthen_the_wait(accounts, clock):
    for _ in range(5):
        accounts.sign_in("polly", password="no")
    for _ in range(50):
        accounts.sign_in("polly", password="no")
    clock.seconds += 2
    assert accounts.sign_in("polly", password="Mississippi1835") == POLLY


def test_an_identifier_is_taken_once_whatever_its_case(accounts):
    twin = Account(identifiant=" POLLY", prenom="P", nom="S", siret="97050551700072")
    assert not accounts.add(twin, password="another one 12")
    assert accounts.sign_in("polly", password="Mississippi1835") == POLLY


@pytest.mark.usefixtures("accounts")
def test_the_password_is_nowhere_in_the_file(tmp_path):
    kept = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"polly" in kept
    assert b"Mississippi1835" not in kept


def test_failures_survive_a_restart(accounts, tmp_path, clock):
    for _ in range(5):
        accounts.sign_in("polly", password="no")
    reborn = Accounts(Database(tmp_path / "portal.db"), seconds_now=clock)
    assert isinstance(reborn.sign_in("polly", password="no"), TooManyAttempts)
