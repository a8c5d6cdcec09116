import ipaddress
from dataclasses import dataclass, field
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Session:
    """One person's session: `sid` is public, the cookie's secret is not kept."""

    sid: str
    sub: str
    acr: str
    amr: tuple[str, ...]
    auth_time: datetime
    created_at: datetime
    seen_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True)
class OpenedSession:
    """A session with the secret that its cookie carries, told once."""

    session: Session
    cookie: str = field(repr=False)


@dataclass(frozen=True)
class Proof:
    """How a person was authenticated: `amr` in the words of RFC 8176."""

    sub: str
    acr: str
    amr: tuple[str, ...]


@dataclass(frozen=True)
class Familiarity:
    """What is known of the place an attempt comes from, for one triplet.

    `marks` are the device and the network, each as (kind, mark); `known` is the one of them that
    already served this triplet to sign in, the device rather than the network, or None.
    """

    triplet_fingerprint: str
    marks: tuple[tuple[str, str], ...]
    known: tuple[str, str] | None = None


def is_live(session: Session, *, now: datetime, idle_seconds: int, absolute_seconds: int) -> bool:
    """Tell whether a session still counts: not ended, not idle too long, not too old.

    Its age is that of the last proof: who gives the password again in its last seconds holds a code
    that must outlive them. The row stays, so that `sid`, sign-out and links go on naming it.
    """
    return (
        session.ended_at is None
        and now - session.seen_at < timedelta(seconds=idle_seconds)
        and now - session.auth_time < timedelta(seconds=absolute_seconds)
    )


def network_of(address: str) -> str:
    """Return the network an address stands for: itself in IPv4, its /64 in IPv6.

    An IPv4 address written inside IPv6 is the IPv4 address; what is no address is kept as it is.
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed.packed, 64), strict=False))
    return str(parsed)
