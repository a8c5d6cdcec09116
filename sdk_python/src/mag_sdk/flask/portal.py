"""The glue: the routes, a decorator, and the person."""

import functools
from collections.abc import Callable, Collection
from dataclasses import replace
from http import HTTPStatus
from typing import ParamSpec, TypeVar
from urllib.parse import urlsplit

from flask import (
    Blueprint,
    Flask,
    Response,
    after_this_request,
    current_app,
    make_response,
    redirect,
    request,
    url_for,
)
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from mag_sdk.addresses import origin_of
from mag_sdk.assertion import Assertion
from mag_sdk.client import MagClient
from mag_sdk.errors import (
    MagError,
    MagUnreachable,
    ResponseIncomplete,
    SignInRefused,
    StateUnknown,
    WrongIssuer,
)
from mag_sdk.flask import person
from mag_sdk.flask.attempt_cookies import AttemptCookies, Begun, Finished
from mag_sdk.flask.initiated import check_link_targets, landing_of
from mag_sdk.flask.problems import WRONG_TARGET, Problem, problem_of, render_plain
from mag_sdk.flask.recent import RecentSignIns
from mag_sdk.flask.targets import HOME, is_accepted, page_asked_for
from mag_sdk.flask.widget import LABEL, render_widget

P = ParamSpec("P")
R = TypeVar("R")

INITIATE = "/mag/initiate"
SESSION_SECONDS = 36_000  # MAG's own sessions end after ten hours


