"""Make the pictures of docs/screens/: every theme, every state, two widths, light and dark.

Run `python -m e2e.screens`; `--font NAME` lets an installed font stand for the system's own.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from e2e.conftest import CHROMIUM_ARGUMENTS, find_chromium
from e2e.demo_look import places
from e2e.link_look import LINK_STATES, LinkLook, open_page
from e2e.look import STATES, LookServer, look_server, show_state
from mag_server.rooms.themes.actions import list_themes
from tests.demo.running import Demonstration, running_demonstration

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "screens"
LINK_THEME = "net-entreprises"
WIDTHS = {320: 720, 1280: 900}
_FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><include>/etc/fonts/fonts.conf</include>
<match target="pattern"><edit name="family" mode="prepend" binding="strong">
<string>{font}</string></edit></match></fontconfig>
"""


def take(browser: Browser, server: LookServer, *, theme: str, folder: Path) -> None:
    """Take every picture of a theme."""
    for width, height in WIDTHS.items():
        for scheme in ("light", "dark"):
            context = browser.new_context(
                viewport={"width": width, "height": height},
                color_scheme=scheme,
                reduced_motion="reduce",
                locale="fr-FR",
            )
            page = context.new_page()
            for state in STATES:
                show_state(page, server, theme=theme, state=state)
                name = f"{theme}-{state}-{width}" + ("-dark" if scheme == "dark" else "")
                page.screenshot(path=folder / f"{name}.png", full_page=True)
                sys.stderr.write(f"{name}\n")
            context.close()


def take_links(browser: Browser, server: LookServer, *, theme: str, folder: Path) -> None:
    """Take every picture of an emailed link's pages, in one theme."""
    look = LinkLook(server, theme=theme)
    for state in LINK_STATES:
        for width, height in WIDTHS.items():
            for scheme in ("light", "dark"):
                page = open_page(
                    browser, scheme=scheme, viewport={"width": width, "height": height}
                )
                look.show(page, state)
                name = f"{theme}-{state}-{width}" + ("-dark" if scheme == "dark" else "")
                page.screenshot(path=folder / f"{name}.png", full_page=True)
                sys.stderr.write(f"{name}\n")
                page.context.close()


def take_demonstration(browser: Browser, demo: Demonstration, *, folder: Path) -> None:
    """Take every place of the demonstration."""
    for width, height in WIDTHS.items():
        for scheme in ("light", "dark"):
            page = open_page(browser, scheme=scheme, viewport={"width": width, "height": height})
            for place in places(page, demo):
                name = f"demo-{place}-{width}" + ("-dark" if scheme == "dark" else "")
                page.screenshot(path=folder / f"{name}.png")
                sys.stderr.write(f"{name}\n")
            page.context.close()


def main() -> None:
    """Take the pictures of every theme, or of those named."""
    parser = argparse.ArgumentParser(prog="python -m e2e.screens", description=__doc__)
    parser.add_argument("themes", nargs="*", help="themes to take; all by default")
    parser.add_argument("--font", help="an installed font that stands for the system's own")
    arguments = parser.parse_args()
    themes = arguments.themes or list_themes()
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        environment = dict(os.environ)
        if arguments.font:
            fonts = Path(folder) / "fonts.conf"
            fonts.write_text(_FONTS.format(font=arguments.font), "utf-8")
            environment["FONTCONFIG_FILE"] = str(fonts)
        with look_server(Path(folder), themes=themes) as server, sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=find_chromium(), args=CHROMIUM_ARGUMENTS, env=environment
            )
            for theme in themes:
                take(browser, server, theme=theme, folder=FOLDER)
            if LINK_THEME in themes:
                take_links(browser, server, theme=LINK_THEME, folder=FOLDER)
            if not arguments.themes:
                with running_demonstration(Path(folder) / "demo") as demo:
                    take_demonstration(browser, demo, folder=FOLDER)
            browser.close()


if __name__ == "__main__":
    main()
