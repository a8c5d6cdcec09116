"""The one background process: it delivers mail, writes what time alone decides, and tidies up."""

import logging
import signal
import time
from collections.abc import Callable
from urllib.parse import urlsplit

import click

from mag_server.base.clock import system_clock
from mag_server.base.smtp import Relay
from mag_server.base.work import Equipment, Work
from mag_server.cli._command import prepared_equipment, read_settings
from mag_server.rooms.assertions.actions import forget_old_codes
from mag_server.rooms.attempts.actions import forget_old_attempts as forget_old_buckets
from mag_server.rooms.calls.actions import forget_old_calls
from mag_server.rooms.links.actions import tell_deliveries, tell_endings
from mag_server.rooms.mail.actions import deliver_next, tidy_outbox
from mag_server.rooms.people.actions import forget_former_names
from mag_server.rooms.receipts.actions import sequence_receipts
from mag_server.rooms.sessions.actions import forget_old_sessions
from mag_server.rooms.signin.actions import forget_old_attempts
from mag_server.rooms.visits.actions import forget_old_traces

Duty = Callable[[Work], object]
_log = logging.getLogger("mag.worker")

PURGE_SECONDS = 600
# A committed receipt has its place within a second (docs/protocol.md, "A receipt").
LEDGER_SECONDS = 0.5
IDLE_SECONDS = 0.2
_PURGES: tuple[Duty, ...] = (
    forget_old_codes,
    forget_old_buckets,
    forget_old_calls,
    forget_old_sessions,
    forget_old_attempts,
    forget_old_traces,
    forget_former_names,
    tidy_outbox,
)
_LEDGER: tuple[Duty, ...] = (tell_deliveries, tell_endings, sequence_receipts)


@click.command(hidden=True)
def worker() -> None:
    """Deliver mail, sequence receipts, forget what is past any use (started by `mag serve`).

    Example: mag worker
    """
    # Ctrl-C reaches every process of the terminal: ours ends when `mag serve` says so.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    settings = read_settings()
    logging.basicConfig(level=settings.log_level.upper(), format="%(name)s: %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)  # `mag serve` has told it already
    equipment = prepared_equipment(settings)
    rounds = Rounds(equipment)
    # Between two mails, never within one: what was handed over is noted.
    signal.signal(signal.SIGTERM, lambda _number, _frame: rounds.stop())
    if settings.smtp is None:
        _log.warning("MAG_SMTP_URL is not set: mails wait in the outbox")
    rounds.run()


class Rounds:
    """Goes round its duties until it is stopped; one that fails for now is tried again later."""

    def __init__(self, equipment: Equipment) -> None:
        settings = equipment.settings
        host = urlsplit(settings.issuer).hostname or "localhost"
        self._equipment = equipment
        self._relay = Relay(settings.smtp, helo=host) if settings.smtp else None
        self._stopped = False
        self._due = dict.fromkeys(("purge", "ledger", "mail"), 0.0)

    def stop(self) -> None:
        """End after the duty that is being done."""
        self._stopped = True

    def run(self) -> None:
        """Go round until `stop`."""
        while not self._stopped:
            if not self._round():
                time.sleep(IDLE_SECONDS)
        if self._relay is not None:
            self._relay.close()

    def _round(self) -> bool:
        """Do what is due; return whether there may be more to do at once."""
        now = time.monotonic()
        if now >= self._due["purge"]:
            self._due["purge"] = now + PURGE_SECONDS
            self._do(_PURGES)
        if now >= self._due["ledger"]:
            self._due["ledger"] = now + LEDGER_SECONDS
            self._do(_LEDGER)
        if self._relay is None or now < self._due["mail"]:
            return False
        self._due["mail"] = now + 1 / self._equipment.settings.mails_per_second
        relay = self._relay
        sent = self._attempt(lambda work: deliver_next(work, relay=relay))
        if sent is None:
            self._due["mail"] = now + IDLE_SECONDS
        return sent is not None

    def _do(self, duties: tuple[Duty, ...]) -> None:
        for duty in duties:
            self._attempt(duty)

    def _attempt(self, duty: Duty) -> object:
        try:
            return duty(self._equipment.work(system_clock()))
        except Exception as error:
            reason = self._equipment.database.why_away(error)
            if reason is None:
                raise
            _log.warning("the database is away, trying again: %s", reason)
            time.sleep(1)
            return None
