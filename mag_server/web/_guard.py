"""What every request passes and every answer carries: origin, fetch metadata, headers, a trace.

Source: Fetch Metadata; Content Security Policy Level 3; docs/threats.md « The form ».
"""

import ipaddress
import logging
import re
from collections.abc import Iterable
from urllib.parse import quote

from flask import Flask, Response, g, request

from mag_server.base.addresses import origin_of
from mag_server.base.secrets import new_identifier
from mag_server.base.settings import Settings
from mag_server.rooms.partners.model import Partner
from mag_server.web._work import current_work

SESSION_COOKIE = "__Host-mag_session"
DEVICE_COOKIE = "__Host-mag_device"
LONGEST_REQUEST_BYTES = 64 * 1024
LONGEST_LOGGED_PATH = 200
_log = logging.getLogger("mag.requests")
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; require-trusted-types-for 'script'; "
    "frame-ancestors {frame_ancestors}; form-action {form_action}"
)
_HOP_WITH_PORT = re.compile(
    r"(?P<v4>[0-9]+(?:\.[0-9]+){3}):[0-9]+|\[(?P<v6>[0-9A-Fa-f:.]+)\](?::[0-9]+)?", re.ASCII
)
# No journey sets these.
_ALWAYS = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()"),
)


def hang_guard(app: Flask) -> None:
    """Give every request a trace and every answer its headers."""
    app.config["MAX_CONTENT_LENGTH"] = LONGEST_REQUEST_BYTES
    app.config["MAX_FORM_MEMORY_SIZE"] = LONGEST_REQUEST_BYTES
    app.url_map.merge_slashes = False  # one address for each page, and no redirect to it
    app.before_request(_begin)
    app.after_request(_finish)


def trace_id() -> str:
    """Return the name under which this request stands in the log."""
    if "trace_id" not in g:
        g.trace_id = new_identifier()
    name: str = g.trace_id
    return name


def note_code(code: str) -> None:
    """Write an error's code on this request's line of the log."""
    g.code = code


def allow_form_action(partner: Partner) -> None:
    """Let this page's form end at the partner: browsers check every hop after a form POST."""
    addresses = [*partner.redirect_uris, *partner.targets]
    if partner.initiate_login_uri:
        addresses.append(partner.initiate_login_uri)
    allow_form_action_to({*partner.origins, *(origin_of(address) for address in addresses)})


def allow_form_action_to(origins: Iterable[str]) -> None:
    """Let this page's form end at these origins."""
    g.form_action = " ".join(["'self'", *sorted(set(origins))])


def allow_frame(origin: str) -> None:
    """Let this page be framed by one origin, that of a proved redirect_uri, and by no other."""
    g.frame_ancestors = origin


def framed_by() -> str | None:
    """Return the origin that `allow_frame` let frame this page, or None."""
    origin: str | None = g.get("frame_ancestors")
    return origin


def came_from_here() -> bool:
    """Tell whether a form was posted by one of our own pages.

    `Origin` must be ours; missing or `null` is refused. `Sec-Fetch-Site`, where sent, agrees.
    """
    if request.headers.get("Origin") != current_work().settings.issuer:
        return False
    return request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"


def opened_as(*destinations: str) -> bool:
    """Tell whether a page is opened as a `document` or an `iframe`, where the browser says so."""
    return request.headers.get("Sec-Fetch-Dest", destinations[0]) in destinations


def client_address() -> str:
    """Return the client's address; X-Forwarded-For is believed from trusted proxies only."""
    return _address(
        request.remote_addr or "",
        request.headers.getlist("X-Forwarded-For"),
        current_work().settings,
    )


def _address(peer: str, forwarded: list[str], settings: Settings) -> str:
    hops = [_without_port(hop.strip()) for line in forwarded for hop in line.split(",")]
    # Read from the right: what stands left of an untrusted hop was written by that hop.
    while hops and _is_trusted(peer, settings):
        peer = hops.pop()
    return peer


def _without_port(hop: str) -> str:
    # Some proxies write the port too, new for each connection: every guess would come from an
    # address of its own.
    found = _HOP_WITH_PORT.fullmatch(hop)
    return (found["v4"] or found["v6"]) if found else hop


def _is_trusted(address: str, settings: Settings) -> bool:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    # A socket that listens on [::] names an IPv4 proxy so.
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    return any(parsed in network for network in settings.trusted_proxies)


def see_other(address: str) -> Response:
    """Answer 303, never stored: a 307 would post the person's password on (RFC 9700 4.12)."""
    return Response(status=303, headers={"Location": address, "Cache-Control": "no-store"})


def set_cookie(response: Response, name: str, value: str, *, max_age_seconds: int | None) -> None:
    """Set one of our cookies: Secure, HttpOnly, Lax, this host alone."""
    response.set_cookie(
        name,
        value,
        max_age=max_age_seconds,
        path="/",
        secure=True,
        httponly=True,
        samesite="Lax",
    )


def drop_cookie(response: Response, name: str) -> None:
    """Take one of our cookies back."""
    response.delete_cookie(name, path="/", secure=True, httponly=True, samesite="Lax")


def _begin() -> None:
    trace_id()
    # Our files are small: a range is ignored, as RFC 9110 section 14.2 allows, never refused.
    request.environ.pop("HTTP_RANGE", None)
    if "chunked" in request.headers.get("Transfer-Encoding", "").lower():
        # Without a Content-Length the body ends where the server says; else it would seem empty.
        request.environ["wsgi.input_terminated"] = True


def _logged_path() -> str:
    # A link's token opens its page for months: no log may hold it.
    path = "/l/-" if request.path.startswith("/l/") else request.path
    return quote(path)[:LONGEST_LOGGED_PATH]


def _finish(response: Response) -> Response:
    headers = response.headers
    headers.add("X-Trace-Id", trace_id())
    headers.extend(_ALWAYS)
    headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    if current_work().settings.issuer.startswith("https://"):
        headers.add("Strict-Transport-Security", "max-age=63072000; includeSubDomains")
    policy = _POLICY.format(
        frame_ancestors=g.get("frame_ancestors", "'none'"),
        form_action=g.get("form_action", "'self'"),
    )
    headers.setdefault("Content-Security-Policy", policy)
    # The path alone: a query may carry what must not be kept. Quoted: a line break in it would
    # forge a line of the log.
    _log.info(
        "%s %s %s code=%s trace_id=%s",
        request.method,
        _logged_path(),
        response.status_code,
        g.get("code", "-"),
        trace_id(),
    )
    return response
