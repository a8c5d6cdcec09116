"""What a partner asks of a link, read strictly: the rules, and a reason for each refusal."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from mag_server.base.addresses import UriReason, UriRefused, check_address, detail_for
from mag_server.base.addresses import message_for as message_for_address
from mag_server.base.members import (
    MemberReason,
    WrongMemberError,
    read_choice,
    read_instant,
    read_members,
    read_printable,
    read_text,
)
from mag_server.rooms.companies.model import Siret, Strictness, parse_siret
from mag_server.rooms.mail.model import MESSAGES
from mag_server.rooms.partners.model import Partner
from mag_server.rooms.people.model import PersonName, parse_name

LONGEST_LIFETIME = timedelta(days=366)
SHORTEST_LIFETIME = timedelta(minutes=1)
# A partner's clock may be a little ahead of ours.
CLOCK_SKEW = timedelta(minutes=5)
_DAYS_TO_CONSULT = 15
_PARIS = ZoneInfo("Europe/Paris")


class Kind(Enum):
    """Whether the mail informs, or is itself the official notification (reading 7)."""

    INFORMATION = "information"
    NOTIFICATION = "notification"


class Prefill(Enum):
    """What the form shows already: a name never does."""

    NONE = "none"
    SIRET = "siret"


class Accept(Enum):
    """Who may be authenticated at the link (reading 6)."""

    ADDRESSEE = "addressee"
    SAME_SIRET = "same_siret"
    ANYONE = "anyone"


class Delivery(Enum):
    """Who sends the mail: MAG, or the partner itself (docs/decisions/0009)."""

    MAIL = "mail"
    OWN = "own"


class LinkReason(Enum):
    """Why a link cannot be made or changed: a stable word and its code."""

    MISSING = ("missing", "MAG-310")
    UNKNOWN = ("unknown", "MAG-310")
    TYPE = ("type", "MAG-310")
    EMPTY = ("empty", "MAG-310")
    LENGTH = ("length", "MAG-310")
    CHARACTER = ("character", "MAG-310")
    CHOICE = ("choice", "MAG-310")
    JSON = ("json", "MAG-310")
    TARGET_FORM = ("target_form", "MAG-311")
    TARGET = ("target", "MAG-311")
    TARGET_QUERY = ("target_query", "MAG-311")
    NO_WAY_IN = ("no_way_in", "MAG-311")
    MESSAGE = ("message", "MAG-312")
    WORDS = ("words", "MAG-312")
    SIRET = ("siret", "MAG-313")
    NAME = ("name", "MAG-313")
    EMAIL = ("email", "MAG-313")
    INSTANT = ("instant", "MAG-314")
    EXPIRY = ("expiry", "MAG-314")
    MADE_AVAILABLE = ("made_available", "MAG-314")
    NOT_ACTIVE = ("not_active", "MAG-315")

    @property
    def word(self) -> str:
        """Return the stable word that programs compare."""
        return self.value[0]

    @property
    def code(self) -> str:
        """Return the code under which docs/errors explains it."""
        return self.value[1]


# French for who reads the partner's screen, English for its developer.
_SENTENCES: Mapping[LinkReason, tuple[str, str]] = {
    LinkReason.MISSING: ("Il manque une valeur obligatoire.", "This member is required."),
    LinkReason.UNKNOWN: ("Cette valeur n’est pas attendue.", "No such member: see docs/links.md."),
    LinkReason.TYPE: ("Cette valeur n’est pas du bon type.", "This member is of another type."),
    LinkReason.EMPTY: ("Cette valeur est vide.", "This member is empty."),
    LinkReason.LENGTH: ("Cette valeur est trop longue.", "This member is too long."),
    LinkReason.CHARACTER: (
        "Cette valeur contient un caractère interdit.",
        "This member has a control, invisible or forbidden character.",
    ),
    LinkReason.CHOICE: (
        "Cette valeur n’est pas l’une de celles admises.",
        "This member is none of the allowed words: see docs/links.md.",
    ),
    LinkReason.JSON: (
        "Cette ligne n’est pas du JSON correct.",
        "This line is not one strict JSON object.",
    ),
    LinkReason.TARGET_FORM: (
        "L’adresse de la page à ouvrir est mal formée.",
        "The target is not an address that has one spelling only.",
    ),
    LinkReason.TARGET: (
        "La page à ouvrir n’est pas une page enregistrée.",
        "Scheme, host, port and path must be, exactly, those of a registered target.",
    ),
    LinkReason.TARGET_QUERY: (
        "Un paramètre de la page à ouvrir n’est pas enregistré.",
        "The target's query holds a name that was not registered with it.",
    ),
    LinkReason.NO_WAY_IN: (
        "Le partenaire n’a pas enregistré l’adresse où commence sa connexion.",
        "No initiate_login_uri is registered: `mag partners edit ID --initiate-login-uri`.",
    ),
    LinkReason.MESSAGE: (
        "Ce modèle de message n’existe pas, ou ne convient pas à ce type d’envoi.",
        "No such message for this kind of link.",
    ),
    LinkReason.WORDS: (
        "Les mots du message sont incomplets ou inattendus.",
        "The words are not those that this message takes.",
    ),
    LinkReason.SIRET: ("Ce SIRET n’est pas correct.", "This is no SIRET."),
    LinkReason.NAME: ("Ce nom n’est pas correct.", "This is no name: see docs/identifiers.md."),
    LinkReason.EMAIL: (
        "Cette adresse électronique n’est pas correcte.",
        "This is no e-mail address that MAG sends to.",
    ),
    LinkReason.INSTANT: (
        "Cette date n’est pas correcte.",
        "Write an RFC 3339 instant, such as 2026-03-02T08:30:00Z.",
    ),
    LinkReason.EXPIRY: (
        "La fin de validité est trop proche ou trop lointaine.",
        "expires_at is within a minute, over 366 days away, or before a notification is deemed.",
    ),
    LinkReason.MADE_AVAILABLE: (
        "La date de mise à disposition manque, est à venir, ou n’est pas attendue ici.",
        "A notification needs made_available_at, not in the future; an information has none.",
    ),
    LinkReason.NOT_ACTIVE: (
        "Ce lien est révoqué ou expiré.",
        "The link is revoked or expired: make another one.",
    ),
}


@dataclass(frozen=True)
class LinkRefused:
    """A link cannot be made or changed: which member is at fault, and why."""

    reason: LinkReason
    member: str = ""
    uri_reason: UriReason | None = None

    @property
    def message(self) -> str:
        """Return the French sentence."""
        sentence = _SENTENCES[self.reason][0]
        return f"{sentence} {message_for_address(self.uri_reason)}" if self.uri_reason else sentence

    @property
    def detail(self) -> str:
        """Return the English sentence."""
        sentence = _SENTENCES[self.reason][1]
        return f"{sentence} {detail_for(self.uri_reason)}" if self.uri_reason else sentence


@dataclass(frozen=True, kw_only=True)
class LinkDraft:
    """A link as it is asked for, every value read and found good."""

    siret: str = field(repr=False)
    nom: str = field(repr=False)
    prenom: str = field(repr=False)
    email: str = field(repr=False)
    kind: Kind
    message: str
    words: Mapping[str, str] = field(repr=False)
    target: str
    prefill: Prefill = Prefill.NONE
    accept: Accept = Accept.ADDRESSEE
    delivery: Delivery = Delivery.MAIL
    reference: str | None = None
    made_available_at: datetime | None = None
    expires_at: datetime


def check_target(target: str, *, partner: Partner) -> LinkRefused | None:
    """Refuse a target that is not, exactly, one that the partner registered; None if it is one.

    Scheme, host, port and path are compared as one string; its query holds only names that were
    registered with it. Source: docs/protocol.md, "The emailed link", 1; reading 3.
    """
    return _check_target(target, partner.targets, partner.sandbox)


@lru_cache(maxsize=1024)  # a campaign names one target a hundred thousand times
def _check_target(target: str, registered: tuple[str, ...], sandbox: bool) -> LinkRefused | None:  # noqa: FBT001 - a key of the cache
    refused = check_address(target, local_allowed=sandbox)
    if isinstance(refused, UriRefused):
        return LinkRefused(LinkReason.TARGET_FORM, "target", refused.reason)
    place, _, query = target.partition("?")
    allowed = [one.partition("?")[2] for one in registered if one.partition("?")[0] == place]
    if not allowed:
        return LinkRefused(LinkReason.TARGET, "target")
    names = {pair.partition("=")[0] for pair in query.split("&")} if query else set()
    if any(names <= set(one.split("&")) for one in allowed):
        return None
    return LinkRefused(LinkReason.TARGET_QUERY, "target")


def check_expiry(
    expires_at: datetime, *, now: datetime, made_available_at: datetime | None
) -> LinkRefused | None:
    """Refuse an end that is too near, too far, or before a notification may be deemed."""
    if not now + SHORTEST_LIFETIME <= expires_at <= now + LONGEST_LIFETIME:
        return LinkRefused(LinkReason.EXPIRY, "expires_at")
    if made_available_at is not None and expires_at < deemed_from(made_available_at):
        return LinkRefused(LinkReason.EXPIRY, "expires_at")
    return None


def paris_date(instant: datetime) -> date:
    """Return the day that an instant is in, where the law counts days."""
    return instant.astimezone(_PARIS).date()


def deemed_on(made_available_at: datetime) -> date:
    """Return the last of the 15 days, counted in Paris (CSS L. 242-5, fourth paragraph)."""
    return paris_date(made_available_at) + timedelta(days=_DAYS_TO_CONSULT)


def deemed_from(made_available_at: datetime) -> datetime:
    """Return the instant at which those 15 days are over: the midnight that ends the last one."""
    after = deemed_on(made_available_at) + timedelta(days=1)
    return datetime(after.year, after.month, after.day, tzinfo=_PARIS).astimezone(UTC)


class _WrongError(ValueError):
    """A value is wrong: caught in this file, where it becomes a refusal."""

    def __init__(self, reason: LinkReason, member: str) -> None:
        super().__init__(reason.word)
        self.refused = LinkRefused(reason, member)


def read_draft(
    value: object, *, partner: Partner, now: datetime, strictness: Strictness, default_days: int
) -> LinkDraft | LinkRefused:
    """Read one JSON value as a link to be made, or return the first reason why it is none.

    Without `expires_at` it ends after `default_days`. Source: docs/links.md.
    """
    try:
        draft = _read(value, now=now, strictness=strictness, default_days=default_days)
    except _WrongError as error:
        return error.refused
    except WrongMemberError as error:
        return refused_member(error)
    if partner.initiate_login_uri is None:
        return LinkRefused(LinkReason.NO_WAY_IN, "target")
    made_available_at = draft.made_available_at
    return (
        check_target(draft.target, partner=partner)
        or _check_available(draft, now=now)
        or check_expiry(draft.expires_at, now=now, made_available_at=made_available_at)
        or _check_message(draft)
        or draft
    )


def refused_member(error: WrongMemberError) -> LinkRefused:
    """Return a member's fault as the refusal of a link."""
    return LinkRefused(LinkReason[error.reason.name], error.member)


