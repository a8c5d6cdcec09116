"""The pages of an emailed link, each as a person comes to it."""

from datetime import timedelta
from itertools import count

from playwright.sync_api import Browser, Page, ViewportSize

from e2e.look import CALLBACK, LookServer
from mag_server.rooms.companies.model import Siret, Strictness, parse_siret
from mag_server.rooms.links.actions import create_links, revoke_link
from mag_server.rooms.links.model import CreatedLinks, MadeLink
from mag_server.rooms.partners.actions import AddedPartner, add_partner
from mag_server.rooms.partners.model import Partner
from mag_server.rooms.people.actions import add_person
from mag_server.rooms.people.model import Person, PersonName, Role, Triplet, parse_name

LINK_STATES = (
    "link",
    "link-signed-in",
    "link-again",
    "link-another-person",
    "link-refused",
    "link-expired",
    "link-revoked",
    "link-unknown",
    "link-reported",
)
SIRET, PASSWORD = "97050551700072", "Mississippi1876"
_TIMES = count(1)


class LinkLook:
    """A sender in one theme, two people who may sign in, and its links."""

    def __init__(self, server: LookServer, *, theme: str) -> None:
        """Register the sender and the people."""
        self.server = server
        # Another name of the same server: it shows an error page, and nobody looks at it.
        self._portal = server.issuer.replace("mag.", "portail.")
        self._partner = Partner(
            client_id=f"{theme}-links",
            name="Net-entreprises",
            theme=theme,
            redirect_uris=(CALLBACK,),
            initiate_login_uri=f"{self._portal}/mag/initiate",
            targets=(f"{self._portal}/taux",),
            sandbox=True,
        )
        added = add_partner(server.work(), partner=self._partner, by="looks")
        assert isinstance(added, AddedPartner), added
        for nom, prenom in (("SAWYER", "TOM"), ("FINN", "HUCK")):
            self._register(nom, prenom)

    def _register(self, nom: str, prenom: str) -> None:
        siret = parse_siret(SIRET, strictness=Strictness.PRODUCTION)
        names = parse_name(nom), parse_name(prenom)
        assert isinstance(siret, Siret)
        assert isinstance(names[0], PersonName)
        assert isinstance(names[1], PersonName)
        person = add_person(
            self.server.work(),
            triplet=Triplet(siret, *names),
            email=f"{prenom}.{nom}@toment.example".lower(),
            email_validated=True,
            roles=frozenset({Role.DECLARANT}),
            password=PASSWORD,
            by="looks",
        )
        assert isinstance(person, Person), person

    def send(self, *, accept: str = "addressee") -> MadeLink:
        """Make a link for TOM SAWYER."""
        asked = {
            "addressee": {
                "siret": SIRET,
                "nom": "SAWYER",
                "prenom": "TOM",
                "email": "tom.sawyer@toment.example",
            },
            "kind": "information",
            "message": "taux-at-mp",
            "target": f"{self._portal}/taux",
            "delivery": "own",
            "accept": accept,
        }
        made = create_links(
            self.server.work(), partner=self._partner, lines=[(1, asked)], by="looks"
        )
        assert isinstance(made, CreatedLinks)
        ((_, link),) = made.outcomes
        assert isinstance(link, MadeLink), link
        return link

    def show(self, page: Page, state: str) -> None:
        """Bring a page to a state, by doing what a person does."""
        link = self.send()
        assert link.url is not None
        page.set_extra_http_headers({"X-Forwarded-For": f"10.1.0.{next(_TIMES)}"})
        if state == "link-signed-in":
            self._arrive(page, self.send().url, "SAWYER", "TOM")
        if state == "link-another-person":
            self._arrive(page, self.send(accept="anyone").url, "FINN", "HUCK")
        if state == "link-again":
            self._arrive(page, link.url, "SAWYER", "TOM")
        if state == "link-revoked":
            revoke_link(
                self.server.work(),
                client_id=self._partner.client_id,
                link_id=link.link_id,
                by="looks",
            )
        self._open(page, link.url, state)
        page.mouse.move(0, 0)

    def _arrive(self, page: Page, url: str | None, nom: str, prenom: str) -> None:
        self._sign_in(page, url, nom, prenom)
        page.wait_for_url(f"{self._portal}/**")

    def _open(self, page: Page, url: str, state: str) -> None:
        if state == "link-refused":
            self._sign_in(page, url, "FINN", "HUCK")
            page.get_by_role("button", name="Changer de compte").wait_for()
            return
        clock = self.server.clock
        today = clock.now
        if state == "link-expired":
            clock.now = today + timedelta(days=91)
        page.goto(f"{self.server.issuer}/l/unknown" if state == "link-unknown" else url)
        clock.now = today
        if state == "link-reported":
            page.click(".not-me button")
            page.get_by_role("heading", name="Signalement").wait_for()

    def _sign_in(self, page: Page, url: str | None, nom: str, prenom: str) -> None:
        assert url is not None
        page.goto(url)
        for field, value in zip(
            ("siret", "nom", "prenom", "password"), (SIRET, nom, prenom, PASSWORD), strict=True
        ):
            page.fill(f"#{field}", value)
        with page.expect_response("**/sign-in"):
            page.click("button[value=sign-in]")


def open_page(browser: Browser, *, scheme: str, viewport: ViewportSize) -> Page:
    """Open a page without cookies."""
    context = browser.new_context(
        viewport=viewport, color_scheme=scheme, reduced_motion="reduce", locale="fr-FR"
    )
    return context.new_page()
