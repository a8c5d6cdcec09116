"""All that the checks judge: gathered first, judged after, so that judging is a pure function."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qs, urlencode

from mag_server.base.addresses import origin_of
from mag_server.base.assets import Asset
from mag_server.base.fetch import Fetched, Unreachable, fetch
from mag_server.doctor.markup import Markup, read_markup
from mag_server.rooms.partners.model import Partner


@dataclass(frozen=True)
class Evidence:
    """What was found: the partner, its page, and what MAG answers to the page's own request."""

    issuer: str
    partner: Partner
    loader: Asset
    now: datetime
    page: Fetched | Unreachable
    markup: Markup
    script: Fetched | Unreachable | None
    frame: Fetched | Unreachable | None

    @property
    def read_page(self) -> Fetched:
        """Return the page; judging begins only when there is one."""
        if isinstance(self.page, Fetched):
            return self.page
        raise ValueError("the page was not read")

    @property
    def page_origin(self) -> str:
        """Return the page's origin."""
        return origin_of(self.read_page.url)

    @property
    def request(self) -> dict[str, str]:
        """Return the first element's request, as parameters; empty without one."""
        text = next((request for request in self.markup.requests if request), "")
        return {name: values[0] for name, values in parse_qs(text).items()}


@dataclass(frozen=True)
class Finding:
    """One cause: its stable name, what is wrong, and the line that mends it."""

    cause: str
    sentence: str
    remedy: str


def gather(
    *, issuer: str, partner: Partner, page_url: str, loader: Asset, now: datetime
) -> Evidence:
    """Fetch the page, its script, and the frame that its request would open."""
    page = fetch(page_url, headers={"Sec-Fetch-Dest": "document"})
    markup = read_markup(page.body, page_url=page_url) if isinstance(page, Fetched) else Markup()
    script = fetch(markup.scripts[0].url) if markup.scripts else None
    evidence = Evidence(issuer, partner, loader, now, page, markup, script, frame=None)
    if not evidence.request:
        return evidence
    asked = evidence.request | {"response_mode": "web_message"}
    frame = fetch(f"{issuer}/authorize?{urlencode(asked)}", headers={"Sec-Fetch-Dest": "iframe"})
    return Evidence(issuer, partner, loader, now, page, markup, script, frame)
