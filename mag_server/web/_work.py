"""The Work of a request: one instant, taken when the request came in."""

from dataclasses import dataclass

from flask import Flask, current_app, g

from mag_server.base.clock import Clock
from mag_server.base.work import Equipment, Work

_EXTENSION = "mag_work"


@dataclass(frozen=True)
class _Wiring:
    equipment: Equipment
    clock: Clock


def hang_work(app: Flask, *, equipment: Equipment, clock: Clock) -> None:
    """Give an application its equipment and its clock."""
    app.extensions[_EXTENSION] = _Wiring(equipment, clock)


def current_work() -> Work:
    """Return a Work at this request's instant; each action takes one of its own."""
    wiring: _Wiring = current_app.extensions[_EXTENSION]
    if "now" not in g:
        g.now = wiring.clock()
    return wiring.equipment.work(g.now)
