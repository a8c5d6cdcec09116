"""The person's own page: the receipts that name them, each to be taken away."""

from flask import Blueprint, Response, request, url_for

from mag_server.base.dates import spoken_date, spoken_time
from mag_server.rooms.forms.actions import new_own_form
from mag_server.rooms.mail.model import MESSAGES
from mag_server.rooms.receipts.model import Receipt
from mag_server.rooms.themes.model import DEFAULT_THEME
from mag_server.rooms.visits.actions import find_own_receipt, list_own_receipts
from mag_server.rooms.visits.model import NamingReceipt
from mag_server.web._form import show_form
from mag_server.web._guard import SESSION_COOKIE, opened_as
from mag_server.web._page import page_language, render_page
from mag_server.web._refusals import shown_refusal
from mag_server.web._work import current_work

blueprint = Blueprint("my_receipts", __name__, url_prefix="/my-receipts")
LONGEST_PASSING_DIGITS = 6


@blueprint.get("")
def show() -> Response:
    """Show the receipts of whoever is signed in, newest first; the form to anybody else."""
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


def _shown(one: NamingReceipt, lang: str) -> dict[str, object]:
    receipt = one.receipt
    known = MESSAGES.get(one.link.message) if one.link else None
    return {
        "sender": one.sender,
        "title": known.title if known else "",
        "stage": receipt.stage.value,
        "day": spoken_date(receipt.issued_at, lang),
        "time": spoken_time(receipt.issued_at, lang),
        "reference": receipt.receipt_id,
        "url": url_for("my_receipts.take", receipt_id=receipt.receipt_id),
    }


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
