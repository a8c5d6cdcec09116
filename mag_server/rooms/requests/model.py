"""The authorization request, read by one ordered list of small checks, one error each."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from enum import Enum
from typing import Any

from mag_server.base.addresses import origin_of
from mag_server.rooms.assertions.model import PERSON_SCOPES
from mag_server.rooms.partners.model import Partner, find_origin

LONGEST_PARAMETER_CHARACTERS = 2000
LONGEST_STATE_CHARACTERS = 512
PROMPTS = frozenset({"none", "login", "consent", "select_account"})
_CHALLENGE = re.compile(r"[A-Za-z0-9\-_]{43}")
_PRINTABLE = re.compile(r"[\x20-\x7e]*")


class ResponseMode(Enum):
    """How the answer travels back to the partner."""

    QUERY = "query"
    FORM_POST = "form_post"
    WEB_MESSAGE = "web_message"


_MODES = {mode.value: mode for mode in ResponseMode}


@dataclass(frozen=True)
class AuthorizationRequest:
    """A request that passed every check; JSON-able by `pack` and back by `unpack`."""

    client_id: str
    redirect_uri: str
    response_mode: ResponseMode = ResponseMode.QUERY
    state: str | None = None
    nonce: str | None = None
    scope: str = "openid"
    code_challenge: str = ""
    prompt: frozenset[str] = frozenset()
    max_age_seconds: int | None = None
    login_hint: str | None = None
    ui_locales: str | None = None
    acr_values: tuple[str, ...] = ()
    id_token_hint: str | None = None
    hinted_sub: str | None = None

    @property
    def in_frame(self) -> bool:
        """Tell whether the answer goes to the page that shows MAG in a frame."""
        return self.response_mode is ResponseMode.WEB_MESSAGE

    def pack(self) -> dict[str, Any]:
        """Return the request as JSON-able values, to be signed into the form."""
        return vars(self) | {
            "response_mode": self.response_mode.value,
            "prompt": sorted(self.prompt),
            "acr_values": list(self.acr_values),
        }

    def parameters(self) -> dict[str, str]:
        """Return the request as query parameters, for a link that leads back to the form."""
        given = {
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "response_type": "code",
            "response_mode": self.response_mode.value,
            "state": self.state,
            "nonce": self.nonce,
            "scope": self.scope,
            "code_challenge": self.code_challenge,
            "code_challenge_method": "S256",
            "prompt": " ".join(sorted(self.prompt)),
            "max_age": None if self.max_age_seconds is None else str(self.max_age_seconds),
            "login_hint": self.login_hint,
            "ui_locales": self.ui_locales,
            "acr_values": " ".join(self.acr_values),
            "id_token_hint": self.id_token_hint,
        }
        return {name: value for name, value in given.items() if value}

    @staticmethod
    def unpack(packed: dict[str, Any]) -> "AuthorizationRequest":
        """Return what `pack` was given.

        A form may have been shown by another version of MAG: what this one does not know is
        dropped, and what that one did not say keeps its default.
        """
        known = {
            one.name: packed[one.name] for one in fields(AuthorizationRequest) if one.name in packed
        }
        return AuthorizationRequest(
            **known
            | {
                "response_mode": ResponseMode(packed["response_mode"]),
                "prompt": frozenset(packed.get("prompt", ())),
                "acr_values": tuple(packed.get("acr_values", ())),
            }
        )


@dataclass(frozen=True)
class RefusedHere:
    """The partner or its redirect_uri is not proved: the error is shown here, never redirected."""

    code: str
    partner: Partner | None = None


@dataclass(frozen=True)
class RefusedToPartner:
    """The request is wrong and its redirect_uri is proved: the error goes back to the partner."""

    code: str
    partner: Partner
    redirect_uri: str
    response_mode: ResponseMode
    state: str | None


Parameters = Mapping[str, Sequence[str]]
# What a check found: fields of the request, or the code of the error.
Found = dict[str, Any] | str
Check = Callable[[dict[str, str]], Found]


def read_request(
    parameters: Parameters, *, find_partner: Callable[[str], Partner | None]
) -> tuple[Partner, AuthorizationRequest] | RefusedHere | RefusedToPartner:
    """Check a request: first who asks and where to answer, then everything else in order."""
    client_ids, uris = parameters.get("client_id", ()), parameters.get("redirect_uri", ())
    partner = find_partner(client_ids[0]) if len(client_ids) == 1 else None
    if partner is None:
        return RefusedHere("MAG-101")
    if len(uris) != 1 or uris[0] not in partner.redirect_uris:
        return RefusedHere("MAG-102", partner)
    if parameters.get("response_mode", ("",))[0] == ResponseMode.WEB_MESSAGE.value and not (
        find_origin(partner, origin_of(uris[0]))
    ):
        # Nobody may be told by message: the page that would listen is not a registered origin.
        return RefusedHere("MAG-122", partner)
    states = parameters.get("state", ())
    given = {name: values[0] for name, values in parameters.items() if values and values[0]}
    mode = given.get("response_mode", "query")
    good_state = len(states) <= 1 and _is_printable(given.get("state", ""))
    request = AuthorizationRequest(
        partner.client_id,
        uris[0],
        response_mode=_MODES.get(mode, ResponseMode.QUERY),
        state=given.get("state") if good_state else None,
    )
    repeated = any(len(values) > 1 for values in parameters.values())
    # An ID token is longer than anything else; it is judged by its signature.
    too_long = any(
        len(value) > LONGEST_PARAMETER_CHARACTERS
        for name, value in given.items()
        if name != "id_token_hint"
    )
    if repeated or too_long:
        return refuse_to_partner(partner, request, "MAG-103")
    fields_found: dict[str, Any] = {}
    for check in CHECKS:
        found = check(given)
        if isinstance(found, str):
            return refuse_to_partner(partner, request, found)
        fields_found |= found
    return partner, replace(request, **fields_found)


def refuse_to_partner(
    partner: Partner, request: AuthorizationRequest, code: str
) -> RefusedToPartner:
    """Return a refusal that travels back the way the request asked for."""
    return RefusedToPartner(
        code, partner, request.redirect_uri, request.response_mode, request.state
    )


def _is_printable(text: str) -> bool:
    return len(text) <= LONGEST_STATE_CHARACTERS and bool(_PRINTABLE.fullmatch(text))


def check_request_object(given: dict[str, str]) -> Found:
    """Refuse what this server does not read (Core sections 6 and 7.2.1)."""
    for name, code in (
        ("request", "MAG-110"),
        ("request_uri", "MAG-111"),
        ("registration", "MAG-112"),
    ):
        if name in given:
            return code
    return {}


def check_response_type(given: dict[str, str]) -> Found:
    """Only the code flow (RFC 9700 section 2.1.2)."""
    return {} if given.get("response_type") == "code" else "MAG-104"


def check_response_mode(given: dict[str, str]) -> Found:
    """Only the modes spoken here (OAuth 2.0 Form Post Response Mode)."""
    mode = given.get("response_mode", "query")
    return {} if mode in _MODES else "MAG-107"


def check_state_and_nonce(given: dict[str, str]) -> Found:
    """Opaque, printable, of a reasonable length (RFC 6749 appendix A.5)."""
    if not all(_is_printable(given.get(name, "")) for name in ("state", "nonce", "login_hint")):
        return "MAG-113"
    return {"nonce": given.get("nonce"), "login_hint": given.get("login_hint")}


def check_pkce(given: dict[str, str]) -> Found:
    """PKCE S256 for every code; `plain` and a missing method are refused (RFC 7636 4.3)."""
    challenge = given.get("code_challenge", "")
    if given.get("code_challenge_method") != "S256" or not _CHALLENGE.fullmatch(challenge):
        return "MAG-105"
    return {"code_challenge": challenge}


def check_scope(given: dict[str, str]) -> Found:
    """`openid` and scopes that exist (Core section 3.1.2.1)."""
    asked = given.get("scope", "").split()
    if "openid" not in asked or not set(asked) <= set(PERSON_SCOPES):
        return "MAG-106"
    return {"scope": " ".join(s for s in PERSON_SCOPES if s in asked)}


def check_prompt(given: dict[str, str]) -> Found:
    """Known words, and `none` alone (Core section 3.1.2.1)."""
    words = frozenset(given.get("prompt", "").split())
    if not words <= PROMPTS or ("none" in words and len(words) > 1):
        return "MAG-108"
    return {"prompt": words}


def check_max_age(given: dict[str, str]) -> Found:
    """Whole seconds, zero or more (Core section 3.1.2.1)."""
    text = given.get("max_age")
    if text is None:
        return {}
    if not re.fullmatch(r"[0-9]{1,9}", text):
        return "MAG-109"
    return {"max_age_seconds": int(text)}


def check_hints(given: dict[str, str]) -> Found:
    """Take what only helps: languages, asked levels, the hint judged later."""
    return {
        "ui_locales": given.get("ui_locales"),
        "acr_values": tuple(given.get("acr_values", "").split()),
        "id_token_hint": given.get("id_token_hint"),
    }


CHECKS: tuple[Check, ...] = (
    check_response_mode,
    check_state_and_nonce,
    check_request_object,
    check_response_type,
    check_pkce,
    check_scope,
    check_prompt,
    check_max_age,
    check_hints,
)
