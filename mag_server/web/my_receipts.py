"""The person's own page: the receipts that concern them, each to be taken away.

Source: docs/receipts.md, "Ce que la personne en voit".
"""

from flask import Blueprint, Response, request, url_for

from mag_server.base.dates import spoken_date, spoken_day, spoken_time
from mag_server.base.error_entry import N_
from mag_server.rooms.drafts.model import deemed_on, paris_date
from mag_server.rooms.forms.actions import new_own_form
from mag_server.rooms.links.model import Link
from mag_server.rooms.mail.model import MESSAGES
from mag_server.rooms.receipts.model import Receipt, Stage
from mag_server.rooms.themes.model import DEFAULT_THEME
from mag_server.rooms.visits.actions import find_own_receipt, list_own_receipts
from mag_server.rooms.visits.model import OwnReceipt
from mag_server.web._form import show_form
from mag_server.web._guard import SESSION_COOKIE, opened_as
from mag_server.web._page import page_language, render_page
from mag_server.web._refusals import shown_refusal
from mag_server.web._work import current_work

blueprint = Blueprint("my_receipts", __name__, url_prefix="/my-receipts")
LONGEST_PASSING_DIGITS = 6
# No more than what was observed (docs/receipts.md); AR-1 in its two manners.
_INTERACTION = N_(
    "Geste rapporté sur la page du lien le %(day)s à %(time)s : un programme a pu le faire."
)
_OPENED = N_("Lien ouvert par votre authentification le %(day)s à %(time)s.")
_SENTENCES = {
    Stage.SUBMITTED: N_("Courriel confié à l'envoi le %(day)s à %(time)s."),
    Stage.RELAYED: N_("Courriel accepté par un serveur de messagerie le %(day)s à %(time)s."),
    Stage.BOUNCED: N_(
        "Courriel refusé ou renvoyé par un serveur de messagerie le %(day)s à %(time)s."
    ),
    Stage.AUTHENTICATED: N_("Authentification réussie le %(day)s à %(time)s."),
    Stage.CONSULTED: N_("Document consulté le %(day)s à %(time)s, selon l'expéditeur."),
    Stage.EXPIRED: N_("Fin de la durée du lien, constatée le %(day)s à %(time)s."),
    Stage.DEEMED: N_("Date de notification calculée le %(day)s à %(time)s, faute de consultation."),
}
_RECORDED = N_("Accusé signé le %(day)s à %(time)s.")
EVERY_SENTENCE = (*_SENTENCES.values(), _INTERACTION, _OPENED, _RECORDED)


@blueprint.get("")
def show() -> Response:
    """Show the receipts that concern whoever is signed in, newest first; the form to others."""
    if not opened_as("document"):
        return shown_refusal("MAG-119")
    passing = request.args.get("passing", "")
    if not passing.isascii() or not passing.isdigit() or len(passing) > LONGEST_PASSING_DIGITS:
        passing = "0"
    ui_locales = request.args.get("ui_locales")
    own = list_own_receipts(
        current_work(),
        session_cookie=request.cookies.get(SESSION_COOKIE),
        passing=int(passing),
    )
    if own is None:
        return show_form(new_own_form(current_work(), ui_locales=ui_locales))
    lang = page_language(ui_locales)
    return render_page(
        "pages/my_receipts.html",
        theme_name=DEFAULT_THEME,
        lang=lang,
        person=own.person,
        receipts=[_shown(one, lang) for one in own.receipts],
        next_url=url_for("my_receipts.show", passing=own.next) if own.next else None,
        newest_url=url_for("my_receipts.show") if int(passing) else None,
        keys_url=url_for("receipts.keys"),
        sign_out_url=url_for("logout.logout"),
    )


def _shown(one: OwnReceipt, lang: str) -> dict[str, object]:
    receipt = one.receipt
    known = MESSAGES.get(one.link.message) if one.link else None
    return {
        "sender": one.sender,
        "title": known.title if known else "",
        "sentence": _sentence_of(receipt),
        "dates": _dates_of(one.link, lang) if receipt.stage is Stage.DEEMED else None,
        "day": spoken_date(receipt.issued_at, lang),
        "time": spoken_time(receipt.issued_at, lang),
        "reference": receipt.receipt_id,
        "url": url_for("my_receipts.take", receipt_id=receipt.receipt_id),
    }


def _sentence_of(receipt: Receipt) -> str:
    if receipt.stage is Stage.OPENED:
        return _OPENED if receipt.observed == "authenticated" else _INTERACTION
    return _SENTENCES.get(receipt.stage, _RECORDED)


def _dates_of(link: Link | None, lang: str) -> dict[str, str] | None:
    """Return the two dates at which a notification may be deemed made; its receipt signs both."""
    available = link.made_available_at if link else None
    if available is None:
        return None
    latest, earliest = deemed_on(available), paris_date(available)
    return {"latest": spoken_day(latest, lang), "earliest": spoken_day(earliest, lang)}


@blueprint.get("/<receipt_id>.txt")
def take(receipt_id: str) -> Response:
    """Hand one receipt over, as it was signed, with what it discloses (RFC 9901 section 4)."""
    receipt = find_own_receipt(
        current_work(),
        session_cookie=request.cookies.get(SESSION_COOKIE),
        receipt_id=receipt_id,
    )
    return shown_refusal("MAG-130") if receipt is None else _file(receipt)


def _file(receipt: Receipt) -> Response:
    response = Response(receipt.presented + "\n", mimetype="text/plain")
    name = f"accuse-{receipt.issued_at:%Y-%m-%d}-{receipt.link_id}-{receipt.number}.txt"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response
