"""What a person does in front of the form, in verbs."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from playwright.sync_api import Locator, Page, expect

from tests.demo.running import Demonstration


@dataclass(frozen=True)
class Person:
    """One of the demonstration's people, as they type."""

    siret: str
    nom: str
    prenom: str
    password: str


TOM = Person("970 505 517 00072", "SAWYER", "TOM", "Mississippi1876")
HUCK = Person("970 505 517 00072", "FINN", "HUCK", "Mississippi1884")
STRUCK_OFF = Person("970 505 517 00072", "HARPER", "JOE", "Mississippi1877")
NOT_VALIDATED = Person("970 505 517 00072", "THATCHER", "BECKY", "Mississippi1878")
UNKNOWN = Person("970 505 517 00072", "PERSONNE", "JAMAIS", "Mississippi1899")


def submit_button(page: Page) -> Locator:
    """Return the one primary button."""
    return page.locator("button[value=sign-in]")


def fill_form(page: Page, person: Person = TOM, *, password: str | None = None) -> None:
    """Type the four fields."""
    page.get_by_label(re.compile("siret", re.IGNORECASE)).fill(person.siret)
    page.locator("#nom").fill(person.nom)
    page.locator("#prenom").fill(person.prenom)
    page.locator("#password").fill(person.password if password is None else password)


def sign_in(page: Page, person: Person = TOM, *, password: str | None = None) -> None:
    """Fill the form and press its button."""
    fill_form(page, person, password=password)
    submit_button(page).click()


def open_form(page: Page, demo: Demonstration, **changes: str) -> str:
    """Come to the form from KLESIA's own page; return its address, changed as asked."""
    page.goto(f"{demo.klesia}/espace/contrats")
    expect(page.locator("#sign-in")).to_be_visible()
    if changes:
        page.goto(changed(page.url, **changes))
    return page.url


def changed(url: str, **changes: str) -> str:
    """Return an address with other query parameters."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query)) | changes
    return urlunsplit(parts._replace(query=urlencode(query)))
