"""The partner is down when somebody comes by its link: the receipt stands, the page comes later."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from playwright.sync_api import Page, expect
from werkzeug.serving import make_server

from e2e.sent import send_link, told
from e2e.test_link import AUTHENTICATED
from e2e.walk import TOM, fill_form, submit_button
from mag_sdk import MagClient
from mag_sdk.flask import MagFlask
from tests.demo.running import ROOT, Demonstration, clean_environment, free_ports

CLIENT_ID = "en-panne"


class Portal:
    """A partner that is registered, and listens only while it is asked to."""

    def __init__(self, demo: Demonstration) -> None:
        """Register it, as an operator would."""
        (self.port,) = free_ports(1)
        self.url = f"http://{CLIENT_ID}.localhost:{self.port}"
        self.page = f"{self.url}/taux"
        answer = subprocess.run(  # noqa: S603 - our own command line
            [
                *(sys.executable, "-m", "mag_server", "partners", "add", CLIENT_ID),
                *("--name", "Portail en panne", "--theme", "reference", "--sandbox", "--json"),
                *("--redirect-uri", f"{self.url}/mag/callback", "--origin", self.url),
                *("--initiate-login-uri", f"{self.url}/mag/initiate", "--target", self.page),
            ],
            cwd=ROOT,
            env=clean_environment(MAG_DATABASE_URL=demo.database_url, MAG_ISSUER=demo.mag),
            capture_output=True,
            text=True,
            check=False,
        )
        assert answer.returncode == 0, answer.stderr
        self._client = MagClient(
            demo.mag,
            CLIENT_ID,
            json.loads(answer.stdout)["client_secret"],
            f"{self.url}/mag/callback",
        )

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Let it answer."""
        app = Flask(CLIENT_ID)
        app.secret_key = "a portal's own key, of more than 32 characters"
        mag = MagFlask(app, self._client, link_targets=[self.page])

        @app.get("/taux")
        @mag.sign_in_required
        def rates() -> str:
            assert mag.assertion is not None
            return f"<!doctype html><h1>Les taux de {mag.assertion.given_name}</h1>"

        server = make_server("127.0.0.1", self.port, app, threaded=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


def test_the_receipt_stands_and_a_retry_opens_the_page(page: Page, demo: Demonstration):
    portal = Portal(demo)
    url = send_link(demo, client_id=CLIENT_ID, target=portal.page)
    page.goto(url)
    fill_form(page, TOM)
    # Nobody listens there: the browser says so itself.
    with page.expect_event("requestfailed") as failed:
        submit_button(page).click()
    assert failed.value.url.startswith(f"{portal.url}/mag/initiate?")
    recorded = [("opened", "interaction"), *AUTHENTICATED]
    assert told(demo, url) == recorded

    # The browser's own error page stands before one can go on from it.
    page.wait_for_url("chrome-error://**")
    with portal.listening():
        page.goto(url)
        expect(page.locator("main")).to_contain_text("a été enregistrée le")
        page.get_by_role("button", name="Réessayer").click()
        expect(page).to_have_url(portal.page)
        expect(page.get_by_role("heading", level=1)).to_have_text("Les taux de TOM")
    assert told(demo, url) == recorded, "a retry adds nothing"
