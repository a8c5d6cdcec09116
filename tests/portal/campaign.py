"""A campaign as MAG would tell it: links and receipts, brought in by the portal's own doors."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from partner_portal.database import Database
from partner_portal.receipts import Receipts, Step
from partner_portal.sent_links import SentLink

BEGIN = datetime(2026, 11, 2, 8, 12, 4, tzinfo=UTC)
TOM = {"nom": "SAWYER", "prenom": "TOM", "siret": "97050551700072"}


def instant(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


@dataclass
class Campaign:
    """What is being told; `tell` brings it into the portal's database."""

    links: list[SentLink] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    first_position: int = 0

    def link(self, **changes: str) -> str:
        link_id = f"lnk_{len(self.links):022d}"
        given = {
            "link_id": link_id,
            "email": "tom.sawyer@toment.example",
            "kind": "information",
            "message": "taux-at-mp",
            "created_at": instant(BEGIN),
        }
        self.links.append(SentLink(**given | TOM | changes))
        return link_id

    def step(self, link_id: str, stage: str, observed: str = "", **changes) -> Step:
        number = sum(step.link_id == link_id for step in self.steps) + 1
        position = self.first_position + len(self.steps)
        given = {
            "position": position,
            "receipt_id": f"receipt-{position:014d}",
            "link_id": link_id,
            "number": number,
            "stage": stage,
            "observed": observed or None,
            "issued_at": instant(BEGIN + timedelta(minutes=number)),
            "addressee_match": None,
            "amr": "",
            "document": None,
            "reason": None,
            "presented": f"signed.by.mag{position}~",
        }
        step = Step(**given | changes)
        self.steps.append(step)
        return step

    def walk(self, link_id: str, *, at: datetime = BEGIN, upto: str = "consulted") -> None:
        """Go from sending to a stage, as a person does who opens, signs in and consults."""
        stages = [
            ("submitted", "", 0, {}),
            ("relayed", "", 2, {}),
            ("opened", "interaction", 2100, {}),
            (
                "authenticated",
                "authenticated",
                2158,
                {"addressee_match": "addressee", "amr": "pwd"},
            ),
            ("consulted", "", 2161, {}),
        ]
        for stage, observed, seconds, more in stages:
            when = instant(at + timedelta(seconds=seconds))
            if stage == "authenticated":
                self.step(link_id, "opened", "authenticated", issued_at=when)
            self.step(link_id, stage, observed, issued_at=when, **more)
            if stage == upto:
                return

    def tell(self, database: Database, *, feed: str = "told") -> Receipts:
        receipts = Receipts(database)
        read = receipts.reading()
        assert receipts.keep_links(self.links, read=read, after=None, newest=instant(BEGIN))
        assert receipts.keep_steps(self.steps, read=receipts.reading(), feed=feed)
        receipts.came_to_the_end()
        return receipts
