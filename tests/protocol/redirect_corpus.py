"""Ways in which a redirect_uri or an origin lies, made from one that is registered.

`hostile_redirects(registered)` and `hostile_origins(registered)` return the same list at every
run: named classes written by hand first, then generated neighbours. None equals the registered
string, so an exact comparison refuses them all. Sent over HTTP, each must be percent-encoded as
one parameter value; the empty one stands for a parameter that is there and says nothing.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass

from tests.protocol.origin_classes import MALFORMED_ORIGINS, OTHER_ORIGINS
from tests.protocol.redirect_classes import MALFORMED, MERELY_OTHER
from tests.protocol.registered_address import Forge, cut

REDIRECTS_IN_ALL = 500
ORIGINS_IN_ALL = 250


@dataclass(frozen=True)
class HostileRedirect:
    """One redirect_uri that must be refused, and the way in which it lies."""

    class_name: str
    uri: str


@dataclass(frozen=True)
class HostileOrigin:
    """One origin that must be refused, and the way in which it lies."""

    class_name: str
    origin: str


_INSERTED = "./\\@:?#%;&=*-_~+,! \t\r\n\x00\u200b\u3002\uff0e\uff0f\u0430\u2215aZ0"


def hostile_redirects(registered: str) -> list[HostileRedirect]:
    """Return 500 redirect_uris to refuse, none of them the registered one."""
    forged = _forge(registered, MERELY_OTHER | MALFORMED, count=REDIRECTS_IN_ALL)
    return [HostileRedirect(class_name, uri) for uri, class_name in forged.items()]


def hostile_origins(registered: str) -> list[HostileOrigin]:
    """Return 250 origins to refuse, none of them the registered one."""
    forged = _forge(registered, OTHER_ORIGINS | MALFORMED_ORIGINS, count=ORIGINS_IN_ALL)
    return [HostileOrigin(class_name, origin) for origin, class_name in forged.items()]


def _forge(registered: str, classes: Mapping[str, Forge], *, count: int) -> dict[str, str]:
    parts = cut(registered)
    forged: dict[str, str] = {}
    for class_name, forge in classes.items():
        for text in forge(parts):
            if text != registered:
                forged.setdefault(text, class_name)
    # The text seeds the chance: the same neighbours at every run, on every machine.
    chance = random.Random(registered)  # noqa: S311 - repeatable samples, not a secret
    while len(forged) < count:
        class_name, text = _neighbour(registered, chance=chance)
        if text != registered:
            forged.setdefault(text, class_name)
    return forged


def _neighbour(text: str, *, chance: random.Random) -> tuple[str, str]:
    place = chance.randrange(len(text))
    before, char, after = text[:place], text[place], text[place + 1 :]
    inserted = chance.choice(_INSERTED)
    return chance.choice(
        [
            ("generated: one character inserted", before + inserted + char + after),
            ("generated: one character replaced", before + inserted + after),
            ("generated: one character removed", before + after),
            ("generated: one character doubled", before + char + char + after),
            ("generated: two characters exchanged", before + after[:1] + char + after[1:]),
            ("generated: case of one character", before + char.swapcase() + after),
            ("generated: one character encoded", f"{before}%{ord(char):02X}{after}"),
        ]
    )
