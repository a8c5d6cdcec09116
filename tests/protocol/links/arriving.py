"""People who come by a link, as their browser does it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from werkzeug.test import TestResponse

from mag_server.rooms.partners.model import Partner
from mag_server.rooms.receipts.actions import list_link
from mag_server.rooms.receipts.model import Receipt
from tests.rooms.links.asked import register_sender, token_of
from tests.world import Browser, Form, World, hidden

TARGET = "http://klesia.localhost:8500/taux"
AUTHENTICATED_AT_A_LINK = [("opened", "authenticated"), ("authenticated", "authenticated")]
INITIATE = "http://klesia.localhost:8500/mag/start"


@dataclass
class Sent:
    """A link that KLESIA sent to TOM SAWYER, who has an account."""

    world: World
    partner: Partner
    link_id: str
    token: str

    @property
    def path(self) -> str:
        """Return the address that the mail carries, without its host."""
        return f"/l/{self.token}"

    def open(self, visitor: Browser, **options: Any) -> TestResponse:
        """Follow the link."""
        return visitor.get(self.path, **options)

    def sign_in(self, visitor: Browser, **typed: str) -> TestResponse:
        """Follow the link and fill the form as TOM SAWYER, but for what is given."""
        return Form(visitor, self.open(visitor)).submit(**typed)

    def go_on(self, visitor: Browser) -> TestResponse:
        """Follow the link with a live session, and say yes."""
        form = hidden(self.open(visitor), "form")
        return visitor.post("/link/go-on", {"form": form})

    def receipts(self) -> list[Receipt]:
        """Return what is recorded of the link."""
        return list_link(self.world.work(), link_id=self.link_id)

    def told(self) -> list[tuple[str, str | None]]:
        """Return stage and manner of each receipt."""
        return [(one.stage.value, one.observed) for one in self.receipts()]


def send(world: World, *, person: bool = True, **changes: Any) -> Sent:
    """Register KLESIA and TOM SAWYER, and make a link."""
    partner = register_sender(world)
    if person:
        world.register_person()
    return another(world, partner, **changes)


def another(world: World, partner: Partner, **changes: Any) -> Sent:
    """Make one more link."""
    link_id, token = token_of(world, partner, **changes)
    return Sent(world, partner, link_id, token)


def onward(answer: TestResponse) -> dict[str, str]:
    """Return what the partner is told by the redirect that sends a person on."""
    assert answer.status_code == 303, answer.text
    assert answer.location.startswith(INITIATE + "?"), answer.location
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.location).query).items()}


@contextmanager
def nothing_recorded(sent: Sent) -> Iterator[None]:
    """Check that what happens inside leaves no receipt."""
    before = sent.told()
    yield
    assert sent.told() == before
