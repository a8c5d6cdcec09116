from dataclasses import dataclass
from datetime import timedelta

LONGEST_WAIT_SECONDS = 60
# A count older than this is forgotten: yesterday's typing errors are nobody's attack.
FORGOTTEN_AFTER = timedelta(hours=24)


@dataclass(frozen=True)
class Bucket:
    """One count: `allowance` failures are free, the next ones wait longer and longer."""

    name: str
    allowance: int


@dataclass(frozen=True)
class Charged:
    """The attempt was taken from each bucket: give it back if it succeeds."""

    buckets: tuple[Bucket, ...]


@dataclass(frozen=True)
class Throttled:
    """Too many failures: come back after this many whole seconds, 1 to 60."""

    retry_after_seconds: int


def wait_seconds(failures: int, *, allowance: int) -> int:
    """Return the wait after this many failures: 0 below the allowance, then 1, 2, 4 ... 60."""
    if failures < allowance:
        return 0
    return min(1 << min(failures - allowance, 6), LONGEST_WAIT_SECONDS)
