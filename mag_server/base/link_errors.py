"""The errors of links, and of calls that carry JSON: what a partner's back end is told."""

from mag_server.base.error_entry import N_, ErrorEntry

_LINK = N_("Le lien demandé n’a pas pu être créé ou modifié.")
_CALL = N_("La demande de l’application n’a pas pu être traitée.")


def _link(number: int, cause: str, remedy: str, *, status: int = 400) -> ErrorEntry:
    error = {404: "not_found", 409: "conflict"}.get(status, "invalid_request")
    return ErrorEntry(f"MAG-{number}", error, status, _LINK, cause, remedy)


def _call(number: int, cause: str, remedy: str, *, status: int = 400) -> ErrorEntry:
    error = "conflict" if status == 409 else "invalid_request"  # noqa: PLR2004 - RFC 9110's own
    return ErrorEntry(f"MAG-{number}", error, status, _CALL, cause, remedy)


LINK_ERRORS = (
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
