"""The causes that lie in the request, in what is registered, and before MAG."""

import re
import shlex
from urllib.parse import urlsplit

from mag_server.base.addresses import origin_of
from mag_server.base.errors import CATALOGUE
from mag_server.base.fetch import Fetched, Unreachable
from mag_server.doctor.evidence import Evidence, Finding
from mag_server.doctor.policy import forbids, read_policies


def element_missing(evidence: Evidence) -> Finding | None:
    """The script finds nothing to fill."""
    if evidence.markup.requests:
        return None
    return Finding(
        "element-missing",
        "The page has no <mag-signin> as it is sent (a script may add it later: try --browser).",
        '<mag-signin request="..."><a href="/login">Se connecter</a></mag-signin>',
    )


def request_missing(evidence: Evidence) -> Finding | None:
    """The element does not say what it asks for."""
    if not evidence.markup.requests or any(evidence.markup.requests):
        return None
    return Finding(
        "request-missing",
        "<mag-signin> has no request: it goes on showing its fallback.",
        '{{ mag_widget(target="/espace") }}',
    )


def request_of_another_partner(evidence: Evidence) -> Finding | None:
    """The request names another partner than the one asked about."""
    asked = evidence.request.get("client_id")
    if not evidence.request or asked == evidence.partner.client_id:
        return None
    return Finding(
        "other-client-id",
        f"The request's client_id is {asked}, not {evidence.partner.client_id}.",
        f"client_id={evidence.partner.client_id}",
    )


def response_mode(evidence: Evidence) -> Finding | None:
    """The request is that of a full page: no frame shows its answer."""
    asked = evidence.request.get("response_mode")
    if not evidence.request or asked == "web_message":
        return None
    said = f"asks for response_mode={asked}" if asked else "has no response_mode"
    return Finding(
        "response-mode",
        f"The request {said}: it is the request of a full page, which no frame may show.",
        "response_mode=web_message",
    )


def redirect_uri_unregistered(evidence: Evidence) -> Finding | None:
    """Another scheme, a slash more or less: to MAG it is another address."""
    asked = evidence.request.get("redirect_uri")
    if asked is None or asked in evidence.partner.redirect_uris:
        return None
    near = [uri for uri in evidence.partner.redirect_uris if uri.rstrip("/") == asked.rstrip("/")]
    if f"https{asked.removeprefix('http')}" in evidence.partner.redirect_uris:
        return Finding(
            "redirect-uri-http",
            f"The request's redirect_uri is {asked}; registered is its https form: behind a proxy "
            "that ends TLS a portal does not see it.",
            f"redirect_uri=https{asked.removeprefix('http')}",
        )
    if near:
        return Finding(
            "redirect-uri-slash",
            f"The request's redirect_uri is {asked}; registered is {near[0]}: the slash counts.",
            f"redirect_uri={near[0]}",
        )
    return Finding(
        "redirect-uri-unknown",
        f"The request's redirect_uri {asked} is not registered, character for character.",
        f"mag partners edit {evidence.partner.client_id} "
        # Attack: an address that is also a command, in the line to paste.
        + " ".join(
            f"--redirect-uri {shlex.quote(uri)}" for uri in (*evidence.partner.redirect_uris, asked)
        ),
    )


def redirect_uri_origin(evidence: Evidence) -> Finding | None:
    """The frame speaks only to the origin of the redirect_uri: it must be the page's."""
    asked = evidence.request.get("redirect_uri", "")
    if asked not in evidence.partner.redirect_uris or origin_of(asked) == evidence.page_origin:
        return None
    return Finding(
        "redirect-uri-origin",
        f"The page is on {evidence.page_origin} and its redirect_uri on {origin_of(asked)}: "
        "the frame would not answer this page.",
        f"redirect_uri={evidence.page_origin}{urlsplit(asked).path}",
    )


def origin_unknown(evidence: Evidence) -> Finding | None:
    """The page's origin may not show the widget."""
    if evidence.page_origin in evidence.partner.origins:
        return None
    origins = (*evidence.partner.origins, evidence.page_origin)
    return Finding(
        "origin-not-registered",
        f"{evidence.page_origin} is not registered as an origin of {evidence.partner.client_id}.",
        f"mag partners edit {evidence.partner.client_id} "
        + " ".join(f"--origin {origin}" for origin in origins),
    )


def mag_away(evidence: Evidence) -> Finding | None:
    """MAG does not answer at its own address."""
    if not isinstance(evidence.frame, Unreachable):
        return None
    return Finding(
        "mag-unreachable",
        f"MAG does not answer at {evidence.issuer}: {evidence.frame.reason}.",
        "mag serve",
    )


def mag_refuses(evidence: Evidence) -> Finding | None:
    """MAG answers the request with an error of its own."""
    frame = evidence.frame
    if not isinstance(frame, Fetched) or response_mode(evidence):
        return None
    found = re.search(r"MAG-\d{3}", frame.body)
    code = found[0] if found and found[0] in CATALOGUE else None
    if code is None or "sign-in" in frame.body.partition("<form")[2][:200]:
        return None
    entry = CATALOGUE[code]
    return Finding(
        "request-refused", f"MAG refuses the request: {code}. {entry.cause}", entry.remedy
    )


def proxy_frame_options(evidence: Evidence) -> Finding | None:
    """Something before MAG sends X-Frame-Options in place of MAG's own policy.

    Beside a policy that says `frame-ancestors`, browsers pass over it (HTML 7.7).
    """
    frame = evidence.frame
    value = frame.header("x-frame-options") if isinstance(frame, Fetched) else None
    if value is None or not isinstance(frame, Fetched) or "frame-ancestors" in _policy_of(frame):
        return None
    return Finding(
        "proxy-x-frame-options",
        f"A proxy before MAG sends X-Frame-Options: {value} and takes MAG's own "
        "Content-Security-Policy away: no page can show the frame.",
        "proxy_hide_header X-Frame-Options; proxy_pass_header Content-Security-Policy;",
    )


def _policy_of(frame: Fetched) -> str:
    return ",".join(frame.headers_named("content-security-policy"))


def proxy_frame_ancestors(evidence: Evidence) -> Finding | None:
    """Something before MAG adds a policy that keeps this page from framing it."""
    frame = evidence.frame
    if not isinstance(frame, Fetched) or mag_refuses(evidence) or response_mode(evidence):
        return None
    policies = read_policies(frame.headers_named("content-security-policy"))
    page = evidence.page_origin
    if not forbids(policies, "frame-ancestors", page + "/", page_origin=evidence.issuer):
        return None
    return Finding(
        "proxy-frame-ancestors",
        "A proxy before MAG adds or replaces Content-Security-Policy: this page may not frame it.",
        "Let MAG's own Content-Security-Policy through, and add none on its addresses.",
    )
