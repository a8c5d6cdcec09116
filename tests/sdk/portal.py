"""A portal of ten lines, and a browser in front of it that may open many tabs."""

from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import Flask, session
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from mag_sdk import MagClient
from mag_sdk.flask import MagFlask
from tests.sdk.provider import Provider

URL = "http://portail.localhost:8500"


def portal_of(client: MagClient, **options) -> Flask:
    app = Flask("portal")
    app.secret_key = "a key for the tests only"
    mag = MagFlask(app, client, **options)

    @app.get("/")
    def home():
        return f"Accueil, {mag.assertion.given_name if mag.assertion else 'anonyme'}"

    @app.get("/basket")
    def basket():
        session["basket"] = session["language"] = "kept?"
        return "ok"

    @app.get("/seen")
    def seen():
        return {"session": sorted(session), "sid": mag.assertion and mag.assertion.sid}

    @app.route("/paie/<month>", methods=["GET", "POST"])
    @mag.sign_in_required
    def paie(month: str):
        return f"Paie de {month} pour {mag.assertion.siret}"

    return app


class Browser:
    """A person's browser: one cookie jar, any number of tabs."""

    def __init__(self, app: Flask, provider: Provider, *, url: str = URL) -> None:
        self.tab: FlaskClient = app.test_client()
        self.provider = provider
        self.url = url

    def get(self, path: str, **rest) -> TestResponse:
        return self.tab.get(path, base_url=self.url, **rest)

    def post(self, path: str, **rest) -> TestResponse:
        return self.tab.post(path, base_url=self.url, **rest)

    def ask_for(self, page: str) -> dict[str, str]:
        """Ask for a protected page and sign in at MAG; give what comes back to the callback."""
        to_sign_in = self.get(page)
        assert to_sign_in.status_code == 303, to_sign_in.text
        return self.go_to_mag(to_sign_in.location)

    def go_to_mag(self, sign_in: str) -> dict[str, str]:
        to_mag = self.get(sign_in)
        assert to_mag.status_code == 303, to_mag.text
        return self.provider.authorize(to_mag.location)

    def come_back(self, parameters: dict[str, str]) -> TestResponse:
        return self.get(f"/mag/callback?{urlencode(parameters)}")

    def sign_in(self, page: str = "/paie/mai") -> TestResponse:
        return self.come_back(self.ask_for(page))

    def attempts(self) -> list[str]:
        """Name the attempts this browser holds."""
        return [cookie.key for cookie in self.tab._cookies.values() if "mag_attempt" in cookie.key]


def query_of(url: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(url).query))
