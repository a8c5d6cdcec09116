"""Put the portal together; `sign_in_with_mag` is the whole of MAG's integration."""

import os
from datetime import timedelta

from flask import Flask, request, session

from mag_sdk import MagBackEnd, MagClient
from mag_sdk.flask import MagFlask
from partner_portal import (
    acknowledgements,
    choice,
    demonstration,
    espace,
    formation,
    french,
    klesia,
    staff,
)
from partner_portal.accounts import Accounts
from partner_portal.agents import Agents
from partner_portal.commands import add_commands
from partner_portal.consultations import Consultations
from partner_portal.csrf import guard_own_forms
from partner_portal.database import Database
from partner_portal.guard import Portal
from partner_portal.headers import set_headers
from partner_portal.mag_back_end import SdkBackEnd
from partner_portal.mag_reading import MagReading
from partner_portal.mishaps import render_problem, show_mishaps
from partner_portal.receipts import Receipts
from partner_portal.records import Records
from partner_portal.sent_links import SentLinks
from partner_portal.settings import Settings, read_settings

SESSION_SECONDS = 30 * 60
FORM_MAXIMUM_BYTES = 64 * 1024
BRAND_PAGES = {
    "klesia": (klesia.pages, staff.pages, acknowledgements.pages),
    "mon-compte-formation": (formation.pages,),
}


def sign_in_with_mag(app: Flask, settings: Settings) -> MagFlask:
    """Integrate MAG: this, and `@mag.sign_in_required` on a page, is all there is to it."""
    client = MagClient(
        settings.mag_issuer,
        settings.mag_client_id,
        settings.mag_client_secret,
        redirect_uri=f"{settings.url}/mag/callback",
    )
    return MagFlask(
        app,
        client,
        link_targets=[f"{settings.url}{page}" for page in settings.brand.link_targets],
        post_logout_redirect_uri=f"{settings.url}/",
        render_problem=render_problem,
    )


def read_mag(settings: Settings, *, receipts: Receipts, consultations: Consultations) -> MagReading:
    """Read what MAG recorded of this portal's links, with the same credentials."""
    back_end = MagBackEnd(settings.mag_issuer, settings.mag_client_id, settings.mag_client_secret)
    return MagReading(
        SdkBackEnd(back_end, receipts=receipts), receipts=receipts, consultations=consultations
    )


def create_app(settings: Settings | None = None) -> Flask:
    """Make the portal from its settings, by default those of the environment.

    Raises: SettingsError, when one is missing or wrong.
    """
    settings = settings or read_settings(os.environ)
    app = _bare_app(settings)

    mag = sign_in_with_mag(app, settings)

    database = Database(settings.database)
    accounts, agents = Accounts(database), Agents(database)
    if settings.demonstration:
        demonstration.fill(database, accounts, agents)
    receipts, consultations = Receipts(database), Consultations(database)
    reading = read_mag(settings, receipts=receipts, consultations=consultations)
    app.extensions["portal"] = Portal(
        settings=settings,
        accounts=accounts,
        agents=agents,
        records=Records(database),
        receipts=receipts,
        sent_links=SentLinks(database),
        consultations=consultations,
        reading=reading,
        mag=mag,
    )
    for pages in (choice.pages, espace.pages, *BRAND_PAGES[settings.brand.key]):
        app.register_blueprint(pages)
    app.before_request(keep_a_visited_session_alive)
    guard_own_forms(app)
    set_headers(app, settings)
    show_mishaps(app)
    add_commands(app, database=database, accounts=accounts, agents=agents, reading=reading)
    return app


def keep_a_visited_session_alive() -> None:
    """Count the session's half hour from the last page, not from the sign-in."""
    if session and request.endpoint != "static":
        session.permanent = session.modified = True


def _bare_app(settings: Settings) -> Flask:
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY=settings.secret_key,
        # __Host-: no other name, path or plain connection can set or read it.
        SESSION_COOKIE_NAME="__Host-portal",
        SESSION_COOKIE_SECURE=True,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(seconds=SESSION_SECONDS),
        # A stylesheet that arrives after a sign-out must not bring the old session back.
        SESSION_REFRESH_EACH_REQUEST=False,
        MAX_CONTENT_LENGTH=FORM_MAXIMUM_BYTES,
        TRUSTED_HOSTS=[settings.hostname],
    )
    app.jinja_env.globals.update(
        brand=settings.brand,
        sibling_url=settings.sibling_url,
        sibling_name=settings.sibling_name,
    )
    app.jinja_env.filters.update({write.__name__: write for write in french.FILTERS})
    return app
