"""Read a page as a person's tools would: headings, forms, links, what runs and what styles."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID_OF_WORDS = {"script", "style"}


@dataclass
class Page(HTMLParser):
    text: str
    words: str = ""
    language: str | None = None
    headings: list[str] = field(default_factory=list)
    landmarks: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    forms: list[dict[str, str | None]] = field(default_factory=list)
    inputs: list[dict[str, str | None]] = field(default_factory=list)
    labels_for: list[str | None] = field(default_factory=list)
    inline: list[str] = field(default_factory=list)

    def __post_init__(self):
        super().__init__()
        self._in_heading = False
        self.feed(self.text)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self._note_inline(tag, given)
        if tag == "html":
            self.language = given.get("lang")
        if tag == "h1":
            self._in_heading = True
            self.headings.append("")
        if tag in {"main", "header", "footer"}:
            self.landmarks.append(tag)
        if tag == "a":
            self.links.append(given["href"])
        if tag == "link":
            self.files.append(given["href"])
        if tag == "script" and "src" in given:
            self.files.append(given["src"])
        if tag == "form":
            self.forms.append(given)
        if tag == "input":
            self.inputs.append(given)
        if tag == "label":
            self.labels_for.append(given.get("for"))

    def _note_inline(self, tag, given):
        if tag == "style" or (tag == "script" and "src" not in given):
            self.inline.append(tag)
        self.inline.extend(n for n in given if n == "style" or n.startswith("on"))

    def handle_endtag(self, tag):
        if tag == "h1":
            self._in_heading = False

    def handle_data(self, data):
        self.words += data
        if self._in_heading:
            self.headings[-1] += data

    @property
    def csrf(self):
        return next(i["value"] for i in self.inputs if i.get("name") == "csrf")
