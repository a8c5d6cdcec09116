"""A campaign: a partner makes links, mails go out, people sign in, while processes are killed."""

import json
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from tests.soak.relay import Accepted, Relay
from tests.soak.site import AwayError, Site

PATIENCE_SECONDS = 240


@dataclass
class Campaign:
    """What was acknowledged to the partner and to the people, and what must therefore stand."""

    site: Site
    relay: Relay
    client_id: str
    client_secret: str
    # How each person signs in, by e-mail address; each has an address of the network, too.
    people: dict[str, dict[str, str]]
    acknowledged_links: list[str] = field(default_factory=list)
    acknowledged_tokens: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    _guard: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def make_links(self, lines: list[dict[str, Any]], *, key: str) -> None:
        """Ask until MAG acknowledged these links."""

        def ask() -> None:
            token = self.site.token(client_id=self.client_id, client_secret=self.client_secret)
            answer = self.site.post_links(lines, token=token, key=key)
            if answer.status != 200:
                raise AwayError(answer.text)
            made = [json.loads(line)["id"] for line in answer.text.splitlines()]
            with self._guard:
                self.acknowledged_links.extend(made)

        persist(ask)

    def open_mails(self, *, until: Callable[[], bool]) -> None:
        """Open mails as they come, and sign in from each, until nothing more is to come."""
        while not until():
            mail = self.relay.next_to_open()
            if mail is None:
                time.sleep(0.02)
                continue
            try:
                persist(partial(self._sign_in, mail))
            except Exception as error:  # noqa: BLE001 - whatever it is, the test tells it
                self.faults.append(f"{mail.addressee}: {error!r}")

    def _sign_in(self, mail: Accepted) -> None:
        person = self.people[mail.addressee]
        address = {"X_Forwarded_For": person["address"]}
        page = self.site.call("GET", f"/l/{mail.token}", **address)
        answer = self.site.sign_in(page, person, **address)
        if answer.status != 303:
            time.sleep(float(answer.headers.get("retry-after", "0.2")))
            raise AwayError(answer.status)
        with self._guard:
            self.acknowledged_tokens.append(mail.token)


def persist(act: Callable[[], None]) -> None:
    """Do something until it is done, with pauses of a random length."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return act()
        except AwayError:
            if time.monotonic() > deadline:
                raise
        time.sleep(random.uniform(0.05, 0.3))  # noqa: S311 - a pause is no secret
