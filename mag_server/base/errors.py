"""The catalogue of errors: one stable code, one French sentence, one English cause and remedy.

The sentence is for the person and never says which field was wrong; cause and remedy are for the
developer and stand at /docs/errors/<code>. `N_` marks a sentence for translation.
"""

from mag_server.base.error_entry import N_, ErrorEntry, MagServerError
from mag_server.base.link_errors import LINK_ERRORS

__all__ = ["CATALOGUE", "N_", "ErrorEntry", "MagServerError"]

_PARTNER_SIDE = N_(
    "Le site d’où vous venez a envoyé une demande que nous ne pouvons pas traiter. "
    "Revenez sur ce site et réessayez ; si cela se reproduit, prévenez son assistance."
)
_TRY_AGAIN = N_("Revenez sur le site d’où vous venez et recommencez la connexion.")
_API = N_("La demande de l’application n’a pas pu être traitée.")


def _request(number: int, error: str, cause: str, remedy: str, *, status: int = 400) -> ErrorEntry:
    return ErrorEntry(f"MAG-{number}", error, status, _PARTNER_SIDE, cause, remedy)


def _api(number: int, error: str, cause: str, remedy: str, *, status: int = 400) -> ErrorEntry:
    return ErrorEntry(f"MAG-{number}", error, status, _API, cause, remedy)


