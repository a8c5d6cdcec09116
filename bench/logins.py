"""Logins per second against bare Argon2id verifies per second, each on the same one core."""

import asyncio
import subprocess
import sys
import time

from bench.client import Connection, connect
from bench.mag import Mag, open_form, sign_in_request
from bench.rates import Rate

# Two at a time: while one hash runs, the next request is read; the core is never idle.
CONNECTIONS = 2


async def measure_logins(mag: Mag, *, logins: int) -> Rate:
    """Post the right password, on a fresh form each time; opening the forms is not counted."""
    connections = [await connect(mag.server.port) for _ in range(CONNECTIONS)]
    forms = [await open_form(mag, connections[0]) for _ in range(logins)]
    requests = iter([sign_in_request(mag, form=form) for form in forms])
    spent, began = mag.server.cpu_seconds(), time.perf_counter()

    async def repeat(connection: Connection) -> None:
        for request in requests:
            answer = await connection.ask(request)
            assert answer.status == 303, answer

    await asyncio.gather(*(repeat(connection) for connection in connections))
    seconds, spent = time.perf_counter() - began, mag.server.cpu_seconds() - spent
    for connection in connections:
        connection.close()
    return Rate(logins / seconds, logins / spent)


def measure_argon2(*, core: int, seconds: float) -> Rate:
    """Verify the same password with the same parameters, and do nothing else."""
    command = ["taskset", "-c", str(core), sys.executable, "-m", "bench.bare_argon2", str(seconds)]
    done = subprocess.run(
        command, capture_output=True, text=True, check=True, timeout=seconds * 4 + 30
    )
    by_clock, by_cpu = done.stdout.split()
    return Rate(float(by_clock), float(by_cpu))
