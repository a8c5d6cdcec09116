"""The portal's side of a sign-in: begin it, finish it, end it."""

import base64
import hmac
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote_plus, urlencode

from mag_sdk.acr import at_least, minimum_uri, stronger, weakest
from mag_sdk.addresses import check_address
from mag_sdk.assertion import Assertion
from mag_sdk.attempt import AttemptSecrets, PendingSignIn, SignInAttempt, challenge_of
from mag_sdk.errors import (
    AnswerRefused,
    ConfigurationRefused,
    ResponseIncomplete,
    SignInRefused,
    StateUnknown,
    WrongIssuer,
    WrongSubject,
)
from mag_sdk.kept import Fetched, Kept, KeptKeys
from mag_sdk.keys import KeySet
from mag_sdk.metadata import Metadata, read_metadata
from mag_sdk.verify import check_access_token, check_leeway, check_sign_in_age, verify_assertion
from mag_sdk.wire import Answer, Wire

DEFAULT_SCOPES = ("openid", "profile", "entreprise", "email")
_OK = 200
_CLIENT_ERRORS = range(400, 500)


def _utc_now() -> datetime:
    return datetime.now(UTC)


class MagClient:
    """One portal, as MAG knows it; make one at start and share it between threads."""

    def __init__(  # noqa: PLR0913 -- four facts MAG gave, and four settings with good defaults
        self,
        issuer: str,
        client_id: str,
        client_secret: str,
        redirect_uri: str,
        *,
        scopes: tuple[str, ...] = DEFAULT_SCOPES,
        minimum_acr: str | None = None,
        leeway_seconds: int = 30,
        timeout_seconds: float = 5.0,
        now: Callable[[], datetime] = _utc_now,
    ) -> None:
        check_address(setting="issuer", url=issuer)
        check_address(setting="redirect_uri", url=redirect_uri)
        check_leeway(leeway_seconds)
        for setting, value in (("client_id", client_id), ("client_secret", client_secret)):
            if not value:
                raise ConfigurationRefused(setting, "is empty")
        if "openid" not in scopes:
            raise ConfigurationRefused("scopes", "must hold `openid`, or no assertion comes back")
        self.issuer = issuer
        self.client_id = client_id
        self.redirect_uri = redirect_uri
        self.minimum_acr = minimum_acr and minimum_uri(issuer=issuer, minimum=minimum_acr)
        self._acr_values = self.minimum_acr and at_least(issuer=issuer, minimum=self.minimum_acr)
        self.now = now
        self._client_secret = client_secret
        self._scopes = scopes
        self._leeway_seconds = leeway_seconds
        self._wire = Wire(timeout_seconds=timeout_seconds)
        self._metadata = Kept(self._fetch_metadata, now=now)
        self._keys = KeptKeys(self._fetch_keys, now=now)

    def __repr__(self) -> str:
        return f"MagClient({self.issuer!r}, {self.client_id!r})"

    # --- beginning ----------------------------------------------------------------------------

    def begin_sign_in(
        self,
        *,
        target: str,
        prompt: str | None = None,
        max_age_seconds: int | None = None,
        login_hint: str | None = None,
        ui_locales: str | None = None,
        acr_values: str | None = None,
        secrets: AttemptSecrets | None = None,
    ) -> SignInAttempt:
        """Begin a sign-in (OIDC Core 3.1.2.1, RFC 7636).

        Args:
            target: where the person was going; given back by the attempt, never sent to MAG.
            prompt: `none`, `login` ..., as in OIDC Core.
            max_age_seconds: how long ago the person may have proved who they are.
            login_hint: an identifier MAG may prefill.
            ui_locales: languages in order, separated by spaces.
            acr_values: levels separated by spaces, sent as they are; the weakest is a minimum.
            secrets: its state, nonce and verifier, used for no other attempt; drawn by default.

        Returns:
            The attempt: keep it for this browser, keyed by `state`, and redirect to its `url`.

        Raises:
            MagUnreachable: MAG's addresses were never learnt and it does not answer.
        """
        secrets = secrets or AttemptSecrets.new()
        asked = acr_values or self._acr_values
        request = self._request(secrets) | {
            "prompt": prompt,
            "max_age": None if max_age_seconds is None else str(max_age_seconds),
            "login_hint": login_hint,
            "ui_locales": ui_locales,
            "acr_values": asked,
        }
        wire = {name: value for name, value in request.items() if value is not None}
        asked_minimum = weakest(issuer=self.issuer, acr_values=asked or "")
        return SignInAttempt(
            state=secrets.state,
            nonce=secrets.nonce,
            code_verifier=secrets.code_verifier,
            target=target,
            started_at=self.now(),
            minimum_acr=stronger(issuer=self.issuer, one=self.minimum_acr, other=asked_minimum),
            max_age_seconds=max_age_seconds,
            url=_with_query(self._metadata.current().authorization_endpoint, wire),
            widget_request=urlencode(wire | {"response_mode": "web_message"}),
        )

    def _request(self, secrets: AttemptSecrets) -> dict[str, str | None]:
        return {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": " ".join(self._scopes),
            "state": secrets.state,
            "nonce": secrets.nonce,
            "code_challenge": challenge_of(secrets.code_verifier),
            "code_challenge_method": "S256",
        }

    def check_reachable(self, *, within_seconds: float = 5.0) -> None:
        """Make sure MAG answered lately, before a browser is sent to a dead address.

        Raises:
            MagUnreachable: it does not answer now.
        """
        self._metadata.younger_than(within_seconds)

    def metadata(self) -> Metadata:
        """Return where MAG's endpoints and its widget are, as lately learnt.

        Raises:
            MagUnreachable: they were never learnt and MAG does not answer.
        """
        return self._metadata.current()

    # --- finishing ----------------------------------------------------------------------------

    def finish_sign_in(self, *, attempt: PendingSignIn, parameters: Mapping[str, str]) -> Assertion:
        """Turn MAG's answer into a verified person.

        Args:
            attempt: what `begin_sign_in` gave, found again for this browser.
            parameters: the callback's query (GET) or form (POST).

        Returns:
            Who came.

        Raises:
            StateUnknown: the answer's `state` is not this attempt's.
            WrongIssuer: the answer comes from another server (RFC 9207).
            SignInRefused: MAG answered with an error.
            ResponseIncomplete: neither code nor error.
            MagUnreachable: the code could not be redeemed.
            AssertionRefused: the ID token failed a check.
        """
        self._check_answer(attempt, parameters)
        answered = self._redeem(code=_needed(parameters, "code"), attempt=attempt)
        now = self.now()
        assertion = verify_assertion(
            token=_text_member(answered, "id_token"),
            keys=self._keys,
            expected_issuer=self.issuer,
            expected_audience=self.client_id,
            expected_nonce=attempt.nonce,
            now=now,
            leeway_seconds=self._leeway_seconds,
            minimum_acr=stronger(
                issuer=self.issuer, one=self.minimum_acr, other=attempt.minimum_acr
            ),
        )
        check_sign_in_age(
            assertion,
            max_age_seconds=attempt.max_age_seconds,
            now=now,
            leeway_seconds=self._leeway_seconds,
        )
        access_token = _text_member(answered, "access_token")
        check_access_token(assertion, access_token)
        return replace(assertion, access_token=access_token)

    def _check_answer(self, attempt: PendingSignIn, parameters: Mapping[str, str]) -> None:
        state = _needed(parameters, "state")
        if not hmac.compare_digest(state.encode(errors="replace"), attempt.state.encode()):
            raise StateUnknown
        # Mix-up: another provider's answer sent to this callback (RFC 9207 section 2.4).
        issuer = _needed(parameters, "iss")
        if issuer != self.issuer:
            raise WrongIssuer(self.issuer, issuer[:200])
        if "error" in parameters:
            raise SignInRefused(
                error=parameters["error"],
                code=parameters.get("error_code"),
                trace_id=parameters.get("trace_id"),
                detail=parameters.get("error_description"),
            )

    def _redeem(self, *, code: str, attempt: PendingSignIn) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": attempt.code_verifier,
        }
        endpoint = self._metadata.current().token_endpoint
        answer = self._wire.post(endpoint, form=form, headers=self._credentials())
        members = _members_or_refusal(answer)
        if str(members.get("token_type", "")).lower() != "bearer":
            raise AnswerRefused(answer.url, "token_type is not Bearer")
        return members

    # --- afterwards ---------------------------------------------------------------------------

    def userinfo(self, access_token: str, *, expected_sub: str) -> dict[str, Any]:
        """Ask for the person's claims as they are now (OIDC Core 5.3).

        Args:
            access_token: the assertion's own.
            expected_sub: the assertion's `sub`; an answer about someone else is refused.

        Raises:
            WrongSubject: the claims are another person's.
            SignInRefused: the token is no longer good.
            MagUnreachable: MAG does not answer.
        """
        endpoint = self._metadata.current().userinfo_endpoint
        bearer = {"Authorization": f"Bearer {access_token}"}
        found = _members_or_refusal(self._wire.get(endpoint, headers=bearer))
        if found.get("sub") != expected_sub:
            received = found.get("sub")
            raise WrongSubject(expected_sub, None if received is None else str(received)[:100])
        return found

    def revoke(self, token: str) -> None:
        """Give an access token back (RFC 7009); a dead one is no error.

        Raises:
            SignInRefused: MAG refuses this client.
            MagUnreachable: MAG does not answer.
        """
        endpoint = self._metadata.current().revocation_endpoint
        answer = self._wire.post(endpoint, form={"token": token}, headers=self._credentials())
        if answer.status != _OK:
            _members_or_refusal(answer)

    def sign_out_url(
        self,
        *,
        id_token_hint: str | None = None,
        post_logout_redirect_uri: str | None = None,
        state: str | None = None,
    ) -> str:
        """Write the address that ends the session at MAG (OIDC RP-Initiated Logout 1.0).

        Without the hint MAG asks the person before it ends anything.

        Raises:
            MagUnreachable: MAG's addresses were never learnt and it does not answer.
        """
        request = {
            "id_token_hint": id_token_hint,
            "client_id": self.client_id,
            "post_logout_redirect_uri": post_logout_redirect_uri,
            "state": state,
        }
        wire = {name: value for name, value in request.items() if value}
        return _with_query(self._metadata.current().end_session_endpoint, wire)

    # --- MAG's documents ----------------------------------------------------------------------

    def _fetch_metadata(self) -> Fetched[Metadata]:
        url = f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"
        answer = self._wire.get(url)
        _check_ok(answer)
        return Fetched(
            read_metadata(answer.members(), url=url, issuer=self.issuer), answer.max_age_seconds
        )

    def _fetch_keys(self) -> Fetched[KeySet]:
        answer = self._wire.get(self._metadata.current().jwks_uri)
        _check_ok(answer)
        try:
            keys = KeySet.from_jwks(answer.members())
        except ValueError as error:
            raise AnswerRefused(answer.url, str(error)) from error
        if not len(keys):
            raise AnswerRefused(answer.url, "no usable key")
        return Fetched(keys, answer.max_age_seconds)

    def _credentials(self) -> dict[str, str]:
        # Each half is form-encoded before it is joined (RFC 6749 section 2.3.1).
        pair = f"{quote_plus(self.client_id)}:{quote_plus(self._client_secret)}"
        return {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode("ascii")}


def _with_query(endpoint: str, members: Mapping[str, str]) -> str:
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(members)}"


def _needed(parameters: Mapping[str, str], name: str) -> str:
    value = parameters.get(name)
    if not value:
        raise ResponseIncomplete(name)
    return value


def _text_member(members: Mapping[str, Any], name: str) -> str:
    value = members.get(name)
    if not isinstance(value, str) or not value:
        raise ResponseIncomplete(name)
    return value


def _check_ok(answer: Answer) -> None:
    if answer.status != _OK:
        raise AnswerRefused(answer.url, f"HTTP {answer.status}")


def _members_or_refusal(answer: Answer) -> dict[str, Any]:
    """Read a good answer, or raise what MAG said was wrong."""
    if answer.status in _CLIENT_ERRORS:
        members = answer.members()
        raise SignInRefused(
            error=str(members.get("error", "unknown")),
            code=_optional(members, "code"),
            trace_id=_optional(members, "trace_id"),
            detail=_optional(members, "detail") or _optional(members, "error_description"),
        )
    _check_ok(answer)
    return answer.members()


def _optional(members: Mapping[str, Any], name: str) -> str | None:
    value = members.get(name)
    return value if isinstance(value, str) else None
