"""What an error is made of: one stable code, what a person reads, what a developer reads."""

from dataclasses import dataclass


def N_(sentence: str) -> str:  # noqa: N802 - gettext's own name, which extraction looks for
    """Mark a sentence for the catalogue, unchanged."""
    return sentence


class MagServerError(Exception):
    """The base of every error that only a bug or an attacker can cause."""


@dataclass(frozen=True)
class ErrorEntry:
    """What is said of one error, everywhere it shows."""

    code: str
    error: str
    status: int
    message: str
    cause: str
    remedy: str