class MagFlask:
    """Signs people in on a Flask app.

    Args:
        app: the portal; its SECRET_KEY signs what is kept in the browser.
        client: this portal as MAG knows it; the callback sits at the path of its redirect_uri.
        targets: the paths a sign-in may land on, or None for every page of this portal.
        link_targets: the pages that emailed links lead to, whole, as registered at MAG; with one or
            more, `/mag/initiate` is the portal's `initiate_login_uri`.
        keep_in_session: what of an anonymous session survives signing in (a basket, a language).
        post_logout_redirect_uri: where MAG sends people after signing out, as registered there.
        session_lifetime_seconds: how long a person stays signed in here.
        render_problem: draws a `Problem` in the portal's own layout.
    """

    def __init__(
        self,
        app: Flask,
        client: MagClient,
        *,
        targets: Collection[str] | None = None,
        link_targets: Collection[str] = (),
        keep_in_session: Collection[str] = (),
        post_logout_redirect_uri: str | None = None,
        session_lifetime_seconds: int = SESSION_SECONDS,
        render_problem: Callable[[Problem], str] = render_plain,
    ) -> None:
        self._client = client
        self._targets = targets
        self._portal_origin = origin_of(client.redirect_uri)
        check_link_targets(link_targets, portal_origin=self._portal_origin)
        self._link_targets = frozenset(link_targets)
        self._keep_in_session = keep_in_session
        self._post_logout_redirect_uri = post_logout_redirect_uri
        self._session_lifetime_seconds = session_lifetime_seconds
        self._render_problem = render_problem
        self._cookies = AttemptCookies(app, redirect_uri=client.redirect_uri)
        self._recent = RecentSignIns(client.now)
        app.extensions["mag"] = self
        app.register_blueprint(self._blueprint(app))
        app.jinja_env.globals["mag_widget"] = self.widget

    def _blueprint(self, app: Flask) -> Blueprint:
        routes = Blueprint("mag", __name__)
        # Under a prefix the WSGI server has already taken it off the path.
        root = app.config["APPLICATION_ROOT"].rstrip("/")
        callback = urlsplit(self._client.redirect_uri).path.removeprefix(root) or "/"
        routes.add_url_rule("/mag/sign-in", "sign_in", self._sign_in)
        routes.add_url_rule(callback, "callback", self._callback, methods=["GET", "POST"])
        routes.add_url_rule("/mag/sign-out", "sign_out", self._sign_out, methods=["POST"])
        if self._link_targets:
            routes.add_url_rule(INITIATE, "initiate", self._initiate, methods=["GET", "POST"])
        routes.url_value_preprocessor(self._exempt_callback)
        routes.after_request(_keep_private)
        return routes

    def _exempt_callback(self, endpoint: str | None, values: dict[str, object] | None) -> None:  # noqa: ARG002 -- Flask's own signature
        # The widget's form is posted without the portal's CSRF token; `state`, bound to this
        # browser, does its work. Said here, before any check runs, whichever was set up first.
        csrf = current_app.extensions.get("csrf")
        if csrf is not None and hasattr(csrf, "exempt"):
            csrf.exempt(self._callback)
            csrf.exempt(self._initiate)  # it begins a sign-in and changes nothing

    # --- for the portal's own views -----------------------------------------------------------

    @property
    def assertion(self) -> Assertion | None:
        """The person signed in on this request, or None."""
        return person.current(
            now=self._client.now(), lifetime_seconds=self._session_lifetime_seconds
        )

    def sign_in_required(self, view: Callable[P, R]) -> Callable[P, R | BaseResponse]:
        """Show this view to people signed in, and send the others to MAG and back here."""

        @functools.wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R | BaseResponse:
            if self.assertion is not None:
                return view(*args, **kwargs)
            # A script's fetch cannot follow a redirect to another site; it can read a 401.
            if request.headers.get("Sec-Fetch-Dest") == "empty":
                return Response("Connexion requise.", status=401, mimetype="text/plain")
            return redirect(url_for("mag.sign_in", target=page_asked_for(request)), code=303)

        return guarded

    def widget(
        self,
        *,
        target: str = HOME,
        label: str = LABEL,
        lazy: bool = False,
        nonce: str | None = None,
        debug: bool = False,
    ) -> Markup:
        """Write MAG's form into this page, as `{{ mag_widget(target="/espace") }}` does.

        The answer being made keeps its secrets in a cookie, one a target. While MAG has never been
        reached, the full-page way in stands alone.
        """
        fallback_url = url_for("mag.sign_in", target=target)
        if not is_accepted(target, accepted_paths=self._targets):
            raise ValueError(f"{target!r} is not a page that a sign-in may land on")
        slot = self._cookies.widget_slot(request, target=target, now=self._client.now())
        try:
            metadata, attempt = (
                self._client.metadata(),
                self._client.begin_sign_in(target=target, secrets=slot.new_secrets()),
            )
        except MagError:
            return render_widget(None, request="", fallback_url=fallback_url, label=label)

        @after_this_request
        def keep(response: Response) -> Response:
            self._cookies.keep_slot(response, request=request, slot=slot, now=self._client.now())
            response.headers["Cache-Control"] = "no-store"  # the request in it is this browser's
            return response

        return render_widget(
            metadata,
            request=attempt.widget_request,
            fallback_url=fallback_url,
            label=label,
            lazy=lazy,
            nonce=nonce,
            debug=debug,
        )

    @property
    def content_sources(self) -> dict[str, str]:
        """The two sources a page with the widget adds to its Content-Security-Policy."""
        origin = origin_of(self._client.issuer)
        return {"script-src": origin, "frame-src": origin}

    # --- the routes ---------------------------------------------------------------------------

    def _sign_in(self) -> BaseResponse:
        target = request.args.get("target", HOME)
        if not is_accepted(target, accepted_paths=self._targets):
            return self._refuse(WRONG_TARGET, retry_target=HOME)
        try:
            self._client.check_reachable()
            attempt = self._client.begin_sign_in(target=target)
        except MagError as error:
            return self._refuse(problem_of(error), retry_target=target)
        response = make_response(redirect(attempt.url, code=303))
        begun = Begun(attempt, again="again" in request.args)
        self._cookies.begin(response, request=request, begun=begun, now=self._client.now())
        return response

    def _initiate(self) -> BaseResponse:
        """Begin the sign-in that MAG asks for: somebody came there by an emailed link."""
        try:
            given = _parameters_once()
            if given.get("iss") != self._client.issuer:
                raise WrongIssuer(self._client.issuer, given.get("iss", "")[:200])
            target = self._landing(given.get("target_link_uri", ""))
            if target is None:
                return self._refuse(WRONG_TARGET, retry_target=HOME)
            attempt = self._client.begin_sign_in(
                target=target, login_hint=given.get("login_hint") or None
            )
        except MagError as error:
            return self._refuse(problem_of(error), retry_target=HOME)
        response = make_response(redirect(attempt.url, code=303))
        self._cookies.begin(response, request=request, begun=Begun(attempt), now=self._client.now())
        return response

    def _landing(self, uri: str) -> str | None:
        return landing_of(uri, link_targets=self._link_targets, portal_origin=self._portal_origin)

    def _callback(self) -> BaseResponse:
        try:
            parameters = _parameters_once()
            state = parameters.get("state", "")
            found = self._cookies.find(request, state=state, now=self._client.now())
        except StateUnknown as error:
            # The Back button, long after: whoever is signed in needs no explanation.
            if self.assertion is not None:
                return redirect(HOME, code=303)
            return self._refuse(problem_of(error), retry_target=HOME)
        except MagError as error:
            return self._refuse(problem_of(error), retry_target=HOME)
        if isinstance(found, Finished):
            return redirect(found.target, code=303)
        return self._finish(found, parameters)

    def _finish(self, begun: Begun, parameters: dict[str, str]) -> BaseResponse:
        attempt = begun.attempt
        try:
            assertion = self._recent.once(
                attempt.state,
                lambda: self._client.finish_sign_in(attempt=attempt, parameters=parameters),
            )
        except MagError as error:
            return self._not_finished(error, begun)
        now = self._client.now()
        person.keep(assertion, now=now, keep_in_session=self._keep_in_session)
        # What MAG signed wins over what the browser carried.
        target = (assertion.target and self._landing(assertion.target)) or attempt.target
        response = make_response(redirect(target, code=303))
        self._cookies.finish(response, state=attempt.state, target=target, now=now)
        return response

    def _not_finished(self, error: MagError, begun: Begun) -> BaseResponse:
        target = begun.attempt.target
        if _is_spent(error) and self.assertion is not None:
            return redirect(target, code=303)
        if _is_spent(error) and not begun.again:
            # Another process of this portal was faster with the same click. MAG has a live
            # session now and answers again without a form; a second time it is shown instead.
            return redirect(url_for("mag.sign_in", target=target, again=1), code=303)
        response = self._refuse(problem_of(error), retry_target=target)
        if not isinstance(error, MagUnreachable):
            self._cookies.forget(response, state=begun.attempt.state)
        return response

    def _sign_out(self) -> BaseResponse:
        if not self._came_from_this_portal():
            return Response(status=403)  # another site may not sign people out
        leaving = self.assertion
        person.forget()
        if leaving is None:
            return redirect(HOME, code=303)
        try:
            url = self._client.sign_out_url(
                id_token_hint=leaving.id_token,
                post_logout_redirect_uri=self._post_logout_redirect_uri,
            )
        except MagError:
            return redirect(HOME, code=303)  # signed out here, which is what was asked of us
        return redirect(url, code=303)

    def _came_from_this_portal(self) -> bool:
        origin = request.headers.get("Origin")
        if origin == "null":
            # A portal whose Referrer-Policy is `no-referrer` posts to itself as `null` (Fetch,
            # section 3.2): the browser's own word, which no page can write, tells it apart.
            return request.headers.get("Sec-Fetch-Site") == "same-origin"
        return origin in {None, origin_of(self._client.redirect_uri)}

    def _refuse(self, problem: Problem, *, retry_target: str) -> Response:
        retry_url = url_for("mag.sign_in", target=retry_target)
        page = self._render_problem(replace(problem, retry_url=retry_url))
        response = make_response(page, problem.status)
        if problem.status == HTTPStatus.SERVICE_UNAVAILABLE:
            response.headers["Retry-After"] = "10"
        return response


def _parameters_once() -> dict[str, str]:
    """Read the answer; a parameter given twice could be read differently by two readers."""
    given = request.form if request.method == "POST" else request.args
    for name, values in given.lists():
        if len(values) != 1:
            raise ResponseIncomplete(name)
    return given.to_dict()


def _is_spent(error: MagError) -> bool:
    return isinstance(error, SignInRefused) and error.error == "invalid_grant"


def _keep_private(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    # The callback's address holds a code; no page after it may learn it.
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
