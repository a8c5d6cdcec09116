"""Programs that open every link of every mail: what they leave, and what they cannot make.

Eight named classes, 50 links each. The browser's ones stand in e2e/test_scanners.py.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.protocol.links.arriving import Sent, another, onward, send
from tests.world import Browser, Form, World

LINKS = 50
Scanner = Callable[[Browser, Sent], None]


def heads(visitor: Browser, sent: Sent) -> None:
    visitor.client.head(sent.path, base_url=sent.world.issuer)


def gets(visitor: Browser, sent: Sent) -> None:
    sent.open(visitor)


def prefetches(visitor: Browser, sent: Sent) -> None:
    for purpose in ("prefetch", "prefetch;prerender", "prefetch;anonymous-client-ip"):
        sent.open(visitor, headers={"Sec-Purpose": purpose, "Purpose": "prefetch"})


def gets_at_once(_visitor: Browser, sent: Sent) -> None:
    def fetch(_: int) -> int:
        return sent.open(sent.world.browser()).status_code

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(fetch, range(4))) == {200}


def submits_the_empty_form(visitor: Browser, sent: Sent) -> None:
    form = Form(visitor, sent.open(visitor))
    for _ in range(3):
        form.submit(siret="", nom="", prenom="", password="")


def posts_it_everywhere(visitor: Browser, sent: Sent) -> None:
    token = Form(visitor, sent.open(visitor)).token
    for path in ("/sign-in", "/link/go-on", "/link/change"):
        visitor.post(path, {"form": token})


QUIET: dict[str, Scanner] = {
    "HEAD": heads,
    "GET": gets,
    "prefetch headers": prefetches,
    "parallel GETs": gets_at_once,
    "submits the empty form": submits_the_empty_form,
    "posts the form to every address of a sign-in": posts_it_everywhere,
}


@pytest.mark.parametrize("name", QUIET)
def test_a_program_that_fetches_or_posts_makes_no_receipt_and_keeps_nobody_out(
    sqlite_world: World, name: str
):
    first = send(sqlite_world)
    every = [first] + [another(sqlite_world, first.partner) for _ in range(LINKS - 1)]
    for sent in every:
        QUIET[name](sqlite_world.browser(), sent)
    assert [sent.told() for sent in every] == [[]] * LINKS
    # Afterwards every human still arrives at the exact page, without waiting.
    for sent in every[::10]:
        told = onward(sent.sign_in(sqlite_world.browser()))
        assert told["target_link_uri"] == "http://klesia.localhost:8500/taux"


def test_one_that_types_into_every_field_and_submits_makes_no_authentication(sqlite_world: World):
    first = send(sqlite_world)
    every = [first] + [another(sqlite_world, first.partner) for _ in range(LINKS - 1)]
    for number, sent in enumerate(every):
        # It does not know whom the mail is for: what it types is its own, and so is its address.
        typed = {"siret": "97050551700072", "nom": "test", "prenom": "test", "password": "test"}
        sent.sign_in(sqlite_world.browser(), **typed, address=f"198.51.100.{number}")
    assert [sent.told() for sent in every] == [[]] * LINKS
    for sent in every[::10]:
        onward(sent.sign_in(sqlite_world.browser()))


def test_one_that_reports_a_gesture_is_told_as_what_it_is(sqlite_world: World):
    first = send(sqlite_world)
    every = [first] + [another(sqlite_world, first.partner) for _ in range(LINKS - 1)]
    for sent in every:
        visitor = sqlite_world.browser()
        form = Form(visitor, sent.open(visitor)).token
        visitor.post("/link/interaction", {"form": form})
        visitor.post("/link/report", {"form": form})
    told = [("opened", "interaction"), ("reported", "interaction")]
    assert [sent.told() for sent in every] == [told] * LINKS
    onward(first.sign_in(sqlite_world.browser()))
