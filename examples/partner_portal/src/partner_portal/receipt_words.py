"""What a receipt says in French: no more than was observed (docs/receipts.md of MAG).

Never « lu », and never « reçu » for a page that was only fetched: a program may have done it.
"""

import re
from dataclasses import dataclass
from enum import Enum

from partner_portal import french
from partner_portal.receipts import Step


class Sign(Enum):
    """What stands before a step, beside its words."""

    PROVEN = "proven"
    NOTED = "noted"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class Words:
    """What is shown of a step; `badge` names AR-1 and AR-2 of the requirements (A-17, A-18)."""

    title: str
    sentence: str
    observed: str
    sign: Sign
    badge: str = ""


STAGES = {
    "created": "Créé",
    "submitted": "Envoyé",
    "relayed": "Remis",
    "bounced": "Non remis",
    "opened": "Ouvert",
    "authenticated": "Authentifié",
    "consulted": "Consulté",
    "refused": "Refusé",
    "expired": "Expiré",
    "reported": "Signalé",
    "deemed": "Date réputée",
    "corrected": "Corrigé",
}
BESIDE = {
    "bounced": "Non remis",
    "refused": "Refusés",
    "reported": "Signalés",
    "expired": "Expirés",
    "deemed": "Dates réputées",
}
SIGNS = {
    "created": Sign.NOTED,
    "submitted": Sign.NOTED,
    "relayed": Sign.NOTED,
    "bounced": Sign.FAILED,
    "opened": Sign.NOTED,
    "authenticated": Sign.PROVEN,
    "consulted": Sign.PROVEN,
}
KINDS = {"information": "Information", "notification": "Notification"}
MESSAGES = {
    "taux-at-mp": "Mise à disposition des taux AT/MP",
    "notification-taux-at-mp": "Notification de vos taux AT/MP",
}

_PLAIN = {
    "submitted": Words(
        title=STAGES["submitted"],
        sentence="Message écrit et confié à l’envoi.",
        observed="Journal d’envoi de MAG",
        sign=Sign.NOTED,
    ),
    "relayed": Words(
        title=STAGES["relayed"],
        sentence="Message accepté par un serveur de messagerie\N{NO-BREAK SPACE}: "
        "rien ne dit encore que quelqu’un l’a vu.",
        observed="Réponse SMTP du serveur",
        sign=Sign.NOTED,
    ),
    "bounced": Words(
        title=STAGES["bounced"],
        sentence="Message refusé par un serveur de messagerie.",
        observed="Réponse ou avis d’un serveur de messagerie",
        sign=Sign.FAILED,
    ),
    "consulted": Words(
        title=STAGES["consulted"],
        sentence="La page annoncée a été servie à la personne authentifiée.",
        observed="Déclaration de ce portail",
        sign=Sign.PROVEN,
    ),
    "refused": Words(
        title=STAGES["refused"],
        sentence="Une personne authentifiée n’est pas de celles que le lien admet. "
        "MAG ne dit pas qui.",
        observed="Authentification réussie, accès au lien refusé",
        sign=Sign.FAILED,
    ),
    "expired": Words(
        title=STAGES["expired"],
        sentence="Le lien a atteint sa date de fin\N{NO-BREAK SPACE}: il n’ouvre plus rien.",
        observed="Horloge de MAG",
        sign=Sign.FAILED,
    ),
    "reported": Words(
        title=STAGES["reported"],
        sentence="«\N{NO-BREAK SPACE}Ce courriel ne m’est pas destiné\N{NO-BREAK SPACE}» a été "
        "envoyé depuis la page du lien. Un programme a pu le faire\N{NO-BREAK SPACE}: il ne prouve "
        "personne.",
        observed="Formulaire de la page du lien",
        sign=Sign.FAILED,
    ),
    "deemed": Words(
        title=STAGES["deemed"],
        sentence="Une date a été calculée. Le calcul ne dit pas que quelqu’un a vu le message.",
        observed="Calcul de MAG",
        sign=Sign.NOTED,
    ),
    "corrected": Words(
        title=STAGES["corrected"],
        sentence="Un accusé précédent de ce lien est corrigé par celui-ci.",
        observed="Exploitant de MAG",
        sign=Sign.NOTED,
    ),
}
_INTERACTION = Words(
    title=STAGES["opened"],
    badge="AR1",
    sentence="Un geste a été rapporté sur la page du lien. Un programme a pu le faire"
    "\N{NO-BREAK SPACE}: il ne prouve personne.",
    observed="Événement de saisie dans un navigateur",
    sign=Sign.NOTED,
)
_OPENED_BY_SOMEBODY = Words(
    title=STAGES["opened"],
    badge="AR1",
    sentence="Le lien a été ouvert par une personne qui s’y est authentifiée.",
    observed="Authentification réussie sur le formulaire",
    sign=Sign.PROVEN,
)
_MATCHES = {
    "addressee": "La personne authentifiée est le destinataire.",
    "same_siret": "La personne authentifiée n’est pas le destinataire\N{NO-BREAK SPACE}: "
    "elle relève du même SIRET.",
    "other": "La personne authentifiée n’est pas le destinataire et relève d’un autre SIRET.",
}
_MEANS = {"otp": "code à usage unique", "pop": "clé de sécurité", "kba": "questions secrètes"}
_RULES = {
    "css-l242-5": "au plus tard le {day} (CSS, art. L. 242-5)",
    "arrete-2020-10-08": "le {day} (arrêté du 8 octobre 2020)",
}
_RULE = re.compile(r"(\S+)=(\d{4}-\d{2}-\d{2})")