def _read(value: object, *, now: datetime, strictness: Strictness, default_days: int) -> LinkDraft:
    link = read_members(value, "", _LINK_MEMBERS)
    who = read_members(link.get("addressee", {}), "addressee", _ADDRESSEE_MEMBERS)
    reference = link.get("reference")
    ends = now + timedelta(days=default_days)
    return LinkDraft(
        siret=_siret(read_text(who.get("siret"), "addressee.siret"), strictness),
        nom=_name(who.get("nom"), "addressee.nom"),
        prenom=_name(who.get("prenom"), "addressee.prenom"),
        email=_email(read_text(who.get("email"), "addressee.email")),
        kind=read_choice(link.get("kind"), "kind", Kind),
        message=read_text(link.get("message"), "message"),
        words=_words(link.get("words", {})),
        target=read_text(link.get("target"), "target"),
        prefill=read_choice(link.get("prefill", "none"), "prefill", Prefill),
        accept=read_choice(link.get("accept", "addressee"), "accept", Accept),
        delivery=read_choice(link.get("delivery", "mail"), "delivery", Delivery),
        reference=None
        if reference is None
        else read_printable(reference, "reference", longest=200),
        made_available_at=_optional_instant(link, "made_available_at"),
        expires_at=_optional_instant(link, "expires_at") or ends,
    )


