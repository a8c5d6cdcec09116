"""MAG's own form: one POST for every mode."""

from flask import Blueprint, Response, request
from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField

from mag_server.rooms.arrivals.model import Arrived
from mag_server.rooms.forms.actions import read_signed_request
from mag_server.rooms.forms.model import framing_origin
from mag_server.rooms.requests.model import RefusedHere
from mag_server.rooms.signin.actions import cancel_sign_in, submit_sign_in
from mag_server.rooms.signin.model import Entered, FormRefused, Granted, PostedForm
from mag_server.web._answers import answer_entered, answer_granted, answer_refused
from mag_server.web._arrivals import answer_arrived
from mag_server.web._form import show_refused_form
from mag_server.web._guard import (
    DEVICE_COOKIE,
    SESSION_COOKIE,
    allow_frame,
    came_from_here,
    client_address,
    opened_as,
)
from mag_server.web._page import note_ui_locales
from mag_server.web._refusals import shown_refusal
from mag_server.web._work import current_work

blueprint = Blueprint("sign_in", __name__)


class SignInForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """The four fields (A-30), the signed request, and which button was pressed."""

    class Meta:
        """No session token, since a frame has no cookie: the signed request and Origin defend."""

        csrf = False

    form = StringField()
    siret = StringField()
    nom = StringField()
    prenom = StringField()
    password = PasswordField()
    action = StringField()


@blueprint.post("/sign-in")
def submit() -> Response:
    """Check the form: the partner's code, the form again, or a refusal."""
    # The form body alone: Flask-WTF would take files and JSON too, whose values are no text.
    typed = SignInForm(request.form)
    # First of all: a refusal that its frame may not show would be the browser's own error page.
    asked = read_signed_request(current_work(), token=typed.form.data or "")
    embedder = framing_origin(asked) if asked else None
    if embedder:
        allow_frame(embedder)
    if asked:
        note_ui_locales(asked.ui_locales)
    if not came_from_here():
        return shown_refusal("MAG-118")
    if not opened_as("iframe" if embedder else "document"):
        return shown_refusal("MAG-119")
    if typed.action.data == "cancel":
        return _cancel(typed.form.data or "")
    return _check(
        PostedForm(
            token=typed.form.data or "",
            siret=typed.siret.data or "",
            nom=typed.nom.data or "",
            prenom=typed.prenom.data or "",
            password=typed.password.data or "",
            address=client_address(),
            session_cookie=request.cookies.get(SESSION_COOKIE),
            device_cookie=request.cookies.get(DEVICE_COOKIE),
        )
    )


def _cancel(token: str) -> Response:
    answer = cancel_sign_in(current_work(), token=token)
    if isinstance(answer, RefusedHere):
        return shown_refusal(answer.code)
    return answer_refused(answer, partner=answer.partner)


def _check(posted: PostedForm) -> Response:
    answer = submit_sign_in(current_work(), posted=posted)
    if isinstance(answer, Granted):
        return answer_granted(answer)
    if isinstance(answer, Arrived):
        return answer_arrived(answer)
    if isinstance(answer, Entered):
        return answer_entered(answer)
    if isinstance(answer, FormRefused):
        return show_refused_form(answer, posted)
    if isinstance(answer, RefusedHere):
        return shown_refusal(answer.code, partner=answer.partner)
    return answer_refused(answer, partner=answer.partner)


@blueprint.get("/sign-in")
def reopened() -> Response:
    """Answer somebody who typed or kept this address: it opens from a partner's page only."""
    return shown_refusal("MAG-120")
