"""Every setting of the server, read once from MAG_* variables; a wrong one stops the start."""

import contextlib
import difflib
import ipaddress
import os
import re
import secrets as random
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from mag_server.base.addresses import check_address, detail_for
from mag_server.base.db import check_url, sqlite_file
from mag_server.base.hosts import is_host, is_local
from mag_server.base.smtp import RelayAddress, read_relay_address

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

HIGHEST_PORT = 65_535
_FOR_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_DEFAULT_PORTS = {"http": 80, "https": 443}
# What begins so is somebody else's and is left alone: the tests', a portal's, and what Kubernetes
# gives every process beside a service named mag.
NOT_OURS = (
    "MAG_TEST_",
    "MAG_CHROMIUM",
    "MAG_PYTHON",
    "MAG_CLIENT_",
    "MAG_REDIRECT_URI",
    "MAG_SERVICE_",
    "MAG_PORT",
)


class SettingsError(Exception):
    """A setting is missing or wrong; the message says which, why, and what to write."""


def _issuer(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme == "http" and not is_local(parts.hostname or ""):
        raise ValueError("http is for localhost only: write https://...")
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("write the address people see, such as https://mag.example.fr")
    if parts.path or parts.query or parts.fragment or text != f"{parts.scheme}://{parts.netloc}":
        raise ValueError("write scheme and host only: no path, no slash at the end")
    if not text.isascii() or text != text.lower() or "@" in text:
        raise ValueError("write it as browsers do: lower case, xn-- for accents, no name before @")
    if _port(parts.netloc) == _DEFAULT_PORTS[parts.scheme]:
        raise ValueError(f"leave the port {parts.port} out, as browsers do")
    # It stands in headers too, where a semicolon would end a policy's directive.
    if refused := check_address(f"{text}/", local_allowed=True):
        raise ValueError(detail_for(refused.reason).removesuffix("."))
    return text


def _port(netloc: str) -> int | None:
    digits = netloc.rpartition("]")[2].partition(":")[2]
    if not digits and not netloc.endswith(":"):
        return None
    if not re.fullmatch(r"[1-9][0-9]{0,4}", digits) or int(digits) > HIGHEST_PORT:
        raise ValueError(f"write a port between 1 and {HIGHEST_PORT}")
    return int(digits)


def _address_and_port(text: str) -> str:
    host, _, port = text.rpartition(":")
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    if not is_host(bare) or not re.fullmatch(r"[0-9]{1,5}", port) or int(port) > HIGHEST_PORT:
        raise ValueError("write address:port, such as 127.0.0.1:8400")
    return text


def _mail_address(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9._+-]{1,40}@[A-Za-z0-9.-]{1,200}", text):
        raise ValueError("write one plain address, such as ne-pas-repondre@mag.example.fr")
    return text


def _file(text: str) -> Path:
    if not text or not Path(text).is_file():
        raise ValueError("write the path of a file that exists")
    return Path(text)


def _word(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9-]{1,63}", text):
        raise ValueError("write one DNS label: letters, digits and hyphens")
    return text


def _folder(text: str) -> Path:
    if not text or not Path(text).is_dir():
        raise ValueError("write the path of a folder that exists")
    return Path(text)


def _keys(text: str) -> tuple[str, ...]:
    keys = tuple(part.strip() for part in text.split(",") if part.strip())
    if not keys or any(len(key) < 32 for key in keys):  # noqa: PLR2004 - said in the sentence
        raise ValueError("write keys of at least 32 characters, oldest to newest, with commas")
    return keys


def _networks(text: str) -> tuple[Network, ...]:
    parts = [part.strip() for part in text.split(",") if part.strip()]
    try:
        return tuple(ipaddress.ip_network(part) for part in parts)
    except ValueError as error:
        raise ValueError(f"{error}: write networks such as 10.0.0.0/8, with commas") from error


def _yes_or_no(text: str) -> bool:
    if text.lower() in {"1", "yes", "true"}:
        return True
    if text.lower() in {"0", "no", "false", ""}:
        return False
    raise ValueError("write 1 or 0")


def _one_of(*words: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text.lower() not in words:
            raise ValueError(f"write one of: {', '.join(words)}")
        return text.lower()

    return parse


def _at_least_one(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,4}", text) or (number := int(text)) < 1:
        raise ValueError("write a whole number, 1 or more")
    return number


# ruff: noqa: RUF009 - _setting returns dataclasses.field, as the rule wants
def _setting(variable: str, parse: Callable[[str], Any], why: str, default: Any = None) -> Any:
    return field(
        default=default,
        repr="KEYS" not in variable and "URL" not in variable,
        metadata={"variable": variable, "parse": parse, "why": why},
    )


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Every setting, with its variable, its default and why it is there."""

    issuer: str = _setting(
        "MAG_ISSUER",
        _issuer,
        "The address people and partners see; it stands in every assertion.",
        "http://mag.localhost:8400",
    )
    database_url: str = _setting(
        "MAG_DATABASE_URL",
        check_url,
        "Where everything is kept: a SQLite file, or a PostgreSQL 14+ database.",
        "sqlite:///var/mag.db",
    )
    secret_keys: tuple[str, ...] = _setting(
        "MAG_SECRET_KEYS",
        _keys,
        "Keys that sign forms and seal private keys, oldest to newest, separated by commas; "
        "made beside the SQLite file (mode 0600) when absent, required with PostgreSQL. A new "
        "newest key makes throttling and familiar places begin again.",
        (),
    )
    themes_dir: Path | None = _setting(
        "MAG_THEMES_DIR", _folder, "A folder of themes of your own, beside the shipped ones."
    )
    trusted_proxies: tuple[Network, ...] = _setting(
        "MAG_TRUSTED_PROXIES",
        _networks,
        "Networks whose X-Forwarded-For is believed, separated by commas; none by default.",
        (),
    )
    bind: str = _setting(
        "MAG_BIND", _address_and_port, "Where the server listens: address:port.", "127.0.0.1:8400"
    )
    workers: int = _setting("MAG_WORKERS", _at_least_one, "How many server processes run.", 1)
    threads: int = _setting("MAG_THREADS", _at_least_one, "How many threads each of them has.", 16)
    sqlite_synchronous: str = _setting(
        "MAG_SQLITE_SYNCHRONOUS",
        _one_of("normal", "full"),
        "normal survives a killed process; full survives a power cut, for every write.",
        "normal",
    )
    log_level: str = _setting(
        "MAG_LOG_LEVEL",
        _one_of("debug", "info", "warning", "error"),
        "How much the server says on standard error.",
        "info",
    )
    demonstration: bool = _setting(
        "MAG_DEMONSTRATION",
        _yes_or_no,
        "Accept the demonstration's invalid SIRENs; refused unless the issuer is *.localhost.",
        False,  # noqa: FBT003 - a default, named by its field
    )
    smtp: RelayAddress | None = _setting(
        "MAG_SMTP_URL",
        read_relay_address,
        "The relay that mails are handed to: smtp://host:25 (STARTTLS, but on this machine) or "
        "smtps://user:password@host. Without it mails wait in the outbox.",
    )
    mail_from: str = _setting(
        "MAG_MAIL_FROM",
        _mail_address,
        "The address that mails come from; its domain is the one that SPF, DKIM and DMARC know.",
        "",
    )
    mail_bounces: str = _setting(
        "MAG_MAIL_BOUNCES",
        _mail_address,
        "Where bounces go: the letter's own name is added, bounces+name@host. MAG_MAIL_FROM by "
        "default.",
        "",
    )
    mails_per_second: int = _setting(
        "MAG_MAILS_PER_SECOND", _at_least_one, "How fast one worker hands mails over.", 20
    )
    dkim_key: Path | None = _setting(
        "MAG_DKIM_KEY",
        _file,
        "The private key (PEM, RSA) that signs mails (DKIM, RFC 6376); not signed by default.",
    )
    dkim_selector: str = _setting(
        "MAG_DKIM_SELECTOR", _word, "Under which name of _domainkey its public key stands.", "mag"
    )
    trace_address_days: int = _setting(
        "MAG_TRACE_ADDRESS_DAYS",
        _at_least_one,
        "After how many days a trace of a fetched link loses its address; its network is left.",
        30,
    )
    trace_days: int = _setting(
        "MAG_TRACE_DAYS",
        _at_least_one,
        "After how many days such a trace is forgotten altogether.",
        365,
    )

    # Lifetimes are the protocol's, not the deployer's: they have no variable.
    code_lifetime_seconds: int = 60
    attempt_lifetime_seconds: int = 600
    form_lifetime_seconds: int = 12 * 3600
    form_repeat_seconds: int = 30
    access_token_lifetime_seconds: int = 600
    id_token_lifetime_seconds: int = 300
    session_idle_seconds: int = 30 * 60
    session_absolute_seconds: int = 10 * 3600
    device_lifetime_days: int = 180
    familiar_network_days: int = 90
    link_lifetime_days: int = 90
    visit_lifetime_seconds: int = 300
    key_published_before_use_seconds: int = 24 * 3600
    jwks_max_age_seconds: int = 600
    # It names the widget's script of this release; an older one is served no longer.
    discovery_max_age_seconds: int = 30

    def __post_init__(self) -> None:
        """Refuse the demonstration's leniency anywhere but on this machine; fill addresses in."""
        host = urlsplit(self.issuer).hostname or ""
        sender = self.mail_from or f"ne-pas-repondre@{host}"
        object.__setattr__(self, "mail_from", sender)
        object.__setattr__(self, "mail_bounces", self.mail_bounces or sender)
        if self.demonstration and not is_local(urlsplit(self.issuer).hostname or ""):
            raise SettingsError(
                "MAG_DEMONSTRATION=1 is refused: MAG_ISSUER is not a *.localhost address. "
                "Remove MAG_DEMONSTRATION."
            )

    @staticmethod
    def read(environ: Mapping[str, str] | None = None) -> "Settings":
        """Read the MAG_* variables.

        Raises:
            SettingsError: A variable is wrong or unknown; the message says what to write.
        """
        environ = os.environ if environ is None else environ
        known = {f.metadata["variable"]: f for f in fields(Settings) if f.metadata}
        _refuse_unknown(environ, tuple(known))
        values: dict[str, Any] = {}
        for variable, entry in known.items():
            if variable not in environ:
                continue
            try:
                values[entry.name] = entry.metadata["parse"](environ[variable])
            except ValueError as error:
                raise SettingsError(f"{variable} is wrong: {error}.") from error
        settings = Settings(**values)
        return settings if settings.secret_keys else _with_kept_keys(settings)


def _refuse_unknown(environ: Mapping[str, str], known: tuple[str, ...]) -> None:
    # A mistyped MAG_TRUSTED_PROXIES would be obeyed by nobody and missed by nobody.
    for variable in sorted(environ):
        if not variable.startswith("MAG_") or variable in known or variable.startswith(NOT_OURS):
            continue
        closest = difflib.get_close_matches(variable, known, n=1)
        advice = f"did you mean {closest[0]}?" if closest else "remove it, or see docs/settings.md."
        raise SettingsError(f"{variable} is no setting: {advice}")


def _with_kept_keys(settings: Settings) -> Settings:
    database_file = sqlite_file(settings.database_url)
    if database_file is None:
        raise SettingsError(
            "MAG_SECRET_KEYS is missing: with PostgreSQL write a key of at least 32 characters, "
            'such as the output of: python3 -c "import secrets; print(secrets.token_urlsafe(48))"'
        )
    path = database_file.with_suffix(".keys")
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and stat.S_IMODE(path.stat().st_mode) & _FOR_OTHERS:
        raise SettingsError(f"{path} can be read by others: run chmod 600 {path}.")
    try:
        keys = _keys(_read_or_make(path))
    except ValueError as error:
        raise SettingsError(f"{path} is wrong: {error}.") from error
    return replace(settings, secret_keys=keys)


def _read_or_make(path: Path) -> str:
    # Written aside, then linked: of two processes that start together one link wins, and
    # neither ever reads a half-written file.
    if not path.exists():
        aside = path.with_name(f"{path.name}.{random.token_hex(8)}")
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(random.token_urlsafe(48) + "\n")
        with contextlib.suppress(FileExistsError):
            os.link(aside, path)
        aside.unlink()
    return path.read_text(encoding="ascii")
