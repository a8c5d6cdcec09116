"""A campaign under kill -9: what was acknowledged stands, what was owed is done.

`make test` kills 4 times; `make soak` 50 times (MAG_TEST_KILLS).
"""

import os
import random
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mag_server.app import equip
from mag_server.base.clock import system_clock
from mag_server.base.settings import Settings
from mag_server.base.work import Equipment
from mag_server.rooms.links.actions import link_by_token
from mag_server.rooms.receipts.actions import list_link, read_feed
from mag_server.rooms.receipts.model import Feed, Stage
from tests.demo.running import Running, clean_environment, eventually, free_ports
from tests.faults.prepared import TOM, links_for, prepare, register
from tests.soak.campaign import Campaign
from tests.soak.relay import Relay, relay_on
from tests.soak.site import Site

KILLS = int(os.environ.get("MAG_TEST_KILLS", "4"))
# Enough to be in the middle of something at each kill.
LINKS_PER_KILL, LINKS_PER_CALL = 12, 6
PEOPLE = 12
READERS = 3
LAST_SECONDS = 180


class Mag(Running):
    """`mag serve`, killed in one of four ways and started again when it is down."""

    def kill(self, how: str) -> None:
        """Kill -9: the background process, a web worker, the supervisor, or all at once."""
        if how == "background":
            victims = self.process_of("-m mag_server worker")
        elif how == "web worker":
            victims = sorted(self.process_of("mag_server.app:serve"))[1:2]
        elif how == "supervisor":
            victims = [self.group]
        else:
            victims = self.processes()
        for victim in victims:
            try:
                os.kill(victim, signal.SIGKILL)
            except ProcessLookupError:
                continue

    def keep_up(self) -> None:
        """Start it again if it ended."""
        assert self.process
        if self.process.poll() is not None:
            assert self.leaves_nothing()
            self.start()


def settings_of(folder: Path, port: int, smtp_port: int) -> tuple[Settings, dict[str, str]]:
    environ = {
        "MAG_ISSUER": f"http://mag.localhost:{port}",
        "MAG_BIND": f"127.0.0.1:{port}",
        "MAG_DATABASE_URL": f"sqlite:///{folder / 'mag.db'}",
        "MAG_SMTP_URL": f"smtp://127.0.0.1:{smtp_port}",
        "MAG_TRUSTED_PROXIES": "127.0.0.1/32",
        "MAG_WORKERS": "2",
    }
    return Settings.read(environ), environ


def invite(equipment: Equipment) -> dict[str, dict[str, str]]:
    """Register the people; return how each of them signs in, by e-mail address."""
    people = {}
    for number in range(PEOPLE):
        nom, email = f"SAWYER {chr(65 + number)}", f"tom.{number}@toment.example"
        register(equipment, nom, "TOM", email=email)
        # Each has an address of the network, too: a killed sign-in is charged to nobody else.
        who = {"email": email, "address": f"10.0.{number}.1"}
        people[email] = TOM | {"nom": nom} | who
    return people


def lines(people: dict[str, dict[str, str]], *, first: int) -> list[dict[str, object]]:
    everybody = list(people.values())
    return [
        links_for(everybody[number % PEOPLE], first=number, count=1)[0]
        for number in range(first, first + LINKS_PER_CALL)
    ]


@pytest.fixture
def smtp_port() -> int:
    return free_ports(1)[0]


@pytest.fixture
def campaign(tmp_path: Path, smtp_port: int) -> Iterator[tuple[Campaign, Mag, Equipment]]:
    """Give a campaign that is ready to begin, the running MAG, and a look into its database."""
    port = free_ports(1)[0]
    settings, environ = settings_of(tmp_path, port, smtp_port)
    equipment = equip(replace(settings, threads=2))
    secret, people = prepare(equipment), invite(equipment)
    relay = Relay()
    controller = relay_on(smtp_port, relay)
    server = Mag(
        [sys.executable, "-m", "mag_server", "serve"],
        tmp_path / "serve.log",
        clean_environment(**environ),
    )
    server.start()
    yield Campaign(Site(port, settings.issuer), relay, "klesia", secret, people), server, equipment
    server.stop()
    controller.stop()
    equipment.database.dispose()


