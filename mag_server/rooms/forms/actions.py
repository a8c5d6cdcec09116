from datetime import timedelta

from mag_server.base.addresses import origin_of
from mag_server.base.db import Connection
from mag_server.base.secrets import new_identifier
from mag_server.base.work import Work
from mag_server.rooms.companies.model import Siret, Strictness, parse_siret
from mag_server.rooms.forms import store
from mag_server.rooms.forms.model import (
    OURSELVES,
    FormToShow,
    FormUse,
    LinkRequest,
    OpenedForm,
    OwnRequest,
    SignInRequest,
    unpack_request,
)
from mag_server.rooms.partners.actions import find_partner
from mag_server.rooms.partners.model import Partner, find_origin
from mag_server.rooms.requests.model import AuthorizationRequest

FORM_PURPOSE = "sign-in-form"


def new_form(work: Work, *, partner: Partner, request: SignInRequest) -> FormToShow:
    """Return a fresh form for a checked request, with the SIRET that its hint suggests."""
    siret = parse_siret(request.login_hint or "", strictness=Strictness.chosen_by(work.settings))
    token = work.secret_keys.sign(
        [new_identifier(), request.pack()], purpose=FORM_PURPOSE, now=work.now
    )
    suggested = siret.grouped if isinstance(siret, Siret) else ""
    return FormToShow(partner, request, token, suggested)


def new_own_form(work: Work, *, ui_locales: str | None) -> FormToShow:
    """Return a fresh form of MAG's own pages."""
    return new_form(work, partner=OURSELVES, request=OwnRequest(ui_locales))


def open_form(work: Work, *, token: str) -> OpenedForm | None:
    """Read a posted form's token; None if it was not signed here or its partner changed."""
    signed = work.secret_keys.read_signed(token, purpose=FORM_PURPOSE)
    if signed is None:
        return None
    form_id, packed = signed.content
    request = unpack_request(packed)
    own = isinstance(request, OwnRequest)
    partner = OURSELVES if own else find_partner(work, client_id=request.client_id)
    if partner is None:
        return None
    if isinstance(request, AuthorizationRequest) and not _may_still_ask(partner, request):
        return None
    lifetime = timedelta(seconds=work.settings.form_lifetime_seconds)
    return OpenedForm(form_id, partner, request, expired=work.now - signed.signed_at > lifetime)


def _may_still_ask(partner: Partner, request: AuthorizationRequest) -> bool:
    if request.redirect_uri not in partner.redirect_uris:
        return False
    return not request.in_frame or find_origin(partner, origin_of(request.redirect_uri))


def open_link_form(work: Work, *, token: str) -> LinkRequest | None:
    """Read the token of a form that was shown at a link, for what needs no password."""
    opened = open_form(work, token=token)
    request = opened.request if opened and not opened.expired else None
    return request if isinstance(request, LinkRequest) else None


def read_signed_request(work: Work, *, token: str) -> SignInRequest | None:
    """Read what a posted form asks for, without the database: even a failure is shown as it asks.

    Returns:
        The request as it was proved when the form was signed, whatever changed since; None where
        the form was not signed here.
    """
    signed = work.secret_keys.read_signed(token, purpose=FORM_PURPOSE)
    return unpack_request(signed.content[1]) if signed else None


def find_use(work: Work, *, form_id: str) -> FormUse | None:
    """Return what a form led to, if it was spent."""
    with work.read() as connection:
        return store.load_use(connection, form_id=form_id)


def spend_form(work: Work, *, connection: Connection, form_id: str, use: FormUse) -> bool:
    """Spend a form, in the block of the success it leads to; False if it was spent already."""
    return store.spend(connection, work.database, form_id=form_id, use=use)


def forget_spent_forms(work: Work, *, connection: Connection) -> int:
    """Delete the spent forms that are past any use; return how many."""
    lifetime = timedelta(seconds=work.settings.form_lifetime_seconds)
    return store.forget_before(connection, instant=work.now - lifetime)
