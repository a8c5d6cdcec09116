"""Reading on at MAG: away, too long, refused, killed half-way; nothing is lost or doubled."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from mag_sdk import CallRefused, MagUnreachable, WrongSignature
from partner_portal.consultations import Consultation, Consultations
from partner_portal.database import Database
from partner_portal.mag_reading import OVERLAP, Batch, LinkPage, MagReading
from partner_portal.receipts import Receipts, Step, Trouble
from partner_portal.sent_links import Asked, SentLink, SentLinks
from tests.portal.campaign import BEGIN, Campaign, instant

AWAY = MagUnreachable("http://mag.localhost:9", "refused")


class Killed(BaseException):
    """What a process that dies raises nowhere; here it leaves the reading at once."""


@dataclass
class TellingMag:
    """MAG as the SDK tells it: a log, links newest first, and what can go wrong."""

    steps: list[Step] = field(default_factory=list)
    links_newest_first: list[SentLink] = field(default_factory=list)
    told: list[Consultation] = field(default_factory=list)
    asked_since: list[datetime | None] = field(default_factory=list)
    at_position: dict[int, BaseException] = field(default_factory=dict)
    at_links: BaseException | None = None
    at_telling: dict[str, Exception] = field(default_factory=dict)

    def feed(self, *, after: str | None) -> Iterator[Batch]:
        for position in range(int(after or 0), len(self.steps), 2):
            for one in (position, position + 1):
                if one in self.at_position:
                    raise self.at_position[one]
            some = self.steps[position : position + 2]
            yield Batch(steps=some, feed=str(position + len(some)))

    def links(self, *, since: datetime | None, after: str | None) -> LinkPage:
        self.asked_since.append(since)
        if self.at_links:
            raise self.at_links
        known = [
            link
            for link in self.links_newest_first
            if since is None or datetime.fromisoformat(link.created_at) >= since
        ]
        begin = int(after or 0)
        page = known[begin : begin + 3]
        following = str(begin + 3) if begin + 3 < len(known) else None
        return LinkPage(links=page, following=following)

    def tell(self, consultation: Consultation) -> None:
        if consultation.link_id in self.at_telling:
            raise self.at_telling[consultation.link_id]
        self.told.append(consultation)


@dataclass
class Reader:
    """One portal's process, with a clock that moves when told."""

    mag: TellingMag
    database: Database
    seconds: float = 1_800_000_000.0
    seconds_a_look: float = 0.0

    def __post_init__(self) -> None:
        self.receipts = Receipts(self.database, seconds_now=lambda: self.seconds)
        self.consultations = Consultations(self.database)
        self.reading = MagReading(
            self.mag,
            receipts=self.receipts,
            consultations=self.consultations,
            monotonic=self._look,
        )

    def _look(self) -> float:
        self.seconds += self.seconds_a_look
        return self.seconds

    def positions(self) -> list[int]:
        with self.database.opened() as connection:
            rows = connection.execute("SELECT position FROM receipts ORDER BY position")
            return [row["position"] for row in rows]


@pytest.fixture
def mag() -> TellingMag:
    campaign = Campaign()
    for number in range(7):
        made = instant(BEGIN - timedelta(hours=number))
        campaign.walk(campaign.link(created_at=made), upto="relayed")
    return TellingMag(campaign.steps, campaign.links)


@pytest.fixture
def reader(mag, tmp_path) -> Reader:
    return Reader(mag, Database(tmp_path / "portal.db"))


def test_all_is_read_and_reading_again_changes_nothing(reader):
    assert reader.reading.read_all() is None
    assert reader.positions() == list(range(14))
    assert reader.reading.read_all() is None
    assert reader.positions() == list(range(14))
    assert SentLinks(reader.database).funnel(Asked()).relayed == 7
    assert reader.receipts.reading().read_at


def test_only_newer_links_are_asked_for_the_next_time_with_an_overlap(reader, mag):
    reader.reading.read_all()
    assert mag.asked_since == [None, None, None]
    committed_late = replace(
        mag.links_newest_first[0], link_id="lnk_late", created_at=instant(BEGIN - OVERLAP / 2)
    )
    mag.links_newest_first.insert(1, committed_late)
    reader.reading.read_all()
    assert mag.asked_since[3:] == [BEGIN - OVERLAP]
    assert SentLinks(reader.database).funnel(Asked()).links == 8


