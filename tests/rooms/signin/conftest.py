"""What the tests of a sign-in share: how often Argon2 really worked."""

import argon2
import pytest


@pytest.fixture
def argon2_calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Give the list of the hashes that Argon2 was asked to verify, read off the library itself."""
    calls: list[str] = []
    verify = argon2.PasswordHasher.verify

    def verify_and_note(self: argon2.PasswordHasher, stored: str, password: bytes) -> bool:
        calls.append(stored)
        return verify(self, stored, password)

    monkeypatch.setattr(argon2.PasswordHasher, "verify", verify_and_note)
    return calls