_LINK_MEMBERS = frozenset(
    {
        *("addressee", "kind", "message", "words", "target", "prefill", "accept", "delivery"),
        *("reference", "made_available_at", "expires_at"),
    }
)
_ADDRESSEE_MEMBERS = frozenset({"siret", "nom", "prenom", "email"})
_LONGEST_WORD, _MOST_WORDS = 500, 20
_WORD_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
# One plain address, as SMTP takes it without extensions: no quotes, no comments, no display name.
_EMAIL = re.compile(
    r"(?=.{3,254}\Z)(?=[^@]{1,64}@)"
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])",
    re.ASCII,
)


def _optional_instant(link: dict[str, Any], member: str) -> datetime | None:
    return None if link.get(member) is None else read_instant(link[member], member)


def _siret(text: str, strictness: Strictness) -> str:
    parsed = _parsed_siret(text, strictness)
    if not isinstance(parsed, Siret):
        raise _WrongError(LinkReason.SIRET, "addressee.siret")
    return parsed.digits


@lru_cache(maxsize=1024)  # one company's people often stand together in a campaign
def _parsed_siret(text: str, strictness: Strictness) -> object:
    return parse_siret(text, strictness=strictness)


def _name(value: object, member: str) -> str:
    parsed = parse_name(read_text(value, member))
    if not isinstance(parsed, PersonName):
        raise _WrongError(LinkReason.NAME, member)
    return parsed.registered


