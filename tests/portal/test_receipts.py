"""The store of receipts: nothing is lost and nothing is doubled, whatever is killed when."""

from dataclasses import replace
from sqlite3 import IntegrityError

import pytest

from partner_portal.database import Database
from partner_portal.receipts import Receipts
from partner_portal.sent_links import Asked, SentLinks
from tests.portal.campaign import Campaign


@pytest.fixture
def receipts(tmp_path) -> Receipts:
    return Receipts(Database(tmp_path / "portal.db"), seconds_now=lambda: 1_800_000_000.0)


@pytest.fixture
def campaign() -> Campaign:
    campaign = Campaign()
    campaign.walk(campaign.link())
    return campaign


def kept(receipts: Receipts) -> list[int]:
    with receipts.database.opened() as connection:
        return [row["position"] for row in connection.execute("SELECT position FROM receipts")]


def test_receipts_and_how_far_they_were_read_are_kept_together(receipts, campaign):
    assert receipts.keep_steps(campaign.steps, read=receipts.reading(), feed="6")
    assert receipts.reading().feed == "6"
    assert receipts.steps_of(campaign.links[0].link_id) == campaign.steps


def test_a_fault_half_way_keeps_neither(receipts, campaign):
    before = receipts.reading()
    twice = [*campaign.steps, replace(campaign.steps[0], position=99)]
    with pytest.raises(IntegrityError):
        receipts.keep_steps(twice, read=before, feed="6")
    assert receipts.reading() == before
    assert kept(receipts) == []
    assert SentLinks(receipts.database).funnel(Asked()).links == 0


def test_two_readers_at_once_double_nothing(receipts, campaign):
    both_read = receipts.reading()
    assert receipts.keep_steps(campaign.steps[:3], read=both_read, feed="3")
    assert not receipts.keep_steps(campaign.steps, read=both_read, feed="6")
    assert kept(receipts) == [0, 1, 2]
    assert receipts.keep_steps(campaign.steps[3:], read=receipts.reading(), feed="6")
    assert kept(receipts) == [0, 1, 2, 3, 4, 5]


def test_links_are_read_page_by_page_and_go_on_where_they_stopped(receipts):
    campaign = Campaign()
    for number in range(4):
        campaign.link(nom=f"NOM{number}")
    first = receipts.reading()
    assert receipts.keep_links(campaign.links[:2], read=first, after="two", newest="2026-11-02")
    assert not receipts.keep_links(campaign.links[2:], read=first, after=None, newest="x")
    half_way = receipts.reading()
    assert (half_way.links_after, half_way.links_newest) == ("two", "2026-11-02")
    assert half_way.links_since is None
    assert receipts.keep_links(campaign.links[2:], read=half_way, after=None, newest="2026-11-02")
    after = receipts.reading()
    assert (after.links_since, after.links_after) == ("2026-11-02", None)
    assert SentLinks(receipts.database).funnel(Asked()).links == 4


@pytest.mark.parametrize("links_first", [True, False])
def test_a_link_and_its_receipts_meet_in_either_order(receipts, campaign, links_first):
    def links() -> None:
        read = receipts.reading()
        receipts.keep_links(campaign.links, read=read, after=None, newest="2026-11-02")

    def steps() -> None:
        receipts.keep_steps(campaign.steps, read=receipts.reading(), feed="6")

    for tell in (links, steps) if links_first else (steps, links):
        tell()
    (link,) = SentLinks(receipts.database).page(Asked(), number=1)
    assert (link.addressee, link.last_stage) == ("SAWYER TOM", "consulted")


def test_the_first_instant_of_a_stage_stays(receipts, campaign):
    link_id = campaign.links[0].link_id
    first = campaign.steps[2].issued_at
    campaign.step(link_id, "opened", "interaction", issued_at="2026-12-01T00:00:00+00:00")
    receipts.keep_steps(campaign.steps, read=receipts.reading(), feed="7")
    assert SentLinks(receipts.database).one(link_id).opened_at == first


def test_a_day_is_one_of_paris(receipts):
    campaign = Campaign()
    late = "2026-11-02T23:30:00+00:00"
    campaign.step(campaign.link(created_at=late), "opened", "interaction", issued_at=late)
    campaign.tell(receipts.database)
    assert [day.day for day in SentLinks(receipts.database).days(Asked())] == ["2026-11-03"]
    asked = Asked(first_day="2026-11-03", last_day="2026-11-03")
    assert SentLinks(receipts.database).funnel(asked).links == 1


def test_mag_is_asked_once_in_a_while_by_all_processes_together(receipts):
    other = Receipts(receipts.database, seconds_now=lambda: 1_800_000_004.0)
    assert receipts.take_turn(older_than_seconds=5)
    assert not receipts.take_turn(older_than_seconds=5)
    assert not other.take_turn(older_than_seconds=5)
    other.seconds_now = lambda: 1_800_000_005.0
    assert other.take_turn(older_than_seconds=5)
    # A clock that stepped back must not silence the page until it has caught up.
    other.seconds_now = lambda: 1_700_000_000.0
    assert other.take_turn(older_than_seconds=5)


def test_a_stage_of_tomorrow_is_kept_and_counted_nowhere(receipts):
    campaign = Campaign()
    campaign.step("lnk_x", "a-stage-of-tomorrow")
    receipts.keep_steps(campaign.steps, read=receipts.reading(), feed="1")
    assert kept(receipts) == [0]
    assert SentLinks(receipts.database).one("lnk_x").last_stage == "created"
