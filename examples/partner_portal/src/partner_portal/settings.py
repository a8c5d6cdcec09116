"""What the portal is told from outside, read once from its environment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from partner_portal.brands import BRANDS, Brand

SECRET_KEY_MINIMUM_CHARACTERS = 32


class SettingsError(Exception):
    """A variable is missing or wrong; the message says which and what to write."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything the portal needs to start."""

    brand: Brand
    url: str
    secret_key: str = field(repr=False)
    database: Path
    mag_issuer: str
    mag_client_id: str
    mag_client_secret: str = field(repr=False)
    sibling_url: str | None = None
    sibling_name: str | None = None
    demonstration: bool = False

    @property
    def hostname(self) -> str:
        """The name people type, without its port."""
        return urlsplit(self.url).hostname or ""

    @property
    def is_https(self) -> bool:
        """Tell whether the portal is reached over TLS."""
        return self.url.startswith("https://")


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Read the PORTAL_* and MAG_* variables.

    Returns: the settings. Raises: SettingsError, with a sentence for whoever starts the portal.
    """
    sibling_url = environ.get("PORTAL_SIBLING_URL")
    sibling_name = environ.get("PORTAL_SIBLING_NAME")
    if bool(sibling_url) != bool(sibling_name):
        raise SettingsError("PORTAL_SIBLING_URL and PORTAL_SIBLING_NAME go together: set both.")
    return Settings(
        brand=_brand(_required(environ, "PORTAL_BRAND", _BRAND_NAMES)),
        url=_address(environ, "PORTAL_URL", "http://klesia.localhost:8500"),
        secret_key=_secret_key(environ),
        database=Path(_required(environ, "PORTAL_DATABASE", "a file, such as var/portal.db")),
        mag_issuer=_address(environ, "MAG_ISSUER", "http://mag.localhost:8400"),
        mag_client_id=_required(environ, "MAG_CLIENT_ID", "the identifier MAG gave you"),
        mag_client_secret=_required(environ, "MAG_CLIENT_SECRET", "the secret MAG gave you"),
        sibling_url=_address(environ, "PORTAL_SIBLING_URL", "") if sibling_url else None,
        sibling_name=sibling_name or None,
        demonstration=environ.get("PORTAL_DEMONSTRATION", "") == "1",
    )


_BRAND_NAMES = " or ".join(sorted(BRANDS))


def _required(environ: Mapping[str, str], variable: str, remedy: str) -> str:
    value = environ.get(variable, "").strip()
    if not value:
        raise SettingsError(f"{variable} is missing: write {remedy}.")
    return value


def _brand(name: str) -> Brand:
    if name not in BRANDS:
        raise SettingsError(f"PORTAL_BRAND is {name!r}: write {_BRAND_NAMES}.")
    return BRANDS[name]


def _address(environ: Mapping[str, str], variable: str, example: str) -> str:
    value = _required(environ, variable, f"an address, such as {example}")
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or value != f"{parts.scheme}://{parts.netloc}":
        raise SettingsError(f"{variable} is {value!r}: write scheme and host only, no slash.")
    host = parts.hostname or ""
    if parts.scheme == "http" and not (host == "localhost" or host.endswith(".localhost")):
        raise SettingsError(f"{variable} is {value!r}: only localhost does without https.")
    return value


def _secret_key(environ: Mapping[str, str]) -> str:
    key = _required(environ, "PORTAL_SECRET_KEY", "32 random characters or more")
    if len(key) < SECRET_KEY_MINIMUM_CHARACTERS:
        raise SettingsError("PORTAL_SECRET_KEY is too short: write 32 random characters or more.")
    return key
