"""Addresses that have one spelling: no two readers can see two places in one of them."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from urllib.parse import unquote_to_bytes

from mag_server.base.hosts import is_local

LONGEST_URI_CHARACTERS = 1024
LONGEST_HOST_CHARACTERS = 253
_DEFAULT_PORTS: Mapping[str, str] = {"https": "443", "http": "80"}
_HIGHEST_PORT = 65535

_ADDRESS = re.compile(
    r"(?P<scheme>[a-z]+)://(?P<authority>[^/?#]*)(?P<path>/[^?#]*)?(?P<query>\?[^#]*)?", re.ASCII
)
_AUTHORITY = re.compile(r"(?P<host>\[[^\]]*\]|[^:\[\]]*)(?P<port>:.*)?", re.ASCII)
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
_HOST_ASCII = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-")
# One spelling each; 127.1, 0x7f000001 or [0:0:0:0:0:0:0:1] are refused as numbers.
_LOOPBACK_HOSTS = frozenset({"127.0.0.1", "[::1]"})
# A host whose last label is a number is read as IPv4 by browsers: decimal, octal or
# hexadecimal, in one to four parts (WHATWG URL, "ends in a number").
_NUMBER_LABEL = re.compile(r"[0-9]+|0x[0-9a-f]*", re.ASCII)
# Every character any address may hold; its parts hold fewer.
_URI_CHARACTERS = re.compile(r"[A-Za-z0-9._~:/?&=%+\[\]-]*", re.ASCII)
_PATH_CHARACTERS = re.compile(r"[A-Za-z0-9._~+=:%/-]*", re.ASCII)
_QUERY_PAIR = re.compile(r"(?P<name>[A-Za-z0-9._~-]+)(?:=[A-Za-z0-9._~+:/%-]*)?", re.ASCII)
_PERCENT_RUN = re.compile(r"(?:%[0-9A-F]{2})+", re.ASCII)


class UriReason(Enum):
    """Why an address cannot be registered."""

    EMPTY = "empty"
    LENGTH = "length"
    CHARACTER = "character"
    NOT_ASCII = "not_ascii"
    WILDCARD = "wildcard"
    FRAGMENT = "fragment"
    USERINFO = "userinfo"
    SCHEME = "scheme"
    SHAPE = "shape"
    HOST = "host"
    HOST_CASE = "host_case"
    HOST_NUMBER = "host_number"
    HOST_IDN = "host_idn"
    LOCAL = "local"
    PORT = "port"
    PATH = "path"
    PERCENT = "percent"
    QUERY = "query"
    QUERY_NAME = "query_name"


@dataclass(frozen=True)
class UriRefused:
    """The address cannot be registered."""

    reason: UriReason


def origin_of(uri: str) -> str:
    """Return scheme, host and port of a registered address, as a browser would write them.

    Raises:
        ValueError: The text is no address with an authority; a registered one always is.
    """
    match = _ADDRESS.fullmatch(uri)
    if match is None or not match["authority"]:
        raise ValueError("not an address that could have been registered")
    return f"{match['scheme']}://{match['authority']}"


@dataclass(frozen=True, kw_only=True)
class _Address:
    """An address cut once, by the only expression that ever cuts it."""

    scheme: str
    host: str
    port: str
    path: str
    query: str
    local_allowed: bool
    reserved_names: frozenset[str]

    @property
    def is_local(self) -> bool:
        return self.host in _LOOPBACK_HOSTS or is_local(self.host)


def check_address(
    uri: str, *, local_allowed: bool, reserved_names: frozenset[str] = frozenset()
) -> UriRefused | None:
    """Refuse an address that two readers could read differently, or that is not safe.

    https only; this machine's own addresses, http or https, only when `local_allowed`; none of
    the `reserved_names` in its query. Returns None when nothing is wrong.

    Source: docs/protocol.md, "Before the first sign-in"; RFC 3986 section 7; WHATWG URL.
    """
    for reason, is_wrong in _TEXT_CHECKS:
        if is_wrong(uri):
            return UriRefused(reason)
    match = _ADDRESS.fullmatch(uri)
    authority = _AUTHORITY.fullmatch(match["authority"]) if match else None
    if match is None or authority is None:
        return UriRefused(UriReason.HOST)
    address = _Address(
        scheme=match["scheme"],
        host=authority["host"],
        port=authority["port"] or "",
        path=match["path"] or "",
        query=match["query"] or "",
        local_allowed=local_allowed,
        reserved_names=reserved_names,
    )
    for check in _ADDRESS_CHECKS:
        if reason_found := check(address):
            return UriRefused(reason_found)
    return None


def _check_host(address: _Address) -> UriReason | None:
    host = address.host
    if host in _LOOPBACK_HOSTS:
        return None
    if host != host.lower():
        return UriReason.HOST_CASE
    labels = host.split(".")
    if host.startswith("[") or _NUMBER_LABEL.fullmatch(labels[-1]):
        return UriReason.HOST_NUMBER
    # A trailing dot makes an empty label: one host, but another origin.
    if len(host) > LONGEST_HOST_CHARACTERS or not all(map(_LABEL.fullmatch, labels)):
        return UriReason.HOST
    if len(labels) == 1 and not address.is_local:
        return UriReason.HOST
    return None if all(map(_is_readable_label, labels)) else UriReason.HOST_IDN


def _is_readable_label(label: str) -> bool:
    # Attack: xn--80ak6aa92e is "apple" in Cyrillic. Only Latin letters, in their one spelling.
    if label[2:4] != "--":
        return True
    try:
        shown = label.removeprefix("xn--").encode().decode("punycode")
    except UnicodeError:
        return False
    return (
        f"xn--{shown.encode('punycode').decode()}" == label
        and not shown.isascii()
        and unicodedata.normalize("NFKC", shown).casefold() == shown
        and all(c in _HOST_ASCII or _is_accented_latin(c) for c in shown)
    )


def _is_accented_latin(char: str) -> bool:
    # The base letter must be a plain one: "ı" or "ɑ" would be read as "i" or "a".
    base = unicodedata.normalize("NFD", char)[0]
    return char in "æœ" or (base != char and base in _HOST_ASCII)


def _check_local(address: _Address) -> UriReason | None:
    if address.is_local:
        return None if address.local_allowed else UriReason.LOCAL
    return UriReason.SCHEME if address.scheme != "https" else None


def _check_port(address: _Address) -> UriReason | None:
    if not address.port:
        return None
    digits = address.port.removeprefix(":")
    if not re.fullmatch(r"[1-9][0-9]{0,4}", digits) or int(digits) > _HIGHEST_PORT:
        return UriReason.PORT
    # Browsers leave the default port out of an origin: written, it would never match.
    return UriReason.PORT if digits == _DEFAULT_PORTS[address.scheme] else None


def _check_path(address: _Address) -> UriReason | None:
    if not address.path or not _PATH_CHARACTERS.fullmatch(address.path):
        return UriReason.PATH
    *inner, last = address.path.split("/")[1:]
    if last in {".", ".."} or any(segment in {"", ".", ".."} for segment in inner):
        return UriReason.PATH
    return None


def _check_percent(address: _Address) -> UriReason | None:
    text = address.path + address.query
    if "%" in _PERCENT_RUN.sub("", text):
        return UriReason.PERCENT
    runs = _PERCENT_RUN.findall(text)
    return None if all(map(_spells_letters, runs)) else UriReason.PERCENT


def _spells_letters(run: str) -> bool:
    # Attack: %2e %2f %5c %00 %25, overlong forms, and full-width signs that NFKC turns into
    # delimiters, marks that compose with the letter before. Left: letters with one encoding.
    try:
        shown = unquote_to_bytes(run).decode()
    except UnicodeDecodeError:
        return False
    return unicodedata.normalize("NFKC", shown) == shown and all(
        not char.isascii() and unicodedata.category(char)[0] == "L" for char in shown
    )


def _check_query(address: _Address) -> UriReason | None:
    if not address.query:
        return None
    pairs = [_QUERY_PAIR.fullmatch(pair) for pair in address.query[1:].split("&")]
    names = [pair["name"].lower() for pair in pairs if pair]
    if len(names) < len(pairs):
        return UriReason.QUERY
    if len(set(names)) < len(names) or address.reserved_names.intersection(names):
        return UriReason.QUERY_NAME
    return None


_TEXT_CHECKS: tuple[tuple[UriReason, Callable[[str], bool]], ...] = (
    (UriReason.EMPTY, lambda uri: not uri),
    (UriReason.LENGTH, lambda uri: len(uri) > LONGEST_URI_CHARACTERS),
    (UriReason.NOT_ASCII, lambda uri: not uri.isascii()),
    (UriReason.WILDCARD, lambda uri: "*" in uri),
    (UriReason.FRAGMENT, lambda uri: "#" in uri),
    (UriReason.USERINFO, lambda uri: "@" in uri),
    (UriReason.CHARACTER, lambda uri: _URI_CHARACTERS.fullmatch(uri) is None),
    (UriReason.SCHEME, lambda uri: not uri.startswith(("https://", "http://"))),
)
_ADDRESS_CHECKS: tuple[Callable[[_Address], UriReason | None], ...] = (
    _check_host,
    _check_local,
    _check_port,
    _check_path,
    _check_percent,
    _check_query,
)

# French for who runs MAG in French, English for the developer.
_SENTENCES: Mapping[UriReason, tuple[str, str]] = {
    UriReason.EMPTY: ("L’adresse est vide.", "The address is empty."),
    UriReason.LENGTH: (
        "L’adresse dépasse 1024 caractères.",
        "The address is longer than 1024 characters.",
    ),
    UriReason.CHARACTER: (
        "L’adresse contient un caractère interdit (espace, contrôle, barre inversée...).",
        "The address has a forbidden character (space, control, backslash...).",
    ),
    UriReason.NOT_ASCII: (
        "L’adresse contient un caractère hors ASCII. Écrivez le nom d’hôte en « xn-- ».",
        "The address has a character beyond ASCII. Write the host in its xn-- form.",
    ),
    UriReason.WILDCARD: (
        "Le caractère * est refusé. Enregistrez chaque adresse.",
        "A * is refused. Register each address.",
    ),
    UriReason.FRAGMENT: ("Retirez le fragment (#...).", "Remove the fragment (#...)."),
    UriReason.USERINFO: (
        "Retirez le caractère @ et ce qui le précède.",
        "Remove the @ and what stands before it.",
    ),
    UriReason.SCHEME: (
        "L’adresse doit commencer par « https:// », en minuscules.",
        "The address must start with https://, in lower case.",
    ),
    UriReason.SHAPE: (
        "Une origine s’arrête à l’hôte ou au port, sans chemin ni barre finale.",
        "An origin stops at the host or the port, without a path or a final slash.",
    ),
    UriReason.HOST: (
        "Le nom d’hôte est absent ou mal formé. Écrivez-le en entier, sans point final.",
        "The host is missing or malformed. Write it in full, without a final dot.",
    ),
    UriReason.HOST_CASE: (
        "Écrivez le nom d’hôte en minuscules.",
        "Write the host in lower case.",
    ),
    UriReason.HOST_NUMBER: (
        "Écrivez un nom d’hôte, non une adresse IP.",
        "Write a host name, not an IP address.",
    ),
    UriReason.HOST_IDN: (
        "Ce nom « xn-- » n’est pas un nom en lettres latines, ou est mal encodé.",
        "This xn-- name is not spelt in Latin letters, or is wrongly encoded.",
    ),
    UriReason.LOCAL: (
        "localhost est réservé aux partenaires d’essai (--sandbox).",
        "localhost is for sandbox partners only (--sandbox).",
    ),
    UriReason.PORT: (
        "Le port est mal formé, ou c’est celui par défaut et il faut le retirer.",
        "The port is malformed, or is the default one and must be left out.",
    ),
    UriReason.PATH: (
        "Le chemin commence par / et ne contient ni //, ni /./, ni /../, ni point-virgule.",
        "The path starts with / and has no //, no /./, no /../ and no semicolon.",
    ),
    UriReason.PERCENT: (
        "Un % n’est admis que pour une lettre accentuée, en UTF-8 et en majuscules (%C3%A9).",
        "A % is only for a letter beyond ASCII, in UTF-8 and upper case (%C3%A9).",
    ),
    UriReason.QUERY: (
        "Les paramètres sont mal formés. Une cible n’admet que des noms, sans valeur.",
        "The query is malformed. A target takes names only, without values.",
    ),
    UriReason.QUERY_NAME: (
        "Un nom de paramètre est en double ou réservé à la réponse (code, state, iss...).",
        "A query name is repeated or reserved for the answer (code, state, iss...).",
    ),
}


def message_for(reason: UriReason) -> str:
    """Return the French sentence that says what to correct."""
    return _SENTENCES[reason][0]


def detail_for(reason: UriReason) -> str:
    """Return the English sentence that says what to correct."""
    return _SENTENCES[reason][1]
