from collections.abc import Callable
from dataclasses import dataclass, field

from mag_server.base.addresses import UriReason, UriRefused
from mag_server.base.secrets import fingerprint, new_secret, same
from mag_server.base.work import Work
from mag_server.rooms.audit.actions import record_act
from mag_server.rooms.partners import store
from mag_server.rooms.partners.model import (
    Partner,
    PartnerSecret,
    check_initiate_login_uri_registration,
    check_origin_registration,
    check_post_logout_redirect_uri_registration,
    check_redirect_uri_registration,
    check_target_registration,
    is_client_id,
    is_name,
)
from mag_server.rooms.themes.actions import find_theme
from mag_server.rooms.themes.model import Theme

CACHE = "partners"
MOST_SECRETS = 2
# Compared with when the client is unknown, so that the answer takes the same time.
_NO_FINGERPRINT = "0" * 64


@dataclass(frozen=True)
class AddedPartner:
    """A partner with the secret it was just given, told once."""

    partner: Partner
    client_secret: str = field(repr=False)


@dataclass(frozen=True)
class PartnerRefused:
    """Why a partner cannot be registered so; `uri_reason` when an address is at fault."""

    sentence: str
    address: str | None = None
    uri_reason: UriReason | None = None


@dataclass(frozen=True)
class _Registry:
    partners: dict[str, Partner]
    secrets: dict[str, tuple[str, ...]] = field(repr=False)


def find_partner(work: Work, *, client_id: str) -> Partner | None:
    """Return a partner; a change made elsewhere shows within a second."""
    return _registry(work).partners.get(client_id)


def list_partners(work: Work) -> list[Partner]:
    """Return every partner, by client_id."""
    return list(_registry(work).partners.values())


def list_secrets(work: Work, *, client_id: str) -> list[PartnerSecret]:
    """Return a partner's live secrets, oldest first: their numbers and ages, never themselves."""
    with work.read() as connection:
        return [s for s in store.load_secrets(connection) if s.client_id == client_id]


def authenticate_partner(work: Work, *, client_id: str, client_secret: str) -> Partner | None:
    """Return the partner whose secret this is (RFC 6749 section 2.3.1), or None."""
    registry = _registry(work)
    asked = fingerprint(client_secret)
    known = registry.secrets.get(client_id, ())
    # Every fingerprint is compared, and always two: how many there are does not show.
    padded = (*known, *[_NO_FINGERPRINT] * (MOST_SECRETS - len(known)))
    right = [same(asked, one) for one in padded]
    return registry.partners.get(client_id) if any(right) else None


def add_partner(work: Work, *, partner: Partner, by: str) -> AddedPartner | PartnerRefused:
    """Register a partner and give it its first secret (A-08)."""
    if refused := find_fault(work, partner=partner):
        return refused
    client_secret = new_secret()
    with work.writing() as connection:
        if not store.add_partner(connection, work.database, partner, now=work.now):
            return PartnerRefused(
                f"{partner.client_id} is registered already: "
                f"change it with `mag partners edit {partner.client_id}`."
            )
        secret = PartnerSecret(partner.client_id, 1, work.now, fingerprint(client_secret))
        store.add_secret(connection, secret)
        act = "partner added"
        record_act(work, connection=connection, act=act, by=by, about=partner.client_id)
        work.change_cached(connection, CACHE)
    return AddedPartner(partner, client_secret)


def edit_partner(work: Work, *, partner: Partner, by: str) -> Partner | PartnerRefused:
    """Replace what is registered of a partner."""
    if find_partner(work, client_id=partner.client_id) is None:
        return _unknown(partner.client_id)
    if refused := find_fault(work, partner=partner):
        return refused
    with work.writing() as connection:
        store.save_partner(connection, partner)
        act = "partner edited"
        record_act(work, connection=connection, act=act, by=by, about=partner.client_id)
        work.change_cached(connection, CACHE)
    return partner


