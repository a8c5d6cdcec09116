"""The form in a partner's frame, as the server sees it: browsers say so by fetch metadata."""

import re
from html import unescape
from typing import Any
from urllib.parse import urlencode

from werkzeug.test import TestResponse

from tests.world import PASSWORD, Browser, hidden, request_parameters

KLESIA = "http://klesia.localhost:8500"
_IN_A_FRAME = {"Sec-Fetch-Dest": "iframe"}


class Frame:
    """A frame of MAG's in KLESIA's page."""

    def __init__(self, browser: Browser) -> None:
        """Stand in a browser that may have cookies, or not."""
        self.browser = browser

    def open(self, **changes: str | None) -> TestResponse:
        """Send an authorization request from the frame."""
        query = urlencode(request_parameters(**{"response_mode": "web_message"} | changes))
        return self.browser.get("/authorize?" + query, headers=_IN_A_FRAME)

    def submit(
        self, shown: TestResponse, *, headers: dict[str, str] = _IN_A_FRAME, **typed: str
    ) -> TestResponse:
        """Fill the form as TOM SAWYER, but for what is given, and press the button."""
        address = typed.pop("address", "127.0.0.1")
        fields: dict[str, Any] = {
            "form": hidden(shown, "form"),
            "siret": "970 505 517 00072",
            "nom": "Sawyer",
            "prenom": "Tom",
            "password": PASSWORD,
            "action": "sign-in",
        }
        return self.browser.post(
            "/sign-in", fields | typed, headers=headers, environ_base={"REMOTE_ADDR": address}
        )

    def sign_in(self) -> dict[str, str]:
        """Sign TOM SAWYER in and return what is told to the page."""
        return told(self.submit(self.open()))


def told(response: TestResponse) -> dict[str, str]:
    """Return what the frame's script tells the page around it."""
    attributes = re.findall(r' data-answer-([a-z-]+)="([^"]*)"', response.text)
    assert attributes, response.text
    return {name.replace("-", "_"): unescape(value) for name, value in attributes}


def directive(response: TestResponse, name: str) -> str:
    """Return one directive of an answer's Content-Security-Policy."""
    policy = response.headers["Content-Security-Policy"]
    (value,) = [part for part in policy.split("; ") if part.split(" ")[0] == name]
    return value.removeprefix(name).strip()
