"""The only place that wires doors, database and assets together."""

import logging
from pathlib import Path

from flask import Flask

from mag_server.base.clock import Clock, system_clock
from mag_server.base.db import Database
from mag_server.base.hashing import Hasher
from mag_server.base.secrets import SecretKeys
from mag_server.base.settings import Settings
from mag_server.base.work import Equipment
from mag_server.web import (
    assistance,
    authorize,
    discovery,
    emailed_link,
    error_docs,
    health,
    home,
    links,
    logout,
    my_receipts,
    partner_receipts,
    receipts,
    revoke,
    sign_in,
    themes,
    token,
    userinfo,
    widget,
)
from mag_server.web._guard import hang_guard
from mag_server.web._own_host import OwnHost
from mag_server.web._page import hang_pages
from mag_server.web._refusals import hang_refusals
from mag_server.web._work import hang_work

_HERE = Path(__file__).parent
_JOURNEYS = (
    assistance,
    authorize,
    discovery,
    emailed_link,
    error_docs,
    health,
    home,
    links,
    logout,
    my_receipts,
    partner_receipts,
    receipts,
    revoke,
    sign_in,
    themes,
    token,
    userinfo,
    widget,
)


def equip(settings: Settings) -> Equipment:
    """Return what every action uses; no connection is opened yet."""
    return Equipment(
        settings=settings,
        database=Database(settings.database_url, sqlite_synchronous=settings.sqlite_synchronous),
        secret_keys=SecretKeys(settings.secret_keys),
        hasher=Hasher.serving(threads=settings.threads),
    )


def create_app(equipment: Equipment, *, clock: Clock = system_clock) -> Flask:
    """Return the application; it starts no thread and migrates nothing."""
    app = Flask(
        "mag_server",
        root_path=str(_HERE),
        static_folder=str(_HERE / "static"),
        template_folder=str(_HERE / "templates"),
    )
    hang_work(app, equipment=equipment, clock=clock)
    app.wsgi_app = OwnHost(app.wsgi_app, issuer=equipment.settings.issuer)  # type: ignore[method-assign]  # Flask's own way to wrap itself
    hang_guard(app)
    hang_pages(app, own_themes=equipment.settings.themes_dir)
    hang_refusals(app)
    for journey in _JOURNEYS:
        app.register_blueprint(journey.blueprint)
    return app


def serve() -> Flask:
    """Return the application of this environment: granian's factory."""
    settings = Settings.read()
    logging.basicConfig(
        level=settings.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    return create_app(equip(settings))
