"""The errors of links, and of calls that carry JSON: what a partner's back end is told."""

from mag_server.base.error_entry import N_, ErrorEntry

_LINK = N_("Le lien demandé n’a pas pu être créé ou modifié.")
_CALL = N_("La demande de l’application n’a pas pu être traitée.")


def _link(number: int, cause: str, remedy: str, *, status: int = 400) -> ErrorEntry:
    error = {404: "not_found", 409: "conflict"}.get(status, "invalid_request")
    return ErrorEntry(f"MAG-{number}", error, status, _LINK, cause, remedy)


def _call(number: int, cause: str, remedy: str, *, status: int = 400) -> ErrorEntry:
    error = {404: "not_found", 409: "conflict"}.get(status, "invalid_request")
    return ErrorEntry(f"MAG-{number}", error, status, _CALL, cause, remedy)


def _closed(number: int, message: str, cause: str, remedy: str, *, status: int) -> ErrorEntry:
    return ErrorEntry(f"MAG-{number}", "access_denied", status, message, cause, remedy)


LINK_ERRORS = (
    _closed(
        301,
        N_("Ce lien n’est pas reconnu. Ouvrez-le de nouveau depuis le courriel, en entier."),
        "No link has this token: it was cut short, mistyped, or never made.",
        "The person opens the link from the mail itself, or turns to whoever sent it.",
        status=404,
    ),
    _closed(
        302,
        N_(
            "Ce lien n’est plus valable : sa durée est écoulée. Connectez-vous directement sur le "
            "site de l’expéditeur."
        ),
        "The link is past its expires_at; a receipt says so.",
        "The partner makes another link; until it ends, a link may be extended.",
        status=410,
    ),
    _closed(
        303,
        N_(
            "L’expéditeur a retiré ce lien. Attendez un nouveau courriel, ou connectez-vous "
            "directement sur son site."
        ),
        "The partner revoked the link.",
        "The partner makes another link.",
        status=410,
    ),
    _closed(
        304,
        N_(
            "Vous êtes bien authentifié, mais ce courriel s’adresse à une autre personne. "
            "Transmettez-le-lui sans l’ouvrir."
        ),
        "Who signed in is not the addressee, and the link does not accept others. A receipt says "
        "that somebody was refused, not who.",
        "The addressee opens the link; or the partner makes one that accepts the same SIRET.",
        status=403,
    ),
    _closed(
        305,
        N_(
            "Le site de destination redemande sans cesse votre connexion. Votre authentification "
            "est enregistrée : ouvrez de nouveau le lien dans quelques minutes."
        ),
        "In the 30 s after a visit handle the partner asked ten times for what it was given.",
        "The partner mends its callback: it must end at the target, not at a new request.",
        status=508,
    ),
    _link(
        310,
        "A member of the link is missing, unknown, of another type, too long or unreadable.",
        "See `member` and `reason` in the answer, and docs/links.md for what each member takes.",
    ),
    _link(
        311,
        "The target is not, exactly, a registered one, or the partner has no initiate_login_uri.",
        "Register both: `mag partners edit ID --target --initiate-login-uri`. Scheme, host, port "
        "and path are compared exactly; query names are registered with the target.",
    ),
    _link(
        312,
        "The message does not exist, is for the other kind, or its words are not the right ones.",
        "See docs/links.md for the messages and the words that each of them takes.",
    ),
    _link(
        313,
        "The addressee's SIRET, nom, prenom or e-mail address cannot be read.",
        "Send a SIRET of 14 digits, names as registered, and one plain address.",
    ),
    _link(
        314,
        "expires_at or made_available_at is no instant, or is not allowed.",
        "Send RFC 3339 instants: an end within 366 days, and for a notification when it was made "
        "available, within the last 15 days.",
    ),
    _link(
        315,
        "The link is revoked or expired: it cannot be changed any more.",
        "Make another link.",
        status=409,
    ),
    _link(
        316,
        "The partner has no such link.",
        "Send an id that POST or GET /api/v1/links gave to this client_id.",
        status=404,
    ),
    _call(
        410,
        "A position, size, cursor or limit is missing, repeated, unknown, or out of its range.",
        "See docs/receipts.md for what each address takes; a limit is 1 to 500.",
    ),
    _call(
        411,
        "The log is not that large, or the numbers are not in order.",
        "Ask /receipts/checkpoint for its size; a position is less than the size.",
        status=404,
    ),
    _call(
        412,
        "The cursor is beyond the end of the log.",
        "Keep what you stored: a log does not shrink. Ask whoever runs MAG what happened to it.",
    ),
    _call(
        413,
        "Nobody was authenticated at this link in this session: nothing can be consulted.",
        "Send `sid` of the assertion that carries this link.",
        status=409,
    ),
    _call(
        414,
        "The consultation has not exactly `session` and `document`, 64 hexadecimal digits.",
        "Send the SHA-256 of what was served, in lower case.",
    ),
    _call(
        420,
        "The body is not one strict JSON object, or holds no line at all.",
        "Send UTF-8 JSON: no member twice, no NaN, no half a surrogate pair.",
    ),
    _call(
        421,
        "The Content-Type is not one that this address takes.",
        "Send application/json, or application/x-ndjson for several links.",
        status=415,
    ),
    _call(
        422,
        "The call has more than 10,000 lines, or more than 16 MiB.",
        "Send several calls, each with an Idempotency-Key of its own.",
        status=413,
    ),
    _call(
        424,
        "The Idempotency-Key is not 1 to 255 visible ASCII characters.",
        "Send a random value, such as a UUID, the same one when you try again.",
    ),
    _call(
        425,
        "This Idempotency-Key was used within 24 hours with another body.",
        "Use a new key for a new call, and the same body to try again.",
        status=422,
    ),
    _call(
        426,
        "A call with this Idempotency-Key is being done at this moment.",
        "Send the same call again after Retry-After seconds.",
        status=409,
    ),
    _call(
        427,
        "A filter, the cursor or the limit of a list is unknown, repeated or wrong.",
        "See `member` in the answer, and docs/links.md for what a list takes.",
    ),
)
