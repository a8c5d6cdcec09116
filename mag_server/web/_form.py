"""The sign-in form as the template wants it: one form for every mode."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from urllib.parse import urlencode

from flask import Response, url_for

from mag_server.base.addresses import origin_of
from mag_server.base.dates import spoken_date
from mag_server.base.errors import CATALOGUE, N_
from mag_server.rooms.companies.model import CompanyNumberReason
from mag_server.rooms.companies.model import message_for as company_message
from mag_server.rooms.forms.model import FormToShow, LinkRequest, SignInRequest
from mag_server.rooms.mail.model import MESSAGES
from mag_server.rooms.people.model import NameReason
from mag_server.rooms.people.model import message_for as name_message
from mag_server.rooms.requests.model import AuthorizationRequest, ResponseMode
from mag_server.rooms.signin.model import FormRefused, PostedForm
from mag_server.web._guard import allow_form_action, allow_frame, note_code, trace_id
from mag_server.web._page import page_language, render_page

_TITLES = {
    "MAG-202": N_("Trop d’essais"),
    "MAG-203": N_("Inscription à terminer"),
    "MAG-204": N_("Formulaire à renouveler"),
    "MAG-501": N_("Service très demandé"),
}
_TITLE = N_("Connexion impossible")
_A_MAIL = N_("Un courriel de votre organisme")
_EMPTY = N_("Remplissez ce champ.")


@dataclass(frozen=True)
class ShownError:
    """What the alert says."""

    title: str
    sentence: str
    code: str
    trace_id: str
    retry_after_seconds: int | None


@dataclass(frozen=True)
class Notice:
    """Which emailed notice the sign-in began at."""

    title: str
    date: str


@dataclass(frozen=True)
class Frame:
    """The page around the frame, as proved, and the way out of it."""

    embedder: str
    redirect_uri: str
    full_page_url: str


@dataclass(frozen=True)
class ShownForm:
    """What the template draws; the password is never in it."""

    action: str
    token: str = field(repr=False)
    siret: str
    nom: str
    prenom: str
    partner_name: str
    forgotten_url: str
    sign_up_url: str
    field_errors: Mapping[str, str] = field(default_factory=dict)
    error: ShownError | None = None
    notice: Notice | None = None
    report_url: str = ""
    interaction_url: str = ""
    cancel_url: str | None = None
    frame: Frame | None = None


def show_form(form: FormToShow) -> Response:
    """Show a fresh form, with the SIRET that the partner suggested."""
    return _render(form, _shown(form, siret=form.siret, nom="", prenom=""), status=200)


def show_refused_form(refused: FormRefused, posted: PostedForm) -> Response:
    """Show the form again, with all that was typed but the password."""
    entry = CATALOGUE[refused.code]
    note_code(refused.code)
    error = None
    if not refused.field_reasons:
        error = ShownError(
            _TITLES.get(refused.code, _TITLE),
            entry.message,
            refused.code,
            trace_id(),
            refused.retry_after_seconds,
        )
    errors = {name: _sentence(reason) for name, reason in refused.field_reasons.items()}
    shown = _shown(
        refused.form,
        siret=posted.siret,
        nom=posted.nom,
        prenom=posted.prenom,
        field_errors=errors,
        error=error,
    )
    response = _render(refused.form, shown, status=entry.status)
    if refused.retry_after_seconds is not None:
        response.headers["Retry-After"] = str(refused.retry_after_seconds)
    return response


def _sentence(reason: Enum) -> str:
    if isinstance(reason, CompanyNumberReason):
        return company_message(reason)
    return name_message(reason) if isinstance(reason, NameReason) else _EMPTY


def _shown(
    form: FormToShow,
    *,
    siret: str,
    nom: str,
    prenom: str,
    field_errors: Mapping[str, str] | None = None,
    error: ShownError | None = None,
) -> ShownForm:
    asked = _at_top_level(form.request)
    query = "?" + urlencode(asked) if asked else ""
    return ShownForm(
        action=url_for("sign_in.submit"),
        token=form.token,
        siret=siret,
        nom=nom,
        prenom=prenom,
        partner_name=form.partner.name,
        forgotten_url=url_for("assistance.forgotten_password") + query,
        sign_up_url=url_for("assistance.sign_up") + query,
        field_errors=field_errors or {},
        error=error,
        notice=notice_of(form.request, page_language(form.request.ui_locales))
        if isinstance(form.request, LinkRequest)
        else None,
        report_url=url_for("emailed_link.report_posted"),
        interaction_url=url_for("emailed_link.interaction"),
        frame=_frame(form),
    )


def notice_of(request: LinkRequest, lang: str) -> Notice:
    """Return which mail a sign-in began at: its title and its day, and nobody's name."""
    known = MESSAGES.get(request.message)
    sent_at = datetime.fromtimestamp(request.sent_at, UTC)
    return Notice(known.title if known else _A_MAIL, spoken_date(sent_at, lang))


def _frame(form: FormToShow) -> Frame | None:
    if not isinstance(form.request, AuthorizationRequest) or not form.request.in_frame:
        return None
    return Frame(
        origin_of(form.request.redirect_uri),
        form.request.redirect_uri,
        url_for("authorize.authorize") + "?" + urlencode(_at_top_level(form.request)),
    )


def _at_top_level(request: SignInRequest) -> dict[str, str]:
    # These links leave the frame: from the whole page the answer goes to the partner by itself.
    instead = {"response_mode": ResponseMode.QUERY.value} if request.in_frame else {}
    return request.parameters() | instead


def _render(form: FormToShow, shown: ShownForm, *, status: int) -> Response:
    if shown.frame:
        allow_frame(shown.frame.embedder)
    else:
        allow_form_action(form.partner)
    return render_page(
        "sign_in/form.html",
        theme_name=form.partner.theme,
        lang=page_language(form.request.ui_locales),
        status=status,
        form=shown,
    )
