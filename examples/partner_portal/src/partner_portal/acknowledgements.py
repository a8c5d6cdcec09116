"""The staff's page « Accusés de réception »: the sums, the days, the links, one link's steps."""

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import date

from flask import Blueprint, Response, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from partner_portal import french, receipt_words, spreadsheets
from partner_portal.chart import chart_of, falls_of
from partner_portal.guard import portal
from partner_portal.sent_links import (
    LAST_STAGES,
    PAGE_LINKS,
    SIDE_STAGES,
    Asked,
    FollowedLink,
    Funnel,
)
from partner_portal.staff import agent_required, current_agent

pages = Blueprint("acknowledgements", __name__, url_prefix="/agents/accuses-de-reception")

WORDS_MAXIMUM_CHARACTERS = 100
PAGE_MAXIMUM_DIGITS = 6
COLUMNS = {
    "Nom": "nom",
    "Prénom": "prenom",
    "SIRET": "siret",
    "Nature": "kind",
    "Message": "message",
    "Lien créé": "created_at",
    "Dernière étape": "last_stage",
    "Envoyé": "submitted_at",
    "Remis": "relayed_at",
    "Non remis": "bounced_at",
    "Ouvert (AR1)": "opened_at",
    "Authentifié (AR2)": "authenticated_at",
    "Consulté": "consulted_at",
    "Refusé": "refused_at",
    "Signalé": "reported_at",
    "Expiré": "expired_at",
    "Date réputée": "deemed_at",
    "Référence du lien": "link_id",
}
BESIDE = ("bounced", "refused", "reported", "expired", "deemed")
# The names that the form's fields have in the address.
_FIELDS = {
    "words": "recherche",
    "stage": "etape",
    "kind": "nature",
    "message": "message",
    "first_day": "du",
    "last_day": "au",
}


@pages.get("")
@agent_required
def show() -> ResponseReturnValue:
    """Show what is asked for; MAG is asked first when it was not lately."""
    portal().reading.read_lately()
    asked, wrong = _asked()
    links, receipts = portal().sent_links, portal().receipts
    funnel = links.funnel(asked)
    number = min(_page_number(), max(1, -(-funnel.links // PAGE_LINKS)))
    listed = links.page(asked, number=number)
    followed = _followed(listed)
    return render_template(
        "agents/acknowledgements.html",
        agent=current_agent(),
        reading=receipts.reading(),
        asked=asked,
        wrong=wrong,
        is_filtered=asked != Asked(),
        words=receipt_words,
        cells=_cells(funnel),
        beside=[(stage, getattr(funnel, stage)) for stage in BESIDE],
        funnel=funnel,
        chart=chart_of(links.days(asked)),
        links=listed,
        first_shown=(number - 1) * PAGE_LINKS + 1,
        page=number,
        followed=followed,
        steps=[
            (step, receipt_words.words_of(step), receipt_words.details_of(step))
            for step in (receipts.steps_of(followed.link_id) if followed else [])
        ],
        stages=LAST_STAGES,
        side_stages=SIDE_STAGES,
        message_options=[
            (name, receipt_words.MESSAGES.get(name, name)) for name in links.messages()
        ],
        address=_address_maker(asked),
    )


@pages.get("/liens.csv")
@agent_required
def download_links() -> ResponseReturnValue:
    """Download exactly what is asked for, all pages of it."""
    asked, wrong = _asked()
    if wrong:
        abort(400)
    text = spreadsheets.as_csv(
        tuple(COLUMNS), (_line(link) for link in portal().sent_links.every(asked))
    )
    return spreadsheets.download(text, name="accuses-de-reception.csv")


@pages.get("/<receipt_id>.txt")
@agent_required
def download_receipt(receipt_id: str) -> ResponseReturnValue:
    """Download one receipt as MAG signed it."""
    step = portal().receipts.one(receipt_id)
    if step is None:
        abort(404)
    name = f"accuse-{step.issued_at[:10]}-{step.link_id}-{step.number}.txt"
    return Response(
        f"{step.presented}\n",
        content_type="text/plain; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _cells(funnel: Funnel) -> list[tuple[str, int, str, tuple[str, str]]]:
    """Give the five cells of the funnel: stage, count, share of what was sent, drawing."""
    stages = ("submitted", "relayed", "opened", "authenticated", "consulted")
    counts = [getattr(funnel, stage) for stage in stages]
    shares = ["", *(french.share(count, funnel.submitted) for count in counts[1:])]
    return list(zip(stages, counts, shares, falls_of(counts), strict=True))


def _asked() -> tuple[Asked, dict[str, str]]:
    """Read the form's fields.

    Returns: what is asked, without what is wrong; and a sentence for each wrong field.
    """
    given = {name: request.args.get(field, "").strip() for name, field in _FIELDS.items()}
    asked, wrong = Asked(**given | {"words": given["words"][:WORDS_MAXIMUM_CHARACTERS]}), {}
    for name in ("first_day", "last_day"):
        if given[name] and not _is_day(given[name]):
            wrong[name] = "Écrivez une date comme 2026-11-02."
            asked = replace(asked, **{name: ""})
    if asked.first_day and asked.last_day and asked.first_day > asked.last_day:
        wrong["last_day"] = "Cette date précède la première."
        asked = replace(asked, last_day="")
    if asked.stage and asked.stage not in LAST_STAGES + SIDE_STAGES:
        asked = replace(asked, stage="")
        wrong["stage"] = "Choisissez une étape de la liste."
    if asked.kind and asked.kind not in receipt_words.KINDS:
        asked = replace(asked, kind="")
        wrong["kind"] = "Choisissez une nature de la liste."
    return asked, wrong


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _page_number() -> int:
    digits = request.args.get("page", "")
    is_number = digits.isascii() and digits.isdigit() and len(digits) <= PAGE_MAXIMUM_DIGITS
    return max(1, int(digits)) if is_number else 1


def _followed(listed: list[FollowedLink]) -> FollowedLink | None:
    link_id = request.args.get("lien", "")
    if not link_id:
        return listed[0] if listed else None
    found = portal().sent_links.one(link_id)
    if found is None:
        abort(404)
    return found


def _address_maker(asked: Asked) -> Callable[..., str]:
    """Give the template a way to write addresses that keep what is asked."""
    kept = {_FIELDS[name]: value for name, value in asdict(asked).items() if value}

    def address(endpoint: str = "acknowledgements.show", **more: object) -> str:
        return url_for(endpoint, **kept | more)

    return address


def _line(link: FollowedLink) -> tuple[str, ...]:
    return tuple(_cell(column, getattr(link, column)) for column in COLUMNS.values())


def _cell(column: str, value: str | None) -> str:
    if not value:
        return ""
    if column == "siret":
        return french.plain_siret(value)
    if column.endswith("_at"):
        return french.for_spreadsheets(value)
    written = {
        "last_stage": receipt_words.STAGES,
        "kind": receipt_words.KINDS,
        "message": receipt_words.MESSAGES,
    }
    return written.get(column, {}).get(value, value)
