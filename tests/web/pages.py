"""MAG's pages in a bare application, and a reader that sees what a browser's parser sees."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from flask import Flask

from mag_server.web import themes
from mag_server.web._page import hang_pages
from mag_server.web.my_receipts import EVERY_SENTENCE

VOID = {"meta", "link", "input", "br", "hr", "img"}


def bare_app(*, own_themes: Path | None = None) -> Flask:
    app = Flask("mag_server")
    app.register_blueprint(themes.blueprint)
    hang_pages(app, own_themes=own_themes)
    return app


@dataclass
class Element:
    tag: str
    attributes: dict[str, str | None]
    text: str = ""
    within: list["Element"] = field(default_factory=list, repr=False)

    def get(self, name: str) -> str | None:
        return self.attributes.get(name)


class Page(HTMLParser):
    """Every element of a page, with its own and its descendants' text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self._open: list[Element] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, dict(attrs), within=list(self._open))
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, dict(attrs), within=list(self._open)))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop().tag != tag:
            pass

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.text += data

    def all(self, tag: str) -> list[Element]:
        return [element for element in self.elements if element.tag == tag]

    def by_id(self, id_: str) -> Element:
        (found,) = [element for element in self.elements if element.get("id") == id_]
        return found

    def shown_text(self) -> str:
        return self.all("body")[0].text


def shown_form(**changes: Any) -> SimpleNamespace:
    """Give the form as a view passes it."""
    form = {
        "action": "/sign-in", "token": "signed", "siret": "", "nom": "", "prenom": "",
        "field_errors": {}, "error": None, "notice": None, "frame": None,
        "partner_name": "KLESIA Pro", "forgotten_url": "/forgotten-password",
        "sign_up_url": "/sign-up", "cancel_url": None, "report_url": "/link/report",
        "interaction_url": "/link/interaction",
    }  # fmt: skip
    return SimpleNamespace(**form | changes)


def shown_error(**changes: Any) -> SimpleNamespace:
    error = {
        "title": "Connexion impossible", "sentence": "Vérifiez les informations saisies.",
        "code": "MAG-201", "trace_id": "0123456789abcdef", "retry_after_seconds": None,
    }  # fmt: skip
    return SimpleNamespace(**error | changes)


FILLED = {"siret": "97050551700072", "nom": "SAWYER", "prenom": "TOM"}
THROTTLED = shown_error(title="Trop d’essais", code="MAG-202", retry_after_seconds=32)
FRAMED = SimpleNamespace(
    embedder="https://portail.example",
    redirect_uri="https://portail.example/cb",
    full_page_url="/authorize?x=y",
)
STATES: dict[str, dict[str, Any]] = {
    "empty": {},
    "filled": FILLED,
    "error": FILLED | {"error": shown_error()},
    "throttled": FILLED | {"error": THROTTLED},
    "throttled in a frame": FILLED | {"error": THROTTLED, "frame": FRAMED},
    "fields": {
        "field_errors": {"siret": "Remplissez ce champ.", "password": "Remplissez ce champ."}
    },
    "notice": {
        "notice": SimpleNamespace(title="Mise à disposition des taux AT/MP", date="2 mars 2026")
    },
    "frame": {"frame": FRAMED},
    "cancel": {"cancel_url": "/cancel"},
}

TOM = SimpleNamespace(
    prenom=SimpleNamespace(registered="TOM"),
    nom=SimpleNamespace(registered="SAWYER"),
    siret=SimpleNamespace(digits="97050551700072"),
)
_ENTRY = {"code": "MAG-101", "sentence": "La connexion a été annulée."}
PAGES: dict[str, tuple[str, dict[str, Any]]] = {
    **{
        f"form, {state}": ("sign_in/form.html", {"form": shown_form(**changes)})
        for state, changes in STATES.items()
    },
    "error": (
        "pages/error.html",
        {
            **_ENTRY,
            "title": "Demande impossible",
            "trace_id": "0123",
            "help_url": "/docs/errors/MAG-101",
        },
    ),
    "forgotten": ("pages/soon.html", {"topic": "forgotten-password", "back_url": "/authorize?x=y"}),
    "sign-up": ("pages/soon.html", {"topic": "sign-up", "back_url": None}),
    "own receipts": (
        "pages/my_receipts.html",
        {
            "person": TOM,
            "receipts": [
                {
                    "sender": "KLESIA Pro",
                    "title": "",
                    "sentence": sentence,
                    "dates": {"latest": "18 mars 2026", "earliest": "3 mars 2026"},
                    "day": "2 mars 2026",
                    "time": "9 h 30",
                    "reference": "3q2-7vQbS0mX9jJ5r1TzWA",
                    "url": "/my-receipts/3q2-7vQbS0mX9jJ5r1TzWA.txt",
                }
                for sentence in EVERY_SENTENCE
            ],
            "next_url": "/my-receipts?passing=20",
            "newest_url": "/my-receipts",
            "keys_url": "/receipts/keys",
            "sign_out_url": "/logout",
        },
    ),
    **{
        f"welcome, {state}": (
            "pages/welcome.html",
            {
                "partner_name": "KLESIA Pro",
                "person": TOM,
                "accepted": state != "another",
                "recorded": ("2 mars 2026", "9 h 30") if state == "again" else None,
                "token": "signed",
                "notice": SimpleNamespace(
                    title="Mise à disposition des taux AT/MP", date="2 mars 2026"
                ),
                "go_on_url": "/link/go-on",
                "change_url": "/link/change",
                "receipts_url": "/my-receipts",
            },
        )
        for state in ("first", "again", "another")
    },
    **{
        f"closed link, {instead}": (
            "pages/closed_link.html",
            {
                "title": "Lien expiré",
                "sentence": "Vérifiez les informations saisies.",
                "code": "MAG-302",
                "trace_id": "0123",
                "help_url": "/docs/errors/MAG-302",
                "partner_name": "KLESIA Pro",
                "home_url": "https://klesia.example/" if instead == "the sender" else None,
                "token": "signed" if instead == "another account" else None,
                "change_url": "/link/change",
            },
        )
        for instead in ("nothing", "the sender", "another account")
    },
    "reported": ("pages/reported.html", {"partner_name": "KLESIA Pro"}),
    "home": (
        "pages/home.html",
        {"receipts_url": "/my-receipts", "sign_out_url": "/logout", "codes_url": "/docs/errors/"},
    ),
    "signed out": ("pages/signed_out.html", {}),
    "confirm": (
        "pages/confirm_sign_out.html",
        {"action": "/logout", "fields": {"form": "signed"}, "back_url": None},
    ),
    "continue": (
        "pages/continue.html",
        {
            "action": "https://portail.example/cb",
            "fields": {"code": "c", "state": "s"},
            "partner_name": "KLESIA Pro",
        },
    ),
    "error doc": (
        "pages/error_doc.html",
        {**_ENTRY, "cause": "A cause.", "remedy": "A remedy.", "index_url": "/docs/errors/"},
    ),
    "error docs": (
        "pages/error_docs.html",
        {"errors": [{**_ENTRY, "url": "/docs/errors/MAG-101"}]},
    ),
}
