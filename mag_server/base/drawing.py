"""SVG drawings from people we trust a little: read strictly, written anew.

What comes out is written from the parsed tree, so a reader that sees the file otherwise than
our parser does never sees the file at all. Only shapes pass: no script, no style, no link,
no text, no picture, no identifier.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape, quoteattr

_NAMESPACE = "{http://www.w3.org/2000/svg}"
_ELEMENTS = frozenset(
    {"svg", "g", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "title"}
)
_ATTRIBUTES = frozenset(
    {
        "viewBox", "width", "height", "d", "x", "y", "rx", "ry", "cx", "cy", "r",
        "x1", "y1", "x2", "y2", "points", "transform", "class",
        "fill", "fill-rule", "fill-opacity", "clip-rule", "opacity",
        "stroke", "stroke-width", "stroke-linecap", "stroke-linejoin", "stroke-miterlimit",
    }
)  # fmt: skip
# No url(...), no colon, no quote: a value can neither fetch nor run anything.
_VALUE = re.compile(r"[A-Za-z0-9 .,#%()+\n\t-]*")
_MOST_CHARACTERS = 16_000
_DEEPEST = 20  # a group in a group in a group: drawing tools make five or six


@dataclass(frozen=True)
class Drawing:
    """A drawing that is only shapes."""

    inline: str  # to stand in a page: no namespace, hidden from assistive technology
    _tree: ET.Element

    def as_file(self, colours: Mapping[str, str]) -> str:
        """Write it as a file of its own, each class drawn in the colour of that name."""
        return _written(self._tree, colours, root='xmlns="http://www.w3.org/2000/svg"')


def read_drawing(text: str, *, classes: Collection[str]) -> Drawing | tuple[str, ...]:
    """Read an SVG.

    Args:
        text: The file.
        classes: The class names a shape may carry.

    Returns:
        The drawing, or one sentence for each thing refused.
    """
    if len(text) > _MOST_CHARACTERS:
        return (f"is longer than {_MOST_CHARACTERS} characters.",)
    # Before parsing: an entity can grow to gigabytes or read a file of the server.
    if "<!DOCTYPE" in text.upper() or "<!ENTITY" in text.upper():
        return ("declares a document type or an entity, which is refused.",)
    try:
        root = ET.fromstring(text)  # noqa: S314 - no entity can be declared, see above
    except ET.ParseError as error:
        return (f"is not well-formed XML: {error}.",)
    if root.tag != f"{_NAMESPACE}svg" or "viewBox" not in root.attrib:
        return ("must be an <svg> of the SVG namespace with a viewBox.",)
    if found := tuple(dict.fromkeys(_complaints(root, classes))):
        return found
    inline = _written(root, {}, root='aria-hidden="true" focusable="false"')
    return Drawing(inline, root)


def _is_deep(root: ET.Element) -> bool:
    # Level by level: a drawing of thousands of levels would exhaust the stack of what writes it.
    level = [root]
    for _ in range(_DEEPEST):
        level = [child for element in level for child in element]
    return bool(level)


def _complaints(root: ET.Element, classes: Collection[str]) -> Iterator[str]:
    if _is_deep(root):
        yield f"nests its shapes more than {_DEEPEST} deep."
    for element in root.iter():
        name = element.tag.removeprefix(_NAMESPACE)
        if name not in _ELEMENTS:
            yield f"holds <{name}>, which is refused: only shapes may stand in a logo."
        for attribute, value in element.attrib.items():
            if attribute not in _ATTRIBUTES:
                yield f"holds the attribute {attribute} on <{name}>, which is refused."
            elif "url(" in value.lower() or not _VALUE.fullmatch(value):
                yield f"holds {attribute}={value!r} on <{name}>, which is refused."
            elif attribute == "class" and value not in classes:
                yield f"holds class={value!r}: write one of {', '.join(sorted(classes))}."


def _written(element: ET.Element, colours: Mapping[str, str], root: str = "") -> str:
    name = element.tag.removeprefix(_NAMESPACE)
    attributes = {k: v for k, v in element.attrib.items() if k in _ATTRIBUTES}
    if attributes.get("class") in colours:
        attributes["fill"] = colours[attributes.pop("class")]
    opening = " ".join(
        filter(None, [name, root, *(f"{k}={quoteattr(v)}" for k, v in attributes.items())])
    )
    inside = "".join(_written(child, colours) for child in element)
    text = escape(element.text or "") if name == "title" else ""
    return f"<{opening}>{text}{inside}</{name}>"
