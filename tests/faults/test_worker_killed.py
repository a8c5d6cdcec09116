"""A worker killed while the relay takes a mail: it goes out once more, the very same one."""

import subprocess
import sys
from pathlib import Path

from mag_server.app import equip
from mag_server.base.clock import system_clock
from mag_server.base.settings import Settings
from mag_server.base.smtp import Relay
from mag_server.rooms.links.actions import create_links, tell_deliveries
from mag_server.rooms.links.model import CreatedLinks, MadeLink
from mag_server.rooms.mail.actions import deliver_next
from mag_server.rooms.mail.model import LEASE
from mag_server.rooms.partners.actions import find_partner
from mag_server.rooms.receipts.actions import list_link
from tests.demo.running import clean_environment, eventually
from tests.faults.prepared import TOM, links_for, prepare
from tests.rooms.mail.relay import running_relay

TAKES_SECONDS = 2


def test_a_mail_in_flight_at_a_kill_goes_out_twice_at_most_and_is_the_same(tmp_path: Path):
    with running_relay(pause_seconds=TAKES_SECONDS) as smtp:
        environ = {
            "MAG_ISSUER": "http://mag.localhost:8400",
            "MAG_DATABASE_URL": f"sqlite:///{tmp_path / 'mag.db'}",
            "MAG_SMTP_URL": f"smtp://127.0.0.1:{smtp.port}",
        }
        equipment = equip(Settings.read(environ))
        prepare(equipment)
        klesia = find_partner(equipment.work(system_clock()), client_id="klesia")
        assert klesia is not None
        lines = list(enumerate(links_for(TOM, first=0, count=1), start=1))
        made = create_links(equipment.work(system_clock()), partner=klesia, lines=lines, by="test")
        assert isinstance(made, CreatedLinks)
        ((_, link),) = made.outcomes
        assert isinstance(link, MadeLink)

        worker = subprocess.Popen(
            [sys.executable, "-m", "mag_server", "worker"],
            env=clean_environment(**environ),
            stderr=subprocess.DEVNULL,
        )
        try:
            assert eventually(lambda: smtp.tried == 1)
        finally:
            worker.kill()
            worker.wait()
        assert smtp.taken == []
        assert eventually(lambda: len(smtp.taken) == 1)

        smtp.pause_seconds = 0
        relay, killed_at = Relay(smtp.address, helo="mag.localhost"), system_clock()
        # Who was killed may only be slow: the lease, longer than any hand-over, keeps others away.
        soon = equipment.work(killed_at + LEASE / 2)
        assert deliver_next(soon, relay=relay) is None
        for _ in range(2):
            deliver_next(equipment.work(killed_at + LEASE), relay=relay)
        relay.close()
        first, second = smtp.taken
        assert first.octets == second.octets
        assert first.mail["Message-ID"]
        tell_deliveries(equipment.work(killed_at + LEASE))
        receipts = list_link(equipment.work(killed_at + LEASE), link_id=link.link_id)
        assert [one.stage.value for one in receipts] == ["submitted", "relayed"]
        equipment.database.dispose()
