"""Look at an address as a browser would ask for it: once, bounded, no redirect followed."""

import http.client
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from mag_server.base.addresses import origin_of
from mag_server.base.hosts import is_local

TIMEOUT_SECONDS = 10
MOST_BYTES = 2 * 1024 * 1024
# What stands in an address as it is; a browser percent-encodes the rest, in UTF-8 (WHATWG URL).
_AS_IT_IS = "!$%&'()*+,/:;=?@[]^|~`{}"
_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Fetched:
    """What came back; `headers` keeps repeated ones apart, in order, names in lower case."""

    url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: str

    def header(self, name: str) -> str | None:
        """Return the first header of a name."""
        return next((value for key, value in self.headers if key == name), None)

    def headers_named(self, name: str) -> list[str]:
        """Return every header of a name: several policies all apply."""
        return [value for key, value in self.headers if key == name]


@dataclass(frozen=True)
class Unreachable:
    """Nothing came back; `reason` is the system's own sentence."""

    url: str
    reason: str


def fetch(url: str, *, headers: Mapping[str, str] | None = None) -> Fetched | Unreachable:
    """Fetch an address; `*.localhost` is this machine, whatever the resolver says (RFC 6761)."""
    try:
        url = as_browsers_write(url)
        parts = urlsplit(url)
        host = parts.hostname or ""
        connection = _connection(parts.scheme, "127.0.0.1" if is_local(host) else host, parts.port)
        path = parts.path or "/"
        asked = {"Host": parts.netloc, "Accept": "text/html,*/*", **(headers or {})}
        connection.request("GET", f"{path}?{parts.query}" if parts.query else path, headers=asked)
        answer = connection.getresponse()
        body = answer.read(MOST_BYTES).decode("utf-8", "replace")
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Unreachable(url, str(error) or type(error).__name__)
    named = tuple((name.lower(), value) for name, value in answer.getheaders())
    return Fetched(url, answer.status, named, body)


def as_browsers_write(url: str) -> str:
    """Return an address as a browser asks for it: in ASCII, host in lower case, no default port.

    Raises:
        ValueError: It is no address that a browser would open.
    """
    parts = urlsplit(url.strip())
    if parts.scheme not in _DEFAULT_PORTS:
        raise ValueError("the address does not begin with http:// or https://")
    host = parts.hostname or ""
    if not host.isascii():
        host = host.encode("idna").decode("ascii")
    if not host or not host.isprintable() or " " in host:
        raise ValueError("the address has no host, or one that cannot be")
    port = "" if parts.port in {None, _DEFAULT_PORTS[parts.scheme]} else f":{parts.port}"
    authority = (f"[{host}]" if ":" in host else host) + port
    query = f"?{quote(parts.query, safe=_AS_IT_IS)}" if parts.query else ""
    path = quote(parts.path, safe=_AS_IT_IS) or "/"
    return f"{parts.scheme}://{authority}{path}{query}"


def origin_or_none(url: str) -> str | None:
    """Return the origin of an address, or None for what is none."""
    try:
        return origin_of(url)
    except ValueError:
        return None


def _connection(scheme: str, host: str, port: int | None) -> http.client.HTTPConnection:
    if scheme == "https":
        context = ssl.create_default_context()
        return http.client.HTTPSConnection(host, port, timeout=TIMEOUT_SECONDS, context=context)
    return http.client.HTTPConnection(host, port, timeout=TIMEOUT_SECONDS)