@pytest.mark.timeout(60 + KILLS * 15 + LAST_SECONDS)
def test_nothing_acknowledged_is_missing_however_often_everything_is_killed(
    campaign: tuple[Campaign, Mag, Equipment],
):
    run, server, equipment = campaign
    owed = KILLS * LINKS_PER_KILL
    background_kills = _run_campaign(run, server, owed=owed)
    assert run.faults == []
    assert len(run.acknowledged_links) == len(set(run.acknowledged_links)) == owed
    assert _every_mail_was_accepted(run, owed=owed)
    _at_most_the_one_in_flight_was_repeated(run, kills=background_kills)
    _every_acknowledged_sign_in_has_its_receipts(run, equipment)
    _the_log_verifies(server)
    _the_feed_has_every_receipt_once(equipment)


def _run_campaign(run: Campaign, server: Mag, *, owed: int) -> int:
    chance = random.Random(20261126)  # noqa: S311 - the same moments in every run
    done = threading.Event()

    def ask_for_links() -> None:
        for first in range(0, owed, LINKS_PER_CALL):
            run.make_links(lines(run.people, first=first), key=f"soak-{first}")

    def is_over() -> bool:
        return done.is_set() or len(set(run.acknowledged_tokens)) >= owed

    threads = [threading.Thread(target=_noting(run, ask_for_links))] + [
        threading.Thread(target=run.open_mails, kwargs={"until": is_over}) for _ in range(READERS)
    ]
    for thread in threads:
        thread.start()
    ways = ["background", "web worker", "supervisor", "all"]
    background_kills = 0
    try:
        for number in range(KILLS):
            time.sleep(chance.uniform(0.3, 2.5))
            how = ways[number % len(ways)]
            background_kills += how != "web worker"
            server.kill(how)
            time.sleep(chance.uniform(0.1, 0.6))
            server.keep_up()
        eventually(lambda: is_over() or _kept_up(server), seconds=LAST_SECONDS)
    finally:
        done.set()
        for thread in threads:
            thread.join()
    return background_kills


def _kept_up(server: Mag) -> bool:
    server.keep_up()
    return False


def _noting(run: Campaign, act: Callable[[], None]) -> Callable[[], None]:
    def noting() -> None:
        try:
            act()
        except Exception as error:  # noqa: BLE001 - whatever it is, the test tells it
            run.faults.append(repr(error))

    return noting


def _every_mail_was_accepted(run: Campaign, *, owed: int) -> bool:
    return eventually(lambda: len(run.relay.times_by_message()) == owed, seconds=LAST_SECONDS)


def _at_most_the_one_in_flight_was_repeated(run: Campaign, *, kills: int) -> None:
    repeated = [times for times in run.relay.times_by_message().values() if times > 1]
    # One background process: at most one mail in flight at each of its deaths.
    assert sum(times - 1 for times in repeated) <= kills


def _every_acknowledged_sign_in_has_its_receipts(run: Campaign, equipment: Equipment) -> None:
    assert run.acknowledged_tokens
    for token in set(run.acknowledged_tokens):
        work = equipment.work(system_clock())
        link = link_by_token(work, token=token)
        assert link is not None
        stages = [(one.stage, one.observed) for one in list_link(work, link_id=link.link_id)]
        assert stages.count((Stage.OPENED, "authenticated")) == 1
        assert (Stage.AUTHENTICATED, "authenticated") in stages


def _the_log_verifies(server: Mag) -> None:
    verified = Running(
        [sys.executable, "-m", "mag_server", "receipts", "verify"],
        server.log.with_name("verify.log"),
        server.environ,
    )
    verified.start()
    assert verified.process
    assert verified.process.wait(timeout=LAST_SECONDS) == 0, verified.said


def _the_feed_has_every_receipt_once(equipment: Equipment) -> None:
    seen: list[int] = []
    after = None
    while True:
        feed = read_feed(
            equipment.work(system_clock()), client_id="klesia", after_position=after, most=500
        )
        assert isinstance(feed, Feed)
        if not feed.receipts:
            break
        seen += [one.position for one in feed.receipts if one.position is not None]
        after = feed.next
    assert seen == list(range(len(seen)))
