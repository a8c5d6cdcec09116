"""Who is here, and who may pass: an account of this portal, or somebody MAG vouches for."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps

from flask import current_app, redirect, session, url_for
from flask.typing import ResponseReturnValue

from mag_sdk import Assertion
from mag_sdk.flask import MagFlask
from partner_portal.accounts import Account, Accounts
from partner_portal.agents import Agents
from partner_portal.consultations import Consultations
from partner_portal.mag_reading import MagReading
from partner_portal.receipts import Receipts
from partner_portal.records import Records
from partner_portal.sent_links import SentLinks
from partner_portal.settings import Settings

View = Callable[..., ResponseReturnValue]

_ACCOUNT = "account"
_ACCOUNT_SINCE = "account_since"


@dataclass(frozen=True, kw_only=True)
class Visitor:
    """Whoever is signed in, in the portal's own words."""

    prenom: str
    nom: str
    siret: str
    roles: tuple[str, ...]
    signed_in_at: datetime
    comes_from_mag: bool

    @property
    def full_name(self) -> str:
        """The name as it is registered: nobody's capitals are changed."""
        return f"{self.prenom} {self.nom}"

    @property
    def siren(self) -> str:
        """The 9 digits of the company."""
        return self.siret[:9]


@dataclass(frozen=True, kw_only=True)
class Portal:
    """What the pages need, put together once at start."""

    settings: Settings
    accounts: Accounts
    agents: Agents
    records: Records
    receipts: Receipts
    sent_links: SentLinks
    consultations: Consultations
    reading: MagReading
    mag: MagFlask


def portal() -> Portal:
    """Give what the running application was put together with."""
    found = current_app.extensions["portal"]
    assert isinstance(found, Portal)  # noqa: S101 - create_app put it there; mypy wants to know
    return found


def current_visitor() -> Visitor | None:
    """Tell who is signed in; returns None for a passer-by."""
    assertion = portal().mag.assertion
    if assertion is not None:
        return _known_by_mag(assertion)
    account = _own_account()
    return _known_here(account) if account else None


def visitor() -> Visitor:
    """Give the visitor of a page behind `visitor_required`."""
    found = current_visitor()
    if found is None:
        raise RuntimeError("this page is not behind visitor_required")
    return found


def visitor_required(view: View) -> View:
    """Let a holder of the portal's own account pass, and leave everyone else to MAG."""

    @wraps(view)
    def guarded(**names: object) -> ResponseReturnValue:
        if _own_account() is not None:
            return view(**names)
        by_mag: View = portal().mag.sign_in_required(view)
        return by_mag(**names)

    return guarded


def open_own_session(account: Account) -> None:
    """Start a session for an account of this portal, on a fresh cookie (no fixation)."""
    session.clear()
    session.permanent = True
    session[_ACCOUNT] = account.identifiant
    session[_ACCOUNT_SINCE] = datetime.now(UTC).isoformat()


def close_own_session() -> ResponseReturnValue:
    """End the portal's own session and go back to the choice."""
    session.clear()
    return redirect(url_for("choice.show"), 303)


def _own_account() -> Account | None:
    identifiant = session.get(_ACCOUNT)
    return portal().accounts.named(identifiant) if isinstance(identifiant, str) else None


def _known_here(account: Account) -> Visitor:
    return Visitor(
        prenom=account.prenom,
        nom=account.nom,
        siret=account.siret,
        roles=(),
        signed_in_at=datetime.fromisoformat(session[_ACCOUNT_SINCE]),
        comes_from_mag=False,
    )


def _known_by_mag(assertion: Assertion) -> Visitor:
    if not (assertion.given_name and assertion.family_name and assertion.siret):
        raise RuntimeError("MAG gave no name or no SIRET: ask for scopes profile and entreprise")
    return Visitor(
        prenom=assertion.given_name,
        nom=assertion.family_name,
        siret=assertion.siret,
        roles=assertion.roles,
        signed_in_at=assertion.auth_time,
        comes_from_mag=True,
    )