@pytest.mark.parametrize("position", range(14))
def test_a_kill_at_any_receipt_loses_and_doubles_nothing(reader, mag, position):
    mag.at_position = {position: Killed()}
    with pytest.raises(Killed):
        reader.reading.read_all()
    assert reader.positions() == list(range(position // 2 * 2))
    mag.at_position = {}
    assert Reader(mag, reader.database).reading.read_all() is None
    assert reader.positions() == list(range(14))


def test_with_mag_away_what_is_kept_stays_and_it_is_said_since_when(reader, mag):
    reader.reading.read_all()
    read_at = reader.receipts.reading().read_at
    mag.at_links = AWAY
    reader.seconds += 3600
    reader.reading.read_lately()
    after = reader.receipts.reading()
    assert (after.trouble, after.read_at) == (Trouble.AWAY, read_at)
    mag.at_links = None
    reader.seconds += 3600
    reader.reading.read_lately()
    assert reader.receipts.reading().trouble is None


def test_mag_is_not_asked_at_every_page(reader, mag):
    reader.reading.read_lately()
    asked = len(mag.asked_since)
    reader.seconds += 5
    reader.reading.read_lately()
    assert len(mag.asked_since) == asked
    reader.seconds += 5
    reader.reading.read_lately()
    assert len(mag.asked_since) > asked


def test_a_receipt_that_is_refused_stops_the_reading_and_is_never_passed_over(reader, mag):
    mag.at_position = {6: WrongSignature("a-kid")}
    for _ in range(2):
        assert reader.reading.read_all() is Trouble.REFUSED
        assert "WrongSignature" in reader.receipts.reading().refusal
        assert reader.positions() == list(range(6))
    mag.at_position = {}
    assert reader.reading.read_all() is None
    assert reader.receipts.reading().refusal is None
    assert reader.positions() == list(range(14))


def test_a_page_waits_a_moment_only_and_goes_on_the_next_time(reader):
    reader.seconds_a_look = 0.5
    seen = []
    for _ in range(40):
        reader.seconds += 60
        reader.reading.read_lately()
        seen.append(len(reader.positions()))
        if reader.receipts.reading().trouble is None:
            break
        assert reader.receipts.reading().trouble is Trouble.LONG
    assert len(seen) > 1
    assert seen == sorted(seen)
    assert reader.positions() == list(range(14))


def test_a_consultation_is_told_once_and_waits_while_mag_is_away(reader, mag):
    reader.consultations.note(link_id="lnk_x", session="s", document=b"rates")
    mag.at_telling = {"lnk_x": AWAY}
    assert reader.reading.read_all() is Trouble.AWAY
    assert len(reader.consultations.waiting(most=9)) == 1
    mag.at_telling = {}
    for _ in range(2):
        assert reader.reading.read_all() is None
    assert [one.link_id for one in mag.told] == ["lnk_x"]


@pytest.mark.parametrize(("status", "code"), [(404, "MAG-316"), (409, "MAG-413"), (400, "MAG-414")])
def test_a_consultation_that_can_never_be_taken_is_told_once_and_keeps_nothing_waiting(
    reader, mag, status, code
):
    reader.consultations.note(link_id="lnk_x", session="s", document=b"rates")
    reader.consultations.note(link_id="lnk_y", session="s", document=b"rates")
    mag.at_telling = {"lnk_x": CallRefused(status, code, "")}
    assert reader.reading.read_all() is None
    assert reader.consultations.waiting(most=9) == []
    assert [one.link_id for one in mag.told] == ["lnk_y"]
    assert reader.positions() == list(range(14))


@pytest.mark.parametrize(
    ("status", "code"),
    [(401, "MAG-401"), (401, "MAG-147"), (403, "MAG-403"), (404, "MAG-130"), (400, None)],
)
def test_a_refusal_that_may_pass_loses_no_consultation(reader, mag, caplog, status, code):
    for link_id in ("lnk_x", "lnk_y"):
        reader.consultations.note(link_id=link_id, session="s", document=b"rates")
    mag.at_telling = {"lnk_x": CallRefused(status, code, "")}
    for _ in range(2):
        # What is not about the consultations is read all the same.
        assert reader.reading.read_all() is None
        assert len(reader.consultations.waiting(most=9)) == 2
    assert "MAG takes no consultation for now" in caplog.text
    assert reader.positions() == list(range(14))
    mag.at_telling = {}
    assert reader.reading.read_all() is None
    assert [one.link_id for one in mag.told] == ["lnk_x", "lnk_y"]


def test_an_answer_that_cannot_be_verified_loses_no_consultation(reader, mag):
    reader.consultations.note(link_id="lnk_x", session="s", document=b"rates")
    mag.at_telling = {"lnk_x": WrongSignature("a-kid")}
    assert reader.reading.read_all() is Trouble.REFUSED
    assert len(reader.consultations.waiting(most=9)) == 1


def test_two_readers_at_once_double_nothing(reader, mag):
    other = Reader(mag, reader.database)
    feed = mag.feed

    def feed_while_another_reads(*, after: str | None) -> Iterator[Batch]:
        mag.feed = feed
        batches = feed(after=after)
        yield next(batches)
        assert other.reading.read_all() is None
        yield from batches

    mag.feed = feed_while_another_reads
    assert reader.reading.read_all() is None
    assert reader.positions() == list(range(14))
