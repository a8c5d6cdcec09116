"""Sign-out (OpenID Connect RP-Initiated Logout 1.0)."""

from urllib.parse import urlencode

from flask import Blueprint, Response, request, url_for

from mag_server.base.addresses import origin_of
from mag_server.rooms.assertions.actions import begin_sign_out, confirm_sign_out
from mag_server.rooms.assertions.model import ConfirmSignOut, SignedOut, SignOutRequest
from mag_server.rooms.themes.model import DEFAULT_THEME
from mag_server.web._guard import (
    SESSION_COOKIE,
    allow_form_action_to,
    came_from_here,
    drop_cookie,
    see_other,
)
from mag_server.web._page import page_language, render_page
from mag_server.web._refusals import shown_refusal
from mag_server.web._work import current_work

blueprint = Blueprint("logout", __name__)


@blueprint.get("/logout")
def logout() -> Response:
    """End the session an ID token names, or ask the person first."""
    if any(len(values) > 1 for values in request.args.to_dict(flat=False).values()):
        return shown_refusal("MAG-103")
    asked = SignOutRequest(
        id_token_hint=request.args.get("id_token_hint"),
        client_id=request.args.get("client_id"),
        post_logout_redirect_uri=request.args.get("post_logout_redirect_uri"),
        state=request.args.get("state"),
    )
    answer = begin_sign_out(
        current_work(), asked=asked, session_cookie=request.cookies.get(SESSION_COOKIE)
    )
    if isinstance(answer, SignedOut):
        return _signed_out(answer)
    if isinstance(answer, ConfirmSignOut):
        return _ask(answer, return_to=asked.post_logout_redirect_uri)
    return shown_refusal(answer.value)


@blueprint.post("/logout")
def logout_posted() -> Response:
    """Take the person's yes; a partner's own POST becomes the same GET (section 2)."""
    if "sign_out" not in request.form:
        pairs = [(name, value) for name, values in request.form.lists() for value in values]
        return see_other(url_for("logout.logout") + "?" + urlencode(pairs))
    if not came_from_here():
        return shown_refusal("MAG-118")
    answer = confirm_sign_out(
        current_work(),
        token=request.form["sign_out"],
        session_cookie=request.cookies.get(SESSION_COOKIE),
    )
    return _signed_out(answer) if isinstance(answer, SignedOut) else shown_refusal(answer.value)


def _ask(answer: ConfirmSignOut, *, return_to: str | None) -> Response:
    if return_to is not None:
        allow_form_action_to({origin_of(return_to)})
    return render_page(
        "pages/confirm_sign_out.html",
        theme_name=answer.partner.theme if answer.partner else DEFAULT_THEME,
        lang=page_language(),
        action=url_for("logout.logout_posted", ui_locales=request.args.get("ui_locales")),
        fields={"sign_out": answer.token},
    )


def _signed_out(answer: SignedOut) -> Response:
    if answer.return_to is not None:
        response = see_other(_with_state(answer))
    else:
        response = render_page(
            "pages/signed_out.html",
            theme_name=answer.partner.theme if answer.partner else DEFAULT_THEME,
            lang=page_language(),
        )
    response.headers["Cache-Control"] = "no-store"
    drop_cookie(response, SESSION_COOKIE)
    return response


def _with_state(answer: SignedOut) -> str:
    return_to = answer.return_to or ""
    if answer.state is None:
        return return_to
    return return_to + ("&" if "?" in return_to else "?") + urlencode({"state": answer.state})
