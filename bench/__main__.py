"""`make bench`: ratios from one run, each of two things timed in alternating rounds."""

import asyncio
import json
import os
import platform
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench import mag, peer
from bench.campaign import bench_campaign
from bench.flows import Target, claims_of_one_flow, measure
from bench.ledger import bench_ledger
from bench.logins import measure_argon2, measure_logins
from bench.processes import Server, free_port, start
from bench.rates import Rate, Ratio, median_rate, ratio
from bench.refusals import measure_refusals
from bench.widget import bench_widget

SERVER_CORE = min(os.sched_getaffinity(0))
ROUNDS = 6
FLOW_SECONDS = 3.0
# A just-in-time compiler is slow until it has seen the code run: count flows, not seconds.
WARM_UP_FLOWS, WARM_UP_SECONDS = 2000, 12.0
LOGINS = 100
ARGON2_SECONDS = 2.0
REFUSALS = 200
FLOW_FLOOR, LOGIN_FLOOR = 0.5, 0.9
_VAR = Path(__file__).parent.parent / "var"


def main() -> None:
    """Run everything and print it, with whether each floor was held."""
    if len(os.sched_getaffinity(0)) < 2:
        sys.exit("make bench needs two cores: one for the server, one for the load.")
    # The generator keeps to the other cores: it must not take the server's time.
    os.sched_setaffinity(0, os.sched_getaffinity(0) - {SERVER_CORE})
    _VAR.mkdir(exist_ok=True)
    # Under the project, not in the system's temporary folder, which may be memory and no disk.
    with tempfile.TemporaryDirectory(dir=_VAR, prefix="bench-") as folder:
        found = asyncio.run(_run(Path(folder)))
        # Playwright's plain calls want no event loop around them.
        with _mag(Path(folder), "mag-widget", "normal") as running:
            found["widget"] = bench_widget(running)
    found["campaign"], found["ledger"] = bench_campaign(), bench_ledger()
    print("\n" + json.dumps(found))


async def _run(folder: Path) -> dict[str, Any]:
    print(f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    print(mag.versions())
    with _mag(folder, "mag-normal", "normal") as normal:
        with _mag(folder, "mag-full", "full") as full:
            flows = await _bench_flows(folder, normal, full)
        logins = await _bench_logins(normal)
        refused = await measure_refusals(normal, samples=REFUSALS)
    print(f"\nRefused sign-ins, {refused.samples} of each kind, median {refused.median_ms:.1f} ms")
    for one in refused.compared:
        print(f"  {one.line()}")
    refusals = [asdict(one) for one in refused.compared]
    return {"flows": flows, "logins": asdict(logins), "refusals": refusals}


@contextmanager
def _mag(folder: Path, name: str, synchronous: str) -> Iterator[mag.Mag]:
    running = mag.start_mag(name=name, core=SERVER_CORE, folder=folder, synchronous=synchronous)
    try:
        yield running
    finally:
        running.stop()


async def _bench_flows(folder: Path, normal: mag.Mag, full: mag.Mag) -> dict[str, dict[str, float]]:
    missing = peer.why_not_installed()
    if missing:
        print(f"\nWhole flows: not compared. {missing}.")
        return {}
    print(peer.versions())
    idle, other = _start_idle(folder), peer.start_peer(core=SERVER_CORE, folder=folder)
    try:
        sides = [
            (await mag.enter_mag(normal, name="mag normal"), normal.server),
            (await mag.enter_mag(full, name="mag full"), full.server),
            (await peer.enter_peer(other), other),
            (Target("idle", idle.port, "idle", "/authorize", "a=b", "none"), idle),
        ]
        for target, _server in sides[:3]:
            claims = await claims_of_one_flow(target)
            assert {"siret", "roles", "email", "nonce"} <= claims.keys(), claims
        rates = await _alternate(sides)
    finally:
        idle.stop()
        other.stop()
    return _print_flows(rates)


def _start_idle(folder: Path) -> Server:
    port = free_port()
    command = [sys.executable, "-m", "bench.idle", str(port)]
    return start("idle", command, port=port, core=SERVER_CORE, folder=folder)


async def _alternate(sides: list[tuple[Target, Server]]) -> dict[str, list[Rate]]:
    rates: dict[str, list[Rate]] = {target.name: [] for target, _server in sides}
    for target, _server in sides:
        await measure(target, seconds=WARM_UP_SECONDS, most=WARM_UP_FLOWS)
    for number in range(ROUNDS):
        # Every other round backwards, so that a slow spell does not always meet the same one.
        for target, server in sides if number % 2 else sides[::-1]:
            spent = server.cpu_seconds()
            speed = await measure(target, seconds=FLOW_SECONDS)
            spent = max(server.cpu_seconds() - spent, 0.01)
            rates[target.name].append(Rate(speed.per_second, speed.flows / spent))
    return rates


def _print_flows(rates: dict[str, list[Rate]]) -> dict[str, dict[str, float]]:
    print(f"\nWhole flows (authorize, code, token), {ROUNDS} rounds of {FLOW_SECONDS:.0f} s each")
    for name, rounds in rates.items():
        print(f"  {name:14} {median_rate(rounds).line()}")
    peers = rates["oidc-provider"]
    found = {
        "normal": ratio(rates["mag normal"], peers),
        "full": ratio(rates["mag full"], peers),
        "generator": ratio(rates["idle"], peers),
    }
    print(
        f"  MAG, SQLite NORMAL / oidc-provider in memory: {found['normal'].line(floor=FLOW_FLOOR)}"
    )
    print(f"  MAG, SQLite FULL   / oidc-provider in memory: {found['full'].line()}")
    print(f"  the generator alone / oidc-provider: {found['generator'].clock:.1f}")
    return {name: asdict(one) for name, one in found.items()}


async def _bench_logins(running: mag.Mag) -> Ratio:
    logins, bare = [], []
    await measure_logins(running, logins=10)
    for _ in range(ROUNDS):
        logins.append(await measure_logins(running, logins=LOGINS))
        bare.append(measure_argon2(core=SERVER_CORE, seconds=ARGON2_SECONDS))
    found = ratio(logins, bare)
    print(f"\nLogins, {ROUNDS} rounds of {LOGINS}")
    for name, rounds in (("MAG", logins), ("Argon2id alone", bare)):
        print(f"  {name:14} {median_rate(rounds).line()}")
    print(f"  MAG / Argon2id alone: {found.line(floor=LOGIN_FLOOR)}")
    return found


if __name__ == "__main__":
    main()
