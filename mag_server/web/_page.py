"""One way to make a page: theme, language, words and assets put together."""

import logging
import re
from dataclasses import dataclass
from pathlib import Path

from flask import (
    Flask,
    Response,
    current_app,
    g,
    make_response,
    render_template,
    request,
    url_for,
)
from jinja2 import StrictUndefined
from werkzeug.exceptions import HTTPException

from mag_server.base.assets import Asset, Assets
from mag_server.base.words import choose_language, words_for
from mag_server.rooms.themes import actions as themes
from mag_server.rooms.themes.model import DEFAULT_THEME, Theme

_log = logging.getLogger(__name__)
_EXTENSION = "mag_pages"
_YEAR_SECONDS = 365 * 24 * 3600


class PagesNotHung(Exception):  # noqa: N818 - a mistake in the wiring, said as such
    """`hang_pages` was not called on this application."""


@dataclass(frozen=True)
class _Pages:
    assets: Assets
    own_themes: Path | None


def hang_pages(app: Flask, *, own_themes: Path | None = None) -> None:
    """Make an application able to render MAG's pages.

    Args:
        app: An application whose templates and static folder are the package's.
        own_themes: The deployer's own folder of themes (MAG_THEMES_DIR).

    Raises:
        AssetsMissing: The styles and scripts were not built.
    """
    app.extensions[_EXTENSION] = _Pages(Assets.load(), own_themes)
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.filters["grouped_siret"] = grouped_siret
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    # Every file under /static carries a hash of its content in its name.
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = _YEAR_SECONDS


def grouped_siret(typed: str) -> str:
    """Group what looks like a SIRET, 3-3-3-5; leave anything else as it was typed (C-25)."""
    digits = re.sub(r"[\s.\-/]", "", typed)
    if not re.fullmatch(r"[0-9]{14}", digits):
        return typed
    return f"{digits[:3]} {digits[3:6]} {digits[6:9]} {digits[9:]}"


def own_themes() -> Path | None:
    """Give the deployer's own folder of themes."""
    return _pages().own_themes


def note_ui_locales(ui_locales: str | None) -> None:
    """Keep what a posted form's request asked for: whatever answers it speaks that language."""
    g.ui_locales = ui_locales


def page_language(ui_locales: str | None = None) -> str:
    """Choose the language of the answer to this request: `fr` or `en`.

    Where nothing is given, the posted form or this address says what was asked: a refusal too is
    said in the language of the page before it.

    Source: OIDC Core 3.1.2.1 (ui_locales), then Accept-Language, then French.
    """
    asked = ui_locales or g.get("ui_locales") or request.args.get("ui_locales")
    return choose_language(ui_locales=asked, accept_language=request.headers.get("Accept-Language"))


def render_page(
    template: str, *, theme_name: str, lang: str, status: int = 200, **context: object
) -> Response:
    """Render a page in a theme and a language.

    French sentences in the context (a field's error, a title) are said in `lang` by the
    template: mark them with `base.errors.N_` where they are written.

    Args:
        template: Its name under `templates/`.
        theme_name: The partner's theme; an unknown or broken one falls back to the default.
        lang: As `page_language` gave it.
        status: The HTTP status.
        context: What the template shows.

    Returns:
        An answer that is never stored, since most pages hold a form or a reference.
    """
    words = words_for(lang)
    theme = _theme_or_default(theme_name)

    def word(slot: str, default: str) -> str:
        return theme.word(slot, language=words.language, default=default)

    def say(message: str, **values: object) -> str:
        return words.gettext(str(message), **values)  # str: a forgotten value raises here

    html = render_template(
        template,
        _=say,
        ngettext=words.ngettext,
        word=word,
        lang=words.language,
        theme=theme,
        stylesheet_url=_theme_url(theme, "themes.stylesheet", themes.theme_stylesheet(theme)[1]),
        icon_url=_theme_url(theme, "themes.logo", themes.theme_logo_file(theme)[1]),
        asset=_asset,
        scheme=_scheme_around(),
        **context,
    )
    response = make_response(html, status)
    response.headers["Content-Language"] = words.language
    response.headers["Cache-Control"] = "no-store"
    return response


def _scheme_around() -> str:
    # Posted by the frame's own script, so that the next page is drawn right from its first instant.
    try:
        posted = request.form.get("scheme") if request.method == "POST" else None
    except HTTPException:  # a body that cannot be read: its refusal must be drawn all the same
        return ""
    return posted if posted in ("light", "dark") else ""


def _pages() -> _Pages:
    try:
        pages = current_app.extensions[_EXTENSION]
    except KeyError as error:
        raise PagesNotHung("Call hang_pages(app) where the application is made.") from error
    if not isinstance(pages, _Pages):
        raise PagesNotHung(f"Something else took the extension's name {_EXTENSION}.")
    return pages


def _theme_or_default(name: str) -> Theme:
    theme = themes.find_theme(name, own=own_themes())
    if isinstance(theme, Theme):
        return theme
    reason = "no such theme" if theme is None else " ".join(theme.complaints)
    _log.warning("theme %r cannot be used, showing %s: %s", name, DEFAULT_THEME, reason)
    default = themes.find_theme(DEFAULT_THEME)
    if isinstance(default, Theme):
        return default
    raise RuntimeError(f"The shipped theme {DEFAULT_THEME} cannot be used: {default!r}")


def _theme_url(theme: Theme, endpoint: str, digest: str) -> str:
    return url_for(endpoint, name=theme.name, digest=digest)


def find_asset(name: str) -> Asset:
    """Give a built file by its stable name."""
    return _pages().assets[name]


def _asset(name: str) -> dict[str, str]:
    found = _pages().assets[name]
    return {"url": url_for("static", filename=found.file), "integrity": found.integrity}
