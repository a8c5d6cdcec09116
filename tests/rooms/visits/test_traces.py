"""A bare fetch proves nothing: it leaves a trace, and even that is forgotten in time."""

import pytest
from sqlalchemy import select

from mag_server.rooms.links.actions import revoke_link
from mag_server.rooms.links.model import Link
from mag_server.rooms.visits import store
from mag_server.rooms.visits.actions import forget_old_traces, list_traces, open_link
from mag_server.rooms.visits.model import (
    Agent,
    Fetch,
    LinkRefusal,
    OpenedLink,
    agent_of,
    cut_address,
)
from tests.rooms.links.asked import make_link, register_sender, token_of
from tests.rooms.visits.coming import told
from tests.world import World

GET = Fetch("GET", "192.0.2.7", Agent.BROWSER)
CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36"


class Sent:
    """A link of KLESIA's, and what its mail carries."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.link_id, self.token = token_of(world, register_sender(world))

    def fetch(self, fetch: Fetch | None = GET) -> OpenedLink | LinkRefusal:
        return open_link(self.world.work(), token=self.token, fetch=fetch)

    def traces(self) -> list[tuple[str, Agent, str, str | None, int]]:
        found = list_traces(self.world.work(), link_id=self.link_id)
        return [(one.method, one.agent, one.network, one.address, one.times) for one in found]

    def link(self) -> Link:
        opened = self.fetch(None)
        assert isinstance(opened, OpenedLink)
        return opened.link


@pytest.fixture
def sent(world: World) -> Sent:
    return Sent(world)


def test_a_link_opens_as_often_as_one_likes_and_no_receipt_says_so(sent: Sent):
    for _ in range(5):
        opened = sent.fetch()
        assert isinstance(opened, OpenedLink)
        assert (opened.link.link_id, opened.partner.client_id) == (sent.link_id, "klesia")
    assert told(sent.world, sent.link()) == []


def test_one_address_is_one_row_a_day_however_often_it_comes(sent: Sent):
    for _ in range(3):
        sent.fetch()
    sent.fetch(Fetch("HEAD", "192.0.2.7", Agent.BROWSER))
    sent.fetch(Fetch("GET", "192.0.2.7", Agent.PROGRAM))
    assert sorted(sent.traces(), key=str) == [
        ("GET", Agent.BROWSER, "192.0.2.0/24", "192.0.2.7", 3),
        ("GET", Agent.PROGRAM, "192.0.2.0/24", "192.0.2.7", 1),
        ("HEAD", Agent.BROWSER, "192.0.2.0/24", "192.0.2.7", 1),
    ]


def test_what_stays_of_an_address_ties_no_two_days_and_no_two_links(sent: Sent):
    world = sent.world
    other_id, other = token_of(world, world_partner(world))
    sent.fetch()
    open_link(world.work(), token=other, fetch=GET)
    world.pass_time(days=1)
    sent.fetch()
    with world.work().read() as connection:
        marks = list(connection.execute(select(store.link_traces.c.mark)).scalars())
    assert len(set(marks)) == len(marks) == 3
    assert not [mark for mark in marks if "192.0.2" in mark]
    assert len(list_traces(world.work(), link_id=other_id)) == 1


def world_partner(world: World):
    return register_sender(world, "mcf", targets=("http://klesia.localhost:8500/taux",))


def test_without_a_fetch_there_is_no_trace(sent: Sent):
    sent.fetch(None)
    assert sent.traces() == []


def test_a_link_that_is_over_is_refused_and_the_fetch_noted(sent: Sent):
    sent.world.pass_time(days=90)
    assert sent.fetch() is LinkRefusal.EXPIRED
    assert len(sent.traces()) == 1


def test_a_revoked_link_stays_revoked_when_its_time_is_over(sent: Sent):
    revoke_link(sent.world.work(), client_id="klesia", link_id=sent.link_id, by="test")
    assert sent.fetch() is LinkRefusal.REVOKED
    sent.world.pass_time(days=90)
    assert sent.fetch() is LinkRefusal.REVOKED


@pytest.mark.parametrize("token", ["", "x", "A" * 22, "\N{SNOWMAN}" * 22, "lnk_" + "A" * 22])
def test_no_other_token_opens_anything(world: World, token: str):
    make_link(world, register_sender(world))
    assert open_link(world.work(), token=token, fetch=GET) is LinkRefusal.UNKNOWN


def test_the_public_name_of_a_link_opens_nothing(sent: Sent):
    answer = open_link(sent.world.work(), token=sent.link_id, fetch=GET)
    assert answer is LinkRefusal.UNKNOWN


def test_a_fetch_that_cannot_be_noted_is_no_reason_to_refuse_anybody(sqlite_world: World):
    sent = Sent(sqlite_world)
    with sqlite_world.equipment.database.readers.connect() as connection:
        # The one connection of this test's thread: from here on it writes nothing.
        connection.exec_driver_sql("PRAGMA query_only = ON")
    assert isinstance(sent.fetch(), OpenedLink)
    assert sent.traces() == []


def test_an_address_is_cut_after_30_days_and_the_trace_gone_after_12_months(sent: Sent):
    world = sent.world
    sent.fetch()
    world.pass_time(days=30)
    forget_old_traces(world.work())
    assert sent.traces()[0][3] == "192.0.2.7"
    world.pass_time(seconds=1)
    assert forget_old_traces(world.work()) == 1
    assert sent.traces()[0][2:4] == ("192.0.2.0/24", None)
    world.pass_time(days=world.equipment.settings.trace_days - 30, seconds=-1)
    forget_old_traces(world.work())
    assert len(sent.traces()) == 1
    world.pass_time(seconds=1)
    forget_old_traces(world.work())
    assert sent.traces() == []


@pytest.mark.parametrize(
    ("user_agent", "purpose", "agent"),
    [
        (CHROME, "", Agent.BROWSER),
        (CHROME, "prefetch", Agent.PREFETCH),
        (CHROME, "prefetch;prerender", Agent.PREFETCH),
        (CHROME.replace("Chrome", "HeadlessChrome"), "", Agent.PROGRAM),
        ("Mozilla/5.0 (compatible; Googlebot/2.1)", "", Agent.PROGRAM),
        ("curl/8.5.0", "", Agent.PROGRAM),
        ("", "", Agent.SILENT),
        ("  ", "", Agent.SILENT),
    ],
)
def test_a_client_is_labelled_by_what_it_says(user_agent: str, purpose: str, agent: Agent):
    assert agent_of(user_agent, purpose=purpose) is agent


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.0/24"),
        ("2001:db8:1:2::7", "2001:db8:1::/48"),
        ("::ffff:192.0.2.7", "192.0.2.0/24"),
        ("", ""),
        ("unix:", ""),
    ],
)
def test_an_address_is_cut_to_its_network(address: str, network: str):
    assert cut_address(address) == network