def add_secret(work: Work, *, client_id: str, by: str) -> tuple[int, str] | PartnerRefused:
    """Give a partner a second secret, while the first still works; return its number and it."""
    if find_partner(work, client_id=client_id) is None:
        return _unknown(client_id)
    client_secret = new_secret()
    with work.writing() as connection:
        live = [s for s in store.load_secrets(connection) if s.client_id == client_id]
        if len(live) >= MOST_SECRETS:
            return PartnerRefused(
                "Two secrets are live already: retire one with "
                f"`mag partners secrets retire {client_id} {live[0].number}`."
            )
        number = store.last_secret_number(connection, client_id=client_id) + 1
        secret = PartnerSecret(client_id, number, work.now, fingerprint(client_secret))
        store.add_secret(connection, secret)
        record_act(work, connection=connection, act="secret added", by=by, about=client_id)
        work.change_cached(connection, CACHE)
    return number, client_secret


def retire_secret(work: Work, *, client_id: str, number: int, by: str) -> PartnerRefused | None:
    """Retire one of a partner's secrets: it stops working within a second, everywhere."""
    if find_partner(work, client_id=client_id) is None:
        return _unknown(client_id)
    with work.writing_durably() as connection:
        if not store.retire_secret(connection, client_id=client_id, number=number, now=work.now):
            return PartnerRefused(
                f"{client_id} has no live secret number {number}: "
                f"`mag partners secrets list {client_id}` shows them."
            )
        record_act(work, connection=connection, act="secret retired", by=by, about=client_id)
        work.change_cached(connection, CACHE)
    return None


def find_fault(work: Work, *, partner: Partner) -> PartnerRefused | None:
    """Return the first reason why this partner cannot be registered, or None."""
    if not is_client_id(partner.client_id):
        return PartnerRefused(
            "A partner's ID is 2 to 63 characters: a-z, 0-9 and -, not starting with -."
        )
    if not is_name(partner.name):
        return PartnerRefused("Give a --name that people can read: 1 to 100 characters, one line.")
    if not partner.redirect_uris:
        return PartnerRefused("Give at least one --redirect-uri: where people come back to.")
    if not isinstance(find_theme(partner.theme, own=work.settings.themes_dir), Theme):
        return PartnerRefused(
            f'The theme "{partner.theme}" does not exist or is refused: '
            "`mag themes list` shows the good ones, `mag themes check` says what is wrong."
        )
    for address, check in _addresses(partner):
        refused = check(address)
        if refused:
            sentence = f"{address} is refused: {refused.reason.value}."
            return PartnerRefused(sentence, address, refused.reason)
    return None


def _addresses(partner: Partner) -> list[tuple[str, Callable[[str], UriRefused | None]]]:
    initiate = (partner.initiate_login_uri,) if partner.initiate_login_uri else ()
    kinds = (
        (partner.redirect_uris, check_redirect_uri_registration),
        (partner.origins, check_origin_registration),
        (partner.post_logout_redirect_uris, check_post_logout_redirect_uri_registration),
        (initiate, check_initiate_login_uri_registration),
        (partner.targets, check_target_registration),
    )
    return [
        (address, lambda uri, check=check: check(uri, sandbox=partner.sandbox))  # type: ignore[misc]  # mypy cannot type a lambda's default
        for addresses, check in kinds
        for address in addresses
    ]


def _unknown(client_id: str) -> PartnerRefused:
    return PartnerRefused(f"No partner {client_id}: `mag partners list` shows them.")


def _registry(work: Work) -> _Registry:
    def load() -> _Registry:
        with work.read() as connection:
            partners = {p.client_id: p for p in store.load_partners(connection)}
            secrets: dict[str, tuple[str, ...]] = {}
            for secret in store.load_secrets(connection):
                secrets[secret.client_id] = (
                    *secrets.get(secret.client_id, ()),
                    secret.fingerprint,
                )
        return _Registry(partners, secrets)

    return work.cached(CACHE, load)
