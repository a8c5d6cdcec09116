"""Rates measured twice: by the clock on the wall, and by the processor time that was spent."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Rate:
    """What one round reached: per second of the clock, and per second of processor time.

    On a machine that others use too, the second figure is the steadier one.
    """

    per_second: float
    per_cpu_second: float

    def line(self) -> str:
        """Return the rate as it is printed."""
        return f"{self.per_second:8.1f}/s  {self.per_cpu_second:8.1f} a processor second"


def median_rate(rounds: Sequence[Rate]) -> Rate:
    """Return the median of each figure."""
    return Rate(
        statistics.median(one.per_second for one in rounds),
        statistics.median(one.per_cpu_second for one in rounds),
    )


@dataclass(frozen=True)
class Ratio:
    """One rate over another, with the lowest and highest of the rounds."""

    clock: float
    cpu: float
    lowest: float
    highest: float

    def line(self, *, floor: float | None = None) -> str:
        """Return the ratio as it is printed, and whether it holds its floor."""
        figures = (
            f"{self.clock:.2f} (rounds {self.lowest:.2f} to {self.highest:.2f}; "
            f"by processor time {self.cpu:.2f})"
        )
        if floor is None:
            return figures
        return f"{figures}, floor {floor:.2f} {'held' if self.clock >= floor else 'MISSED'}"


def ratio(upper: Sequence[Rate], lower: Sequence[Rate]) -> Ratio:
    """Compare two things measured in alternating rounds."""
    pairs = [a.per_second / b.per_second for a, b in zip(upper, lower, strict=True)]
    cpu = [a.per_cpu_second / b.per_cpu_second for a, b in zip(upper, lower, strict=True)]
    return Ratio(statistics.median(pairs), statistics.median(cpu), min(pairs), max(pairs))
