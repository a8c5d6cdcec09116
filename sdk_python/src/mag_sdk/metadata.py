"""Where MAG's endpoints are, as MAG itself publishes them (OIDC Discovery 1.0)."""

import re
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Any

from mag_sdk.addresses import check_address, origin_of
from mag_sdk.errors import AnswerRefused, ConfigurationRefused


@dataclass(frozen=True)
class Metadata:
    """MAG's addresses, each under its name in the discovery document."""

    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str
    revocation_endpoint: str
    end_session_endpoint: str
    # The widget's loader, at an address that never changes, and what its bytes hash to.
    mag_widget_uri: str | None = None
    mag_widget_integrity: str | None = None


_INTEGRITY = re.compile(r"sha384-[A-Za-z0-9+/]{64}")


def read_metadata(members: Mapping[str, Any], *, url: str, issuer: str) -> Metadata:
    """Read a discovery document.

    Raises:
        AnswerRefused: it speaks for another issuer (Discovery 4.3), or an address is missing or
            on another origin than the issuer's.
    """
    if members.get("issuer") != issuer:
        raise AnswerRefused(url, f"issuer is {str(members.get('issuer'))[:200]!r}")
    names = [field.name for field in fields(Metadata) if field.default is MISSING]
    endpoints = {name: _endpoint(members, name, url=url, issuer=issuer) for name in names}
    integrity = members.get("mag_widget_integrity")
    if not isinstance(integrity, str) or not _INTEGRITY.fullmatch(integrity):
        return Metadata(**endpoints)
    return Metadata(
        **endpoints,
        mag_widget_uri=_endpoint(members, "mag_widget_uri", url=url, issuer=issuer),
        mag_widget_integrity=integrity,
    )


def _endpoint(members: Mapping[str, Any], name: str, *, url: str, issuer: str) -> str:
    address = members.get(name)
    if not isinstance(address, str):
        raise AnswerRefused(url, f"{name} is missing")
    try:
        check_address(setting=name, url=address)
    except ConfigurationRefused as error:
        raise AnswerRefused(url, f"{name} {error.reason}") from error
    # The client's secret goes to these addresses: a document that names another server is a trap.
    if origin_of(address) != origin_of(issuer):
        raise AnswerRefused(url, f"{name} is on another origin")
    return address
