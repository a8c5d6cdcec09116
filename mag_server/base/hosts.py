"""Which texts name a host, and which host names can only mean this machine."""

import ipaddress
import re

_LONGEST_NAME_CHARACTERS = 253
_NAME = re.compile(
    r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?",
    re.ASCII | re.IGNORECASE,
)


def is_host(text: str) -> bool:
    """Tell whether a text is an IP address or a host name (RFC 1123 section 2.1)."""
    try:
        return bool(ipaddress.ip_address(text))
    except ValueError:
        return len(text) <= _LONGEST_NAME_CHARACTERS and _NAME.fullmatch(text) is not None


def is_local(host: str) -> bool:
    """Tell whether a host name can only mean this machine (RFC 6761 section 6.3)."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
