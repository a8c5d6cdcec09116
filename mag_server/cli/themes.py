"""`mag themes`: what themes there are, and whether a designer's folder may be used."""

import json
import sys
from pathlib import Path

import click

from mag_server.base import places
from mag_server.rooms.themes import actions
from mag_server.rooms.themes.model import Theme, Unusable

_JSON = click.option("--json", "as_json", is_flag=True, help="Print one object a line.")
_OWN = click.option(
    "--themes-dir",
    "own",
    envvar="MAG_THEMES_DIR",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Your own folder of themes, beside the shipped ones (MAG_THEMES_DIR).",
)


@click.group()
def themes() -> None:
    """List themes and check a designer's folder.

    Example: mag themes check themes/klesia
    """


@themes.command("list")
@_JSON
@_OWN
def list_command(*, as_json: bool, own: Path | None) -> None:
    """List the themes a partner may register.

    Example: mag themes list
    """
    for name in actions.list_themes(own=own):
        found = actions.find_theme(name, own=own)
        usable = isinstance(found, Theme)
        title = found.title if isinstance(found, Theme) else "(cannot be used: mag themes check)"
        if as_json:
            click.echo(json.dumps({"name": name, "usable": usable}))
        else:
            click.echo(f"{name:24} {title}")


@themes.command("check")
@click.argument("folders", nargs=-1, type=click.Path(exists=True, file_okay=False, path_type=Path))
@_JSON
@_OWN
def check_command(*, folders: tuple[Path, ...], as_json: bool, own: Path | None) -> None:
    """Say whether themes may be used, and if not what to change.

    Without FOLDERS, every theme the server would read is checked. Exit status 1 when one of them
    may not be used.

    Example: mag themes check themes/my-theme
    """
    judged = [actions.check_folder(folder) for folder in folders or _every_folder(own)]
    for theme in judged:
        _report_json(theme) if as_json else _report(theme)
    if any(isinstance(theme, Unusable) for theme in judged):
        sys.exit(1)


def _every_folder(own: Path | None) -> list[Path]:
    shelves = [*([own] if own else []), places.themes_folder()]
    return sorted(toml.parent for shelf in shelves for toml in shelf.glob("*/theme.toml"))


def _report(theme: Theme | Unusable) -> None:
    if isinstance(theme, Theme):
        click.echo(f"{theme.name}: OK", err=True)
        return
    click.echo(f"{theme.name} may not be used:", err=True)
    for complaint in theme.complaints:
        click.echo(f"  {complaint}", err=True)


def _report_json(theme: Theme | Unusable) -> None:
    complaints = list(theme.complaints) if isinstance(theme, Unusable) else []
    usable = isinstance(theme, Theme)
    click.echo(
        json.dumps(
            {"name": theme.name, "usable": usable, "complaints": complaints}, ensure_ascii=False
        )
    )