def _email(text: str) -> str:
    if not _EMAIL.fullmatch(text):
        raise _WrongError(LinkReason.EMAIL, "addressee.email")
    return text


def _words(value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        raise WrongMemberError(MemberReason.TYPE, "words")
    if len(value) > _MOST_WORDS or not all(map(_WORD_NAME.fullmatch, value)):
        raise _WrongError(LinkReason.WORDS, "words")
    return {
        name: read_printable(word, f"words.{name}", longest=_LONGEST_WORD)
        for name, word in value.items()
    }


def _check_message(draft: LinkDraft) -> LinkRefused | None:
    message = MESSAGES.get(draft.message)
    if message is None or message.purpose.value != draft.kind.value:
        return LinkRefused(LinkReason.MESSAGE, "message")
    return None if draft.words.keys() == message.words else LinkRefused(LinkReason.WORDS, "words")


def _check_available(draft: LinkDraft, *, now: datetime) -> LinkRefused | None:
    if draft.kind is Kind.INFORMATION:
        wrong = draft.made_available_at is not None
    else:
        # Long past, its 15 days would be over before the mail is read.
        wrong = draft.made_available_at is None or not (
            now - timedelta(days=_DAYS_TO_CONSULT) <= draft.made_available_at <= now + CLOCK_SKEW
        )
    return LinkRefused(LinkReason.MADE_AVAILABLE, "made_available_at") if wrong else None
