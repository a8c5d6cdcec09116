"""What of MAG stands in a partner's page: the script and the element."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit


@dataclass(frozen=True)
class Script:
    """A script whose address ends in mag.js, or a built name of it."""

    url: str
    integrity: str | None
    crossorigin: str | None
    nonce: str | None = None
    kind: str | None = None


@dataclass(frozen=True)
class Markup:
    """The scripts and the elements, in the page's order; `meta_policies` are CSPs in the page."""

    scripts: tuple[Script, ...] = ()
    requests: tuple[str | None, ...] = ()
    meta_policies: tuple[str, ...] = ()


@dataclass
class _Reader(HTMLParser):
    page_url: str
    scripts: list[Script] = field(default_factory=list)
    requests: list[str | None] = field(default_factory=list)
    meta_policies: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "mag-signin":
            self.requests.append(given.get("request"))
        elif tag == "script" and (source := given.get("src")):
            url = urljoin(self.page_url, source)
            name = urlsplit(url).path.rpartition("/")[2]
            if name.startswith("mag.") and name.endswith(".js"):
                names = ("integrity", "crossorigin", "nonce", "type")
                self.scripts.append(Script(url, *(given.get(name) for name in names)))
        elif tag == "meta" and (given.get("http-equiv") or "").lower() == "content-security-policy":
            self.meta_policies.append(given.get("content") or "")


def read_markup(body: str, *, page_url: str) -> Markup:
    """Return what of MAG stands in a page as the server sent it, before any script ran."""
    reader = _Reader(page_url)
    reader.feed(body)
    return Markup(tuple(reader.scripts), tuple(reader.requests), tuple(reader.meta_policies))
