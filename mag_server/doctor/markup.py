"""What of MAG stands in a partner's page: the script and the element."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from mag_server.base.fetch import as_browsers_write

# Where scripts run, what stands in these is text.
_TEXT = {"noscript", "textarea", "title", "iframe", "noembed", "noframes", "xmp", "plaintext"}


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
    base: str
    scripts: list[Script] = field(default_factory=list)
    requests: list[str | None] = field(default_factory=list)
    meta_policies: list[str] = field(default_factory=list)
    # The open elements whose content is no part of the page.
    inert: list[str] = field(default_factory=list)
    has_base: bool = False

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        # Of two attributes of one name the first counts; one without a value is there all the same.
        given = {name: value or "" for name, value in reversed(attrs)}
        if self.inert and self.inert[-1] in _TEXT:
            return
        if tag in _TEXT or (tag == "template" and (self.inert or not _is_shadow(given))):
            self.inert.append(tag)
        elif not self.inert:
            self._read(tag, given)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)  # HTML passes over the slash

    def handle_endtag(self, tag: str) -> None:
        if self.inert and self.inert[-1] == tag:
            self.inert.pop()

    def parse_marked_section(self, i: int, report: int = 1) -> int:  # noqa: ARG002 - Python's own signature
        # HTML has none: Python would read one, and raises AssertionError at what is not.
        return self.parse_bogus_comment(i)

    def _read(self, tag: str, given: dict[str, str]) -> None:
        if tag == "mag-signin":
            self.requests.append(given.get("request"))
        elif tag == "script" and "src" in given:
            self._read_script(given)
        elif tag == "base" and "href" in given and not self.has_base:
            self.base, self.has_base = self._address(given["href"]) or self.base, True
        elif tag == "meta" and given.get("http-equiv", "").lower() == "content-security-policy":
            self.meta_policies.append(given.get("content", ""))

    def _read_script(self, given: dict[str, str]) -> None:
        url = self._address(given["src"])
        name = urlsplit(url).path.rpartition("/")[2] if url else ""
        if url and name.startswith("mag.") and name.endswith(".js"):
            names = ("integrity", "crossorigin", "nonce", "type")
            self.scripts.append(Script(url, *(given.get(name) for name in names)))

    def _address(self, written: str) -> str | None:
        try:
            return as_browsers_write(urljoin(self.base, written.strip()))
        except ValueError:
            return None  # a browser loads nothing from there either


def _is_shadow(given: dict[str, str]) -> bool:
    return given.get("shadowrootmode", "").lower() in {"open", "closed"}


def read_markup(body: str, *, page_url: str) -> Markup:
    """Return what of MAG stands in a page as the server sent it, before any script ran."""
    reader = _Reader(page_url)
    reader.feed(body)
    return Markup(tuple(reader.scripts), tuple(reader.requests), tuple(reader.meta_policies))
