"""Which addresses the SDK agrees to talk to."""

import ipaddress
import re
from urllib.parse import urlsplit

from mag_sdk.errors import ConfigurationRefused

# urlsplit silently drops tabs and line ends; a header built from the rest would not be the
# address that was checked.
_PLAIN = re.compile(r"[!-~]+")


def check_address(*, setting: str, url: str) -> None:
    """Accept https anywhere, and http only on this very machine.

    Raises:
        ConfigurationRefused: another scheme, a password in the address, a fragment, no host.
    """
    if not _PLAIN.fullmatch(url) or "\\" in url:
        raise ConfigurationRefused(setting, "holds characters an address cannot hold")
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise ConfigurationRefused(setting, "is not an address") from error
    if not host or "@" in parts.netloc or "#" in url:
        raise ConfigurationRefused(setting, "needs a host, and neither user nor fragment")
    if parts.scheme == "https" or (parts.scheme == "http" and is_this_machine(host)):
        return
    raise ConfigurationRefused(setting, "must be https, except on loopback and *.localhost")


def origin_of(url: str) -> str:
    """Cut an address down to scheme, host and port."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def is_localhost_name(host: str) -> bool:
    """Tell whether RFC 6761 section 6.3 reserves this name for loopback."""
    return host == "localhost" or host.endswith(".localhost")


def is_this_machine(host: str) -> bool:
    """Tell whether the host is loopback by name or by number."""
    if is_localhost_name(host):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
