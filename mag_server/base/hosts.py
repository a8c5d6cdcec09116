"""Which host names can only mean this machine."""

import ipaddress


def is_local(host: str) -> bool:
    """Tell whether a host name can only mean this machine (RFC 6761 section 6.3)."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
