"""A sign-in that MAG began, at an emailed link (OpenID Connect Core 1.0 section 4)."""

import re
from collections.abc import Collection
from urllib.parse import unquote_plus

from mag_sdk.addresses import check_address, origin_of
from mag_sdk.errors import ConfigurationRefused
from mag_sdk.flask.targets import LONGEST_LINK_TARGET, is_local

_PLAIN = re.compile(r"[!-~]*")


def check_link_targets(link_targets: Collection[str], *, portal_origin: str) -> None:
    """Refuse a list that could lead away from this portal.

    Raises:
        ConfigurationRefused: one of them is no page of this portal's.
    """
    for uri in link_targets:
        check_address(setting="link_targets", url=uri)
        if origin_of(uri) != portal_origin or not _is_page(_path_of(uri, portal_origin)):
            raise ConfigurationRefused("link_targets", f"{uri} is no page of {portal_origin}")


def landing_of(
    target_link_uri: str, *, link_targets: Collection[str], portal_origin: str
) -> str | None:
    """Return the path of this portal that an emailed link leads to; None for any other address.

    Scheme, host, port and path are compared as one string with each of `link_targets`; what
    follows a `?` there lists the names that the query may hold.
    """
    if not _PLAIN.fullmatch(target_link_uri) or "#" in target_link_uri:
        return None
    place, mark, query = target_link_uri.partition("?")
    allowed = [
        known.partition("?")[2] for known in link_targets if known.partition("?")[0] == place
    ]
    if not allowed:
        return None
    names = {unquote_plus(one.partition("=")[0]) for one in query.split("&")} if mark else set()
    if not any(names <= set(filter(None, known.split("&"))) for known in allowed):
        return None
    path = _path_of(target_link_uri, portal_origin)
    return path if _is_page(path) else None


def _is_page(path: str) -> bool:
    return is_local(path, longest=LONGEST_LINK_TARGET)


def _path_of(uri: str, portal_origin: str) -> str:
    return uri.removeprefix(portal_origin)
