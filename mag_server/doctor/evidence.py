"""All that the checks judge: gathered first, judged after, so that judging is a pure function."""

from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import parse_qs, parse_qsl, urlencode

from mag_server.base.addresses import origin_of
from mag_server.base.assets import Asset
from mag_server.base.fetch import Fetched, Unreachable, fetch, origin_or_none
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
        return {name: values[0] for name, values in parse_qs(self.written_request).items()}

    @property
    def written_request(self) -> str:
        """Return the first element's request as it is written."""
        text = next((request for request in self.markup.requests if request), "")
        return text.removeprefix("?")  # as URLSearchParams reads it


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
    # Attack: a page that names a machine which only this one can reach. MAG's own origin is asked.
    own = (script.url for script in markup.scripts if origin_or_none(script.url) == issuer)
    script = fetch(url) if (url := next(own, None)) else None
    return _ask(Evidence(issuer, partner, loader, now, page, markup, script, frame=None))


def ask_as_seen(evidence: Evidence, *, request: str) -> Evidence:
    """Ask MAG by the request that a browser saw, where a script of the page wrote it."""
    if not request or request == evidence.written_request:
        return evidence
    return _ask(replace(evidence, markup=replace(evidence.markup, requests=(request,))))


def _ask(evidence: Evidence) -> Evidence:
    """Ask MAG for the frame as the widget would: by the request as it is written."""
    if not evidence.request:
        return evidence
    asked = urlencode(parse_qsl(evidence.written_request, keep_blank_values=True), errors="replace")
    url = f"{evidence.issuer}/authorize?{asked}"
    return replace(evidence, frame=fetch(url, headers={"Sec-Fetch-Dest": "iframe"}))
