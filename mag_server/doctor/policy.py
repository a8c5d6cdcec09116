"""Reading a Content Security Policy as far as the widget depends on it (CSP Level 3)."""

from collections.abc import Sequence
from urllib.parse import unquote, urlsplit

from mag_server.base.addresses import origin_of

Policy = dict[str, list[str]]
SCRIPT = "script-src-elem"
STRICT_DYNAMIC = "'strict-dynamic'"
_FALLBACKS = {
    SCRIPT: ("script-src-elem", "script-src", "default-src"),
    "frame-src": ("frame-src", "child-src", "default-src"),
    "form-action": ("form-action",),
    "frame-ancestors": ("frame-ancestors",),
}


def read_policies(headers: Sequence[str]) -> list[Policy]:
    """Return every policy of an answer: a header may hold several, and all of them apply."""
    return [_read(text) for header in headers for text in header.split(",") if text.strip()]


def _read(text: str) -> Policy:
    policy: Policy = {}
    for directive in text.split(";"):
        words = directive.split()
        if words:
            # The first of two directives of one name is the one that counts (CSP3 2.2.1).
            policy.setdefault(words[0].lower(), words[1:])
    return policy


def forbids(policies: Sequence[Policy], directive: str, url: str, *, page_origin: str) -> bool:
    """Tell whether one of the policies keeps a page of `page_origin` from using `url`."""
    return any(
        not any(_matches(source, url, page_origin=page_origin) for source in sources)
        for sources in _lists(policies, directive)
    )


def forbids_script(
    policies: Sequence[Policy],
    url: str,
    *,
    page_origin: str,
    nonce: str | None,
    integrity: str | None,
) -> bool:
    """Tell whether one of the policies keeps a script element of the page from running.

    A nonce or a hash lets a script run wherever it comes from; under 'strict-dynamic' nothing
    else does (CSP3 6.7.1.1 and 8.2).
    """
    good = {f"'nonce-{nonce}'"} if nonce else set()
    good |= {f"'{one}'" for one in (integrity or "").split()}
    for sources in _lists(policies, SCRIPT):
        is_dynamic = STRICT_DYNAMIC in map(str.lower, sources)
        is_listed = any(_matches(source, url, page_origin=page_origin) for source in sources)
        if not good & set(sources) and (is_dynamic or not is_listed):
            return True
    return False


def trusts_nonces_alone(policies: Sequence[Policy]) -> bool:
    """Tell whether a policy passes over the addresses that stand in it ('strict-dynamic')."""
    return any(STRICT_DYNAMIC in map(str.lower, sources) for sources in _lists(policies, SCRIPT))


def _lists(policies: Sequence[Policy], directive: str) -> list[list[str]]:
    found = (_sources(policy, directive) for policy in policies)
    return [sources for sources in found if sources is not None]


def _sources(policy: Policy, directive: str) -> list[str] | None:
    for name in _FALLBACKS[directive]:
        if name in policy:
            return policy[name]
    return None


def _matches(source: str, url: str, *, page_origin: str) -> bool:
    asked = urlsplit(url)
    lowered = source.lower()
    if lowered == "'self'":
        return origin_of(url) == page_origin
    if lowered == "*":
        return asked.scheme in {"http", "https"}
    if lowered.startswith("'"):
        return False
    if lowered.endswith(":") and "/" not in lowered:
        return _scheme_matches(lowered[:-1], asked.scheme)
    scheme, _, rest = source.rpartition("://")
    authority, slash, path = rest.partition("/")
    host, colon, port = authority.lower().partition(":")
    return (
        _scheme_matches(scheme.lower() or page_origin.partition(":")[0], asked.scheme)
        and _host_matches(host, asked.hostname or "")
        and _port_matches(port if colon else None, asked.port, asked.scheme)
        and _path_matches(slash + path, asked.path)
    )


def _scheme_matches(pattern: str, scheme: str) -> bool:
    return pattern == scheme or (pattern, scheme) == ("http", "https")


def _host_matches(pattern: str, host: str) -> bool:
    if pattern == "*":
        return True
    return host.endswith(pattern[1:]) if pattern.startswith("*.") else pattern == host


def _port_matches(pattern: str | None, port: int | None, scheme: str) -> bool:
    default = "443" if scheme == "https" else "80"
    return pattern == "*" or (default if pattern is None else pattern) == str(port or default)


def _path_matches(pattern: str, path: str) -> bool:
    """Match a path whole, or what lies under it where it ends in a slash (CSP3 6.7.2.12)."""
    wanted = unquote(pattern)
    return path.startswith(wanted) if wanted.endswith("/") else wanted in {"", path}
