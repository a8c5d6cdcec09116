"""`mag doctor`: why a partner's page does not show the widget."""

import os
import sys
from urllib.parse import urlsplit

import click

from mag_server.base.assets import Assets
from mag_server.base.clock import system_clock
from mag_server.base.fetch import Unreachable
from mag_server.cli._command import Desk, json_option, print_json, refuse, say
from mag_server.doctor.browser import NoBrowserError, judge, look
from mag_server.doctor.checks import find_causes
from mag_server.doctor.evidence import Finding, gather
from mag_server.rooms.partners.actions import find_partner


@click.command()
@click.option("--partner", "client_id", required=True, help="The partner's ID.")
@click.option("--page", "page_url", required=True, help="The address where the widget stands.")
@click.option("--browser", is_flag=True, help="Also open the page in Chromium.")
@json_option
def doctor(*, client_id: str, page_url: str, browser: bool, as_json: bool) -> None:
    """Say what keeps a partner's page from showing the widget, and the line that mends it.

    Example: mag doctor --partner klesia --page https://klesia.example/ --browser
    """
    desk = Desk()
    partner = find_partner(desk.work(), client_id=client_id)
    if partner is None:
        refuse(f"No partner {client_id}: `mag partners list` shows them.")
    if not _is_address(page_url):
        refuse("--page is no address: write https://... in full.")
    evidence = gather(
        issuer=desk.settings.issuer,
        partner=partner,
        page_url=page_url,
        loader=Assets.load()["mag.js"],
        now=system_clock(),
    )
    found = find_causes(evidence)
    if browser and not isinstance(evidence.page, Unreachable):
        found += _by_browser(page_url, desk.settings.issuer)
    _report(found, as_json=as_json)
    if found:
        sys.exit(1)


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # half an IPv6 address, or a port that is no number
        return False


def _by_browser(page_url: str, issuer: str) -> list[Finding]:
    try:
        seen = look(page_url, issuer=issuer, chromium=os.environ.get("MAG_CHROMIUM"))
    except NoBrowserError as error:
        refuse(str(error))
    return judge(seen, issuer=issuer)


def _report(found: list[Finding], *, as_json: bool) -> None:
    if as_json:
        for finding in found:
            print_json(vars(finding))
        return
    if not found:
        say("Nothing keeps the widget from showing.")
    for finding in found:
        click.echo(f"{finding.cause}: {finding.sentence}\n    {finding.remedy}\n")
