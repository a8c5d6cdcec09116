"""What the person reads when a sign-in does not come through."""

import logging
import re
from dataclasses import dataclass, replace

from flask import render_template_string

from mag_sdk.errors import MagError, MagUnreachable, SignInRefused, StateUnknown

log = logging.getLogger("mag_sdk")


@dataclass(frozen=True)
class Problem:
    """One sentence for the person, and what support needs; never the error's own text."""

    title: str
    sentence: str
    status: int
    retry_url: str = ""
    code: str | None = None
    trace_id: str | None = None


_AWAY = Problem(
    title="Connexion momentanément indisponible",
    sentence="Le service de connexion ne répond pas pour le moment. "
    "Réessayez dans quelques instants.",
    status=503,
)
_UNKNOWN = Problem(
    title="Connexion expirée",
    sentence="Cette connexion n’est plus valable, ou a été commencée dans un autre navigateur. "
    "Recommencez\u00a0: cela ne prend qu’un instant.",
    status=400,
)
_CANCELLED = Problem(
    title="Connexion abandonnée",
    sentence="Vous n’êtes pas connecté. Vous pouvez recommencer quand vous le souhaitez.",
    status=403,
)
_TOO_WEAK = Problem(
    title="Connexion insuffisante",
    sentence="Cette page demande une preuve d’identité plus forte "
    "que celle que vous avez pu apporter.",
    status=403,
)
_REFUSED = Problem(
    title="Connexion impossible",
    sentence="La connexion n’a pas pu aboutir. Vous pouvez recommencer\u00a0; si cela se répète, "
    "communiquez les références ci-dessous à l’assistance.",
    status=403,
)
WRONG_TARGET = Problem(
    title="Adresse refusée",
    sentence="La page demandée n’appartient pas à ce site. Vous pouvez vous connecter "
    "et arriver sur la page d’accueil.",
    status=400,
)
_BY_ANSWER = {
    "access_denied": _CANCELLED,
    "unmet_authentication_requirements": _TOO_WEAK,
    "temporarily_unavailable": _AWAY,
}


def problem_of(error: MagError) -> Problem:
    """Choose the sentence for an error, and log its detail for the portal's own people."""
    log.warning("sign-in did not come through: %s", error)
    if isinstance(error, MagUnreachable):
        return _AWAY
    if isinstance(error, StateUnknown):
        return _UNKNOWN
    if not isinstance(error, SignInRefused):
        return _REFUSED
    # These came through the browser: whoever wrote the address wrote them.
    code = error.code if re.fullmatch(r"MAG-[0-9]{3}", error.code or "") else None
    trace = error.trace_id if re.fullmatch(r"[0-9A-Za-z_-]{1,64}", error.trace_id or "") else None
    return replace(_BY_ANSWER.get(error.error, _REFUSED), code=code, trace_id=trace)


def render_plain(problem: Problem) -> str:
    """Draw a page that needs no style, no script and no template of the portal."""
    return render_template_string(_PAGE, problem=problem)


_PAGE = """<!doctype html>
<html lang="fr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{{ problem.title }}</title>
</head>
<body>
<main>
<h1>{{ problem.title }}</h1>
<p>{{ problem.sentence }}</p>
<p><a href="{{ problem.retry_url }}">Réessayer</a></p>
{% if problem.code %}<p>Code\u00a0: {{ problem.code }}</p>
{% endif %}{% if problem.trace_id %}<p>Référence\u00a0: {{ problem.trace_id }}</p>
{% endif %}</main>
</body>
</html>
"""