def words_of(step: Step) -> Words:
    """Say what a step is, and how it was observed; a stage unknown here shows as MAG wrote it."""
    if step.stage == "opened":
        return _OPENED_BY_SOMEBODY if step.observed == "authenticated" else _INTERACTION
    if step.stage == "authenticated":
        return Words(
            title=STAGES["authenticated"],
            badge="AR2",
            sentence=_MATCHES.get(step.addressee_match or "", "Une personne s’est authentifiée."),
            observed=means_of(step.amr),
            sign=Sign.PROVEN,
        )
    unknown = Words(
        title=step.stage,
        sentence="Étape que ce portail ne connaît pas encore.",
        observed=step.observed or "non précisé",
        sign=Sign.NOTED,
    )
    return _PLAIN.get(step.stage, unknown)


def means_of(amr: str) -> str:
    """Say by what means somebody was authenticated (RFC 8176), separated by spaces."""
    more = [_MEANS[word] for word in amr.split() if word in _MEANS]
    first = ["SIRET, nom, prénom et mot de passe"] if "pwd" in amr.split() else []
    return ", puis ".join((*first, *more)) or "Authentification réussie"


# The reason of a mail that did not arrive, by its enhanced status code or by that code's subject.
_RELAY = {
    "1": "l’adresse n’est pas reconnue",
    "2": "la boîte aux lettres ne prend pas le courriel",
    "2.1": "la boîte aux lettres est fermée",
    "2.2": "la boîte aux lettres est pleine",
    "2.3": "le courriel est trop lourd",
    "3.4": "le courriel est trop lourd",
    "4": "le serveur du destinataire n’est pas joint",
    "7": "le serveur du destinataire refuse l’expéditeur ou le courriel",
}


def details_of(step: Step) -> list[str]:
    """Say what else a receipt holds: the reason of a failure, the dates of a computation."""
    if step.reason is None:
        return []
    dates = [
        _RULES[rule].format(day=french.day(day))
        for rule, day in _RULE.findall(step.reason)
        if rule in _RULES
    ]
    if step.stage == "deemed" and dates:
        law = "Les textes ne disent pas la même date, et MAG ne choisit pas"
        return [f"{law}\N{NO-BREAK SPACE}: {', ou '.join(dates)}."]
    if step.stage == "refused":
        return []
    return [f"Motif\N{NO-BREAK SPACE}: {_said_by_relay(step.reason)}"]


def _said_by_relay(codes: str) -> str:
    """Say what the codes of a refusal mean, the codes beside it (RFC 3463)."""
    found = re.search(r"\b[45]\.(\d{1,3}\.\d{1,3})\b", codes)
    if found is None:
        return codes
    subject = found[1].partition(".")[0]
    meaning = _RELAY.get(found[1]) or _RELAY.get(subject)
    return f"{meaning} ({codes})" if meaning else codes
