"""A registered address, cut for those who forge others from it."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Registered:
    """The registered address, cut for those who forge others from it."""

    scheme: str
    host: str
    port: str
    path: str

    @property
    def origin(self) -> str:
        return f"{self.scheme}://{self.host}{self.port}"

    @property
    def uri(self) -> str:
        return self.origin + self.path

    @property
    def other_scheme(self) -> str:
        return "http" if self.scheme == "https" else "https"

    def at(self, host: str, *, path: str | None = None) -> str:
        """Write the address at another host, with the same port."""
        return f"{self.scheme}://{host}{self.port}{self.path if path is None else path}"

    def on(self, path: str) -> str:
        """Write another path, or anything else, after the same origin."""
        return self.origin + path


Forge = Callable[[Registered], list[str]]
EVIL = "evil.example"


def cut(registered: str) -> Registered:
    """Cut a registered address, or a registered origin, for those who forge others from it."""
    parts = urlsplit(registered)
    host, _, port = parts.netloc.partition(":")
    return Registered(parts.scheme, host, f":{port}" if port else "", parts.path)