_ENTRIES = (
    _request(
        101,
        "invalid_request",
        "client_id is missing or names no registered partner.",
        "Send the client_id that `mag partners add` printed.",
    ),
    _request(
        102,
        "invalid_request",
        "redirect_uri is missing, or is not, character for character, a registered one.",
        "Register the exact address (slash and case count): `mag partners edit ID --redirect-uri`.",
    ),
    _request(
        103,
        "invalid_request",
        "A parameter is repeated (RFC 6749 section 3.1) or too long.",
        "Send every parameter once, each under 2,000 characters.",
    ),
    _request(
        104,
        "unsupported_response_type",
        "response_type is missing or is not `code`.",
        "Use the code flow: response_type=code.",
    ),
    _request(
        105,
        "invalid_request",
        "code_challenge is missing or malformed, or code_challenge_method is not S256.",
        "Send a PKCE S256 challenge (RFC 7636): 43 URL-safe characters.",
    ),
    _request(
        106,
        "invalid_scope",
        "scope does not contain `openid`, or names a scope that does not exist.",
        "Ask for openid and, as needed, profile, entreprise, email.",
    ),
    _request(
        107,
        "invalid_request",
        "response_mode is not one that this server speaks.",
        "Leave it out, or send query, form_post or web_message.",
    ),
    _request(
        108,
        "invalid_request",
        "prompt holds an unknown word, or `none` together with another.",
        "Send none alone, or login, consent, select_account.",
    ),
    _request(
        109,
        "invalid_request",
        "max_age is not a whole number of seconds.",
        "Send max_age=0 or more, in digits.",
    ),
    _request(
        110,
        "request_not_supported",
        "The request parameter (a signed request object) is not supported.",
        "Send the parameters themselves.",
    ),
    _request(
        111,
        "request_uri_not_supported",
        "The request_uri parameter is not supported.",
        "Send the parameters themselves.",
    ),
    _request(
        112,
        "registration_not_supported",
        "The registration parameter is not supported.",
        "Register the partner with `mag partners add`.",
    ),
    _request(
        113,
        "invalid_request",
        "state, nonce, or login_hint holds control characters or is too long.",
        "Send printable ASCII, at most 512 characters.",
    ),
    _request(
        114,
        "invalid_request",
        "id_token_hint was not signed here, or not for this partner.",
        "Send an ID token that this issuer gave to this client_id, expired or not.",
    ),
    ErrorEntry(
        "MAG-115",
        "unmet_authentication_requirements",
        400,
        N_("Ce service demande un niveau d’authentification que ce compte ne permet pas encore."),
        "The asked acr_values, or the partner's registered minimum, cannot be reached.",
        "Ask for <issuer>/acr/password, or wait until the person has a second factor.",
    ),
    ErrorEntry(
        "MAG-116",
        "login_required",
        400,
        _TRY_AGAIN,
        "prompt=none was asked and no live session satisfies the request, or another person than "
        "the one of id_token_hint signed in.",
        "Ask again without prompt=none, which shows the form; without id_token_hint, whoever may "
        "sign in is accepted.",
    ),
    ErrorEntry(
        "MAG-117",
        "access_denied",
        400,
        N_("La connexion a été annulée."),
        "The person pressed the cancel button.",
        "Offer your own way in again; nothing is wrong.",
    ),
    ErrorEntry(
        "MAG-118",
        "invalid_request",
        403,
        N_(
            "Cette page doit être remplie sur notre site. "
            "Revenez sur le site d’où vous venez et recommencez la connexion."
        ),
        "A form was posted from another origin, or without an Origin header.",
        "Only MAG's own pages may post to this address; send people to /authorize.",
    ),
    _request(
        119,
        "invalid_request",
        "Sec-Fetch-Dest says that this page was opened where its response_mode does not belong.",
        "Open /authorize at top level, or in the widget's frame with response_mode=web_message.",
        status=403,
    ),
    ErrorEntry(
        "MAG-120",
        "invalid_request",
        400,
        N_("Le formulaire reçu est incomplet ou a été modifié. Recommencez la connexion."),
        "The signed form is missing, altered, or belongs to a partner that changed meanwhile.",
        "Start again from the partner's page; never store or rebuild MAG's form.",
    ),
    _request(
        121,
        "invalid_request",
        "post_logout_redirect_uri is not, character for character, a registered one.",
        "Register it: `mag partners edit ID --post-logout-redirect-uri`.",
    ),
    _request(
        122,
        "invalid_request",
        "response_mode=web_message was asked, and the redirect_uri's origin is not registered.",
        "Register it: `mag partners edit ID --origin https://your.portal`.",
    ),
    ErrorEntry(
        "MAG-130",
        "not_found",
        404,
        N_("Cette page n’existe pas. Vérifiez l’adresse ou revenez sur le site d’où vous venez."),
        "No such address here.",
        "See /.well-known/openid-configuration for the addresses of this server.",
    ),
    ErrorEntry(
        "MAG-131",
        "invalid_request",
        405,
        N_("Cette adresse ne s’ouvre pas de cette façon. Revenez sur le site d’où vous venez."),
        "The HTTP method is not allowed at this address.",
        "See the Allow header of the answer.",
    ),
    ErrorEntry(
        "MAG-132",
        "invalid_request",
        413,
        N_("La demande reçue est trop longue."),
        "The request is longer than 64 KiB.",
        "Send less: no request of this protocol is that long.",
    ),
    _request(
        133,
        "invalid_request",
        "The request is not HTTP that this server understands.",
        "Send what the page or the protocol describes, form-encoded in UTF-8.",
    ),
    _api(
        140,
        "invalid_client",
        "The client is unknown, or its secret is wrong, retired, or missing.",
        "Authenticate with client_secret_basic or client_secret_post, one of them, never both.",
        status=401,
    ),
    _api(
        141,
        "unsupported_grant_type",
        "grant_type is missing or is not authorization_code or client_credentials.",
        "Use the code flow with PKCE for people, client_credentials for back ends.",
    ),
    _api(
        142,
        "invalid_grant",
        "The code is unknown, expired (60 s), already redeemed, or was given to another request.",
        "Redeem a code once, at once, with the redirect_uri and the verifier of its request.",
    ),
    _api(
        143,
        "invalid_request",
        "A parameter of the token request is missing, repeated or malformed.",
        "Send grant_type, code, redirect_uri and code_verifier, form-encoded, once each.",
    ),
    _api(
        144,
        "invalid_scope",
        "A scope asked by client_credentials does not exist for back ends.",
        "Ask for links, receipts, consultations, or leave scope out.",
    ),
    _api(
        145,
        "invalid_token",
        "The access token is missing, unknown, expired, revoked, or is not a person's.",
        "Send `Authorization: Bearer` with the access token of a sign-in of the last 10 minutes.",
        status=401,
    ),
    _api(
        146,
        "invalid_request",
        "The token to revoke is missing.",
        "Send token, form-encoded (RFC 7009 section 2.1).",
    ),
    _api(
        147,
        "invalid_grant",
        "The token to revoke was given to another client.",
        "Revoke only tokens that your own client_id received.",
    ),
    _api(
        148,
        "invalid_request",
        "The access token came in two ways at once (RFC 6750 section 2).",
        "Send it once, as `Authorization: Bearer`.",
    ),
    ErrorEntry(
        "MAG-201",
        "access_denied",
        400,
        N_("Vérifiez les informations saisies."),
        "The four values do not open an account. Which of them is wrong is never said.",
        "The person corrects the form, or uses the lost-password link.",
    ),
    ErrorEntry(
        "MAG-202",
        "temporarily_unavailable",
        429,
        N_("Trop d’essais : patientez avant de recommencer."),
        "Too many failed attempts for these values or from this address: 1, 2, 4 ... 60 s.",
        "Wait as long as Retry-After says. Nobody is ever locked out for good.",
    ),
    ErrorEntry(
        "MAG-203",
        "access_denied",
        403,
        N_(
            "Votre inscription n’est pas terminée : validez votre adresse électronique "
            "grâce au courriel que vous avez reçu."
        ),
        "The password is right, and the e-mail address was never validated (B-05).",
        "The person opens the validation mail; an administrator can have it sent again.",
    ),
    ErrorEntry(
        "MAG-204",
        "invalid_request",
        400,
        N_("Le formulaire était ouvert depuis longtemps. Saisissez de nouveau votre mot de passe."),
        "The signed form is over 12 hours old, or was already used for another proof.",
        "Nothing to do: the form is renewed and keeps all but the password.",
    ),
    ErrorEntry(
        "MAG-205",
        "invalid_request",
        400,
        N_("Complétez ou corrigez les champs signalés."),
        "A field is empty or not in the right form; nothing was checked or counted.",
        "The person corrects the named field.",
    ),
    ErrorEntry(
        "MAG-206",
        "access_denied",
        403,
        N_("Ce formulaire est recouvert par la page : pour votre sécurité, il n’est pas envoyé."),
        "The button was pressed while Chromium did not see the whole frame: under anything that is "
        "drawn over a part of it (a sticky header, a chat bubble), or where it or what is around "
        "it has an `opacity` under 1, a `filter`, a `mix-blend-mode`, or lies under a "
        "`backdrop-filter`. Nothing was sent to the server.",
        "Draw a shadow by `box-shadow`, not by `filter`; take those properties off the element and "
        "all that is around it; let nothing fixed or sticky lie over the form on the page that "
        "signs people in. The person may scroll the form clear, or open the full page.",
    ),
    _api(
        401,
        "invalid_token",
        "The access token is missing, unknown, expired, revoked, or is not a back end's.",
        "Send `Authorization: Bearer` with a client_credentials token of the last 10 minutes.",
        status=401,
    ),
    _api(
        403,
        "insufficient_scope",
        "The access token was not given the scope that this address needs.",
        "Ask /token for the scope that WWW-Authenticate names, with client_credentials.",
        status=403,
    ),
    ErrorEntry(
        "MAG-500",
        "server_error",
        500,
        N_("Une erreur inattendue s’est produite. Réessayez dans quelques instants."),
        "A fault of the server.",
        "Look for the trace_id in the server's log.",
    ),
    ErrorEntry(
        "MAG-501",
        "temporarily_unavailable",
        503,
        N_("Beaucoup de personnes se connectent en ce moment. Réessayez dans quelques instants."),
        "The queue of password checks, or this address's share of it, is full.",
        "Come back after Retry-After seconds.",
    ),
    ErrorEntry(
        "MAG-502",
        "temporarily_unavailable",
        503,
        N_("Le service est momentanément indisponible. Réessayez dans quelques instants."),
        "The database does not answer.",
        "Start it again or wait; nothing was half-written.",
    ),
)

CATALOGUE: dict[str, ErrorEntry] = {
    entry.code: entry for entry in sorted((*_ENTRIES, *LINK_ERRORS), key=lambda entry: entry.code)
}
