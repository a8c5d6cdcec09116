"""How long a refused sign-in takes: unknown, wrong password, struck off must look alike."""

import random
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle

from bench.client import connect
from bench.mag import PASSWORD, Mag, add_people, open_form, sign_in_request, some_name

MOST_SECONDS = 60
# The yardstick is a second group of the same kind: what it differs by is the machine's noise.
YARDSTICK = "wrong password"
KINDS = ("unknown person", "struck off", "wrong password again")
PEOPLE_OF_A_KIND = 60
WRONG_PASSWORD = "Mississippi9999"


@dataclass(frozen=True)
class Compared:
    """A kind of refusal over the yardstick, with the 95 % spread of the ratio of medians."""

    kind: str
    median: float
    p95: float
    lowest: float
    highest: float

    def line(self) -> str:
        """Return the comparison as it is printed."""
        return (
            f"{self.kind} / {YARDSTICK}: median {self.median:.3f} "
            f"({self.lowest:.3f} to {self.highest:.3f}), p95 {self.p95:.3f}"
        )


@dataclass(frozen=True)
class Refused:
    """The comparisons, over `samples` of each kind, and the yardstick's own median."""

    compared: list[Compared]
    samples: int
    median_ms: float


async def measure_refusals(mag: Mag, *, samples: int) -> Refused:
    """Post refused forms in random order, for a minute at most.

    Every person is tried a few times only, each from an address of its own: no throttling.
    """
    names = {kind: _names(kind) for kind in (YARDSTICK, *KINDS)}
    add_people(mag.equipment, names=names[YARDSTICK] + names["wrong password again"])
    add_people(mag.equipment, names=names["struck off"], struck_off=True)
    turns = {kind: cycle(people) for kind, people in names.items()}
    took: dict[str, list[float]] = {kind: [] for kind in names}
    connection = await connect(mag.server.port)
    addresses = iter(range(1 << 16))
    deadline = time.monotonic() + MOST_SECONDS
    for number in range(samples + 1):
        if time.monotonic() > deadline:
            break
        for kind in random.sample(list(names), len(names)):
            nom, prenom = next(turns[kind])
            request = sign_in_request(
                mag,
                form=await open_form(mag, connection),
                nom=nom,
                prenom=prenom,
                password=WRONG_PASSWORD if kind.startswith(YARDSTICK) else PASSWORD,
                address=_address(next(addresses)),
            )
            began = time.perf_counter()
            answer = await connection.ask(request)
            seconds = time.perf_counter() - began
            assert b"MAG-201" in answer.body, answer
            if number:  # the first of each kind warms up
                took[kind].append(seconds)
    connection.close()
    compared = [_compare(kind, took[kind], took[YARDSTICK]) for kind in KINDS]
    median_ms = statistics.median(took[YARDSTICK]) * 1000
    return Refused(compared, len(took[YARDSTICK]), median_ms)


def _names(kind: str) -> list[tuple[str, str]]:
    return [(some_name(kind), some_name(kind)) for _ in range(PEOPLE_OF_A_KIND)]


def _address(number: int) -> str:
    return f"198.18.{number >> 8}.{number & 255}"


def _compare(kind: str, these: Sequence[float], those: Sequence[float]) -> Compared:
    def resampled(values: Sequence[float]) -> float:
        return statistics.median(random.choices(values, k=len(values)))  # noqa: S311 - statistics

    ratios = sorted(resampled(these) / resampled(those) for _ in range(1000))
    return Compared(
        kind,
        statistics.median(these) / statistics.median(those),
        _p95(these) / _p95(those),
        ratios[25],
        ratios[974],
    )


def _p95(values: Sequence[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]
