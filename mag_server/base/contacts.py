"""Where a page may send people: a page, a mailbox, a telephone; nothing that runs or misleads."""

import re
from urllib.parse import urlsplit

LONGEST_LINK_CHARACTERS = 1000
# One plain address: after a ? a mail program would read copies to others, and a text.
_EMAIL = re.compile(
    r"[A-Za-z0-9._+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z][A-Za-z0-9-]{0,62}", re.ASCII
)
_TELEPHONE = re.compile(r"\+?[0-9](?:[ .()-]{0,3}[0-9]){1,19}", re.ASCII)
_NEVER_IN_A_LINK = re.compile(r"[\s\x00-\x1f\\\"'<>`]")


def is_plain_email(text: str) -> bool:
    """Tell whether a text is one address and nothing else, safe after `mailto:` (RFC 6068)."""
    return _EMAIL.fullmatch(text) is not None


def is_telephone(text: str) -> bool:
    """Tell whether a text is a number that a telephone dials, safe after `tel:` (RFC 3966)."""
    return _TELEPHONE.fullmatch(text) is not None


def is_safe_link(url: str) -> bool:
    """Tell whether a link is https, mailto or tel, and shows where it leads.

    http is for `*.localhost` alone, one's own machine.
    """
    if len(url) > LONGEST_LINK_CHARACTERS or _NEVER_IN_A_LINK.search(url):
        return False
    scheme, _, rest = url.partition(":")
    if scheme in {"mailto", "tel"}:
        return is_plain_email(rest) if scheme == "mailto" else is_telephone(rest)
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:  # a bracket left open, a port beyond 65535, a host with a sign like ℀
        return False
    local = host == "localhost" or host.endswith(".localhost")
    safe = parts.scheme == "https" or (parts.scheme == "http" and local)
    return safe and bool(host) and "@" not in parts.netloc
