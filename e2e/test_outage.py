"""MAG stops in the middle, and comes back: no trace, no lost session, no second account."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from e2e.walk import TOM, fill_form, sign_in, submit_button
from mag_server.base.processes import answers
from tests.demo.running import Running, clean_environment, eventually, free_ports, get_page

ROLES = ("--role", "declarant", "--role", "administrateur")


@dataclass
class ByHand:
    """MAG and one portal as an operator sets them up, with `mag` commands."""

    mag: Running
    portal: Running
    mag_port: int
    portal_port: int

    @property
    def portal_url(self) -> str:
        return f"http://klesia.localhost:{self.portal_port}"

    def portal_answers(self, path: str) -> int:
        return get_page("klesia.localhost", self.portal_port, path)[0]

    def start_mag(self) -> None:
        self.mag.start()
        assert eventually(lambda: answers("127.0.0.1", self.mag_port))

    def stop_mag(self) -> None:
        self.mag.signal_first(signal.SIGTERM)
        assert self.mag.exit_status() == 0
        assert self.mag.leaves_nothing()


def mag(environ: dict[str, str], *words: str, typed: str = "") -> dict[str, str]:
    answer = subprocess.run(  # noqa: S603 - our own command line
        [sys.executable, "-m", "mag_server", *words, "--json"],
        env=environ,
        input=typed,
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout)


def portal_environment(url: str, issuer: str, secret: str, folder: Path) -> dict[str, str]:
    return clean_environment(
        PORTAL_BRAND="klesia",
        PORTAL_URL=url,
        PORTAL_SECRET_KEY="a key for the tests only, of more than 32 characters",
        PORTAL_DATABASE=str(folder / "portal.db"),
        PORTAL_DEMONSTRATION="1",
        MAG_ISSUER=issuer,
        MAG_CLIENT_ID="klesia",
        MAG_CLIENT_SECRET=secret,
    )


@pytest.fixture(scope="module")
def operated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ByHand]:
    folder: Path = tmp_path_factory.mktemp("by-hand")
    mag_port, portal_port = free_ports(2)
    portal_url, issuer = (
        f"http://klesia.localhost:{portal_port}",
        f"http://mag.localhost:{mag_port}",
    )
    environ = clean_environment(
        MAG_ISSUER=issuer,
        MAG_BIND=f"127.0.0.1:{mag_port}",
        MAG_DATABASE_URL=f"sqlite:///{folder / 'mag.db'}",
    )
    addresses = ("--redirect-uri", f"{portal_url}/mag/callback", "--origin", portal_url)
    added = mag(
        environ,
        *("partners", "add", "klesia", "--name", "KLESIA Pro", "--theme", "klesia", "--sandbox"),
        *addresses,
    )
    names = ("--siret", TOM.siret, "--nom", TOM.nom, "--prenom", TOM.prenom)
    mag(
        environ,
        *("people", "add", *names, *ROLES, "--email", "tom@toment.example", "--password-stdin"),
        typed=TOM.password,
    )
    portal_environ = portal_environment(portal_url, issuer, added["client_secret"], folder)
    granian = (
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1"),
        *("--workers-kill-timeout", "1s"),
    )
    site = ByHand(
        Running([sys.executable, "-m", "mag_server", "serve"], folder / "mag.log", environ),
        Running(
            [*granian, "--port", str(portal_port), "partner_portal.app:create_app", "--factory"],
            folder / "portal.log",
            portal_environ,
        ),
        mag_port,
        portal_port,
    )
    try:
        site.start_mag()
        site.portal.start()
        assert eventually(lambda: answers("127.0.0.1", portal_port))
        yield site
    finally:
        site.mag.stop()
        site.portal.stop()


@pytest.fixture
def by_hand(operated: ByHand) -> ByHand:
    """Give the site with MAG running, whatever the test before left."""
    if operated.mag.process is None or operated.mag.process.poll() is not None:
        operated.start_mag()
    return operated


def test_while_mag_is_away_the_portal_says_so_and_all_goes_on_when_it_is_back(
    page: Page, by_hand: ByHand
):
    page.goto(f"{by_hand.portal_url}/espace")
    sign_in(page)
    expect(page.locator(".me-name")).to_have_text("TOM SAWYER")
    by_hand.stop_mag()
    # Whoever is signed in already stays at work.
    page.goto(f"{by_hand.portal_url}/espace/contrats")
    expect(page.locator(".me-name")).to_have_text("TOM SAWYER")
    # Within seconds nobody is sent to a dead address any more.
    assert eventually(
        lambda: by_hand.portal_answers("/mag/sign-in") == HTTPStatus.SERVICE_UNAVAILABLE
    )
    # Whoever comes now reads a sentence, and a way to try again.
    page.context.clear_cookies(name="__Host-portal")
    answer = page.goto(f"{by_hand.portal_url}/espace/taux-atmp?annee=2026")
    assert answer
    assert answer.status == HTTPStatus.SERVICE_UNAVAILABLE
    assert answer.headers["retry-after"].isdigit()
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Connexion momentanément indisponible"
    )
    by_hand.start_mag()
    # MAG's session outlived the restart: no password is asked for again.
    page.get_by_role("link", name="Réessayer").click()
    expect(page).to_have_url(f"{by_hand.portal_url}/espace/taux-atmp?annee=2026")
    expect(page.locator(".me-name")).to_have_text("TOM SAWYER")


def test_a_form_opened_before_the_outage_signs_in_after_it(page: Page, by_hand: ByHand):
    page.goto(f"{by_hand.portal_url}/espace/contrats")
    fill_form(page)
    by_hand.stop_mag()
    by_hand.start_mag()
    submit_button(page).click()
    expect(page).to_have_url(f"{by_hand.portal_url}/espace/contrats")
    expect(page.locator(".me-name")).to_have_text("TOM SAWYER")


def test_an_outage_between_the_form_and_the_code_is_a_sentence_and_can_be_tried_again(
    page: Page, by_hand: ByHand
):
    page.goto(f"{by_hand.portal_url}/espace/contrats")
    expect(page.locator("#sign-in")).to_be_visible()
    # MAG answers with the code, then stops before the portal redeems it.
    by_hand.portal.signal_group(signal.SIGSTOP)
    try:
        fill_form(page)
        with page.expect_request("**/mag/callback*"):
            submit_button(page).click(no_wait_after=True)
        by_hand.stop_mag()
    finally:
        by_hand.portal.signal_group(signal.SIGCONT)
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Connexion momentanément indisponible"
    )
    by_hand.start_mag()
    page.get_by_role("link", name="Réessayer").click()
    expect(page).to_have_url(f"{by_hand.portal_url}/espace/contrats")


def test_nothing_that_happened_is_a_trace_in_a_log(by_hand: ByHand):
    for log in (by_hand.mag.said, by_hand.portal.said):
        assert "Traceback" not in log
        assert TOM.password not in log
