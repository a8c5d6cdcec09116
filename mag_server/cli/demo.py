"""`mag demo`: MAG and two partner portals on this machine."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import click

from mag_server.base.clock import system_clock
from mag_server.base.processes import Supervisor, answers, is_port_free, this_environment
from mag_server.base.settings import HIGHEST_PORT, Settings, SettingsError
from mag_server.cli._command import prepared_equipment, refuse, say
from mag_server.cli.serve import start_server
from mag_server.demo.notice import send_notice
from mag_server.demo.portals import Portal, are_installed, mailbox_child
from mag_server.demo.sample import MARK, PEOPLE, NotADemonstrationError, check_file, prepare_sample

Command = TypeVar("Command", bound=Callable[..., Any])
START_SECONDS = 30
_HERE = "127.0.0.1"
_DATABASE = "mag.db"


def _port_option(name: str, default: int, sentence: str) -> Callable[[Command], Command]:
    # Below 1024 a port is the system's: 80 and 443 would also be written otherwise in addresses.
    port = click.IntRange(1024, HIGHEST_PORT)
    return click.option(name, type=port, default=default, show_default=True, help=sentence)


@click.command()
@_port_option("--mag-port", 8400, "MAG's own port.")
@_port_option("--klesia-port", 8500, "KLESIA Pro's port.")
@_port_option("--mcf-port", 8501, "Mon Compte Formation's port.")
@_port_option("--mailbox-port", 8600, "The mailbox's page.")
@_port_option("--smtp-port", 8425, "The mailbox's SMTP port.")
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("var/demo"),
    show_default=True,
    help="Where the demonstration keeps its databases.",
)
def demo(
    *,
    mag_port: int,
    klesia_port: int,
    mcf_port: int,
    mailbox_port: int,
    smtp_port: int,
    folder: Path,
) -> None:
    """Start MAG, two partner portals and a mailbox, with people to try, until Ctrl-C.

    Example: mag demo
    """
    if not are_installed():
        refuse("The example portal is not installed: from the project's folder, run `make demo`.")
    portals = (
        Portal(
            "klesia", "KLESIA Pro", "klesia", "klesia.localhost", klesia_port, "/espace/taux-atmp"
        ),
        Portal("mcf", "Mon Compte Formation", "mon-compte-formation", "mcf.localhost", mcf_port),
    )
    ports = (mag_port, klesia_port, mcf_port, mailbox_port, smtp_port)
    _check_ports(ports)
    settings = _settings(mag_port, smtp_port, folder)
    secrets = _prepare(settings, portals)
    supervisor = Supervisor()
    with supervisor.signals():
        supervisor.start(mailbox_child(folder / "mail", port=mailbox_port, smtp_port=smtp_port))
        start_server(supervisor, settings, _environment(settings))
        for portal, sibling in zip(portals, reversed(portals), strict=True):
            supervisor.start(
                portal.child(
                    sibling=sibling,
                    issuer=settings.issuer,
                    secret=secrets[portal.client_id],
                    folder=folder,
                )
            )
        silent = silent_ports(ports, until=supervisor.is_asked_to_stop)
        if silent and not supervisor.is_asked_to_stop():
            named = ", ".join(str(port) for port in silent)
            say(f"After {START_SECONDS} s nobody answers on port {named}: see what stands above.")
        elif not silent:
            _greet(settings, portals, mailbox_port=mailbox_port)
        ended = supervisor.run()
    if ended:
        refuse(f"{ended} ended unexpectedly; its last words stand above.")
    say("\nThe demonstration is stopped.")


def _check_ports(ports: tuple[int, ...]) -> None:
    for port in ports:
        if ports.count(port) > 1:
            raise click.UsageError(f"Port {port} is given twice: each of the five needs its own.")
        if not is_port_free(_HERE, port):
            refuse(f"Port {port} is taken: stop what listens there, or see `mag demo --help`.")


def _settings(mag_port: int, smtp_port: int, folder: Path) -> Settings:
    environ = {
        "MAG_ISSUER": f"http://mag.localhost:{mag_port}",
        "MAG_DATABASE_URL": f"sqlite:///{folder / _DATABASE}",
        "MAG_BIND": f"{_HERE}:{mag_port}",
        "MAG_SMTP_URL": f"smtp://{_HERE}:{smtp_port}",
        "MAG_DEMONSTRATION": "1",
    }
    try:
        # Before the first byte is written, of keys or of tables.
        check_file(folder / _DATABASE)
        folder.mkdir(parents=True, exist_ok=True)
        return replace(Settings.read(environ), log_level="warning")
    except NotADemonstrationError:
        refuse(
            "This database is not a demonstration's: `mag demo` leaves it alone. "
            "Name another place with --folder."
        )
    except SettingsError as error:
        refuse(str(error))
    except OSError as error:
        refuse(
            f"The demonstration cannot be kept there ({error.filename}: {error.strerror}): "
            "name another place with --folder."
        )


def _environment(settings: Settings) -> dict[str, str]:
    return this_environment(
        MAG_ISSUER=settings.issuer,
        MAG_DATABASE_URL=settings.database_url,
        MAG_SECRET_KEYS=",".join(settings.secret_keys),
        MAG_BIND=settings.bind,
        MAG_LOG_LEVEL=settings.log_level,
        MAG_SMTP_URL=f"smtp://{_HERE}:{settings.smtp.port}" if settings.smtp else "",
        MAG_DEMONSTRATION="1",
    )


def _prepare(settings: Settings, portals: tuple[Portal, ...]) -> dict[str, str]:
    equipment = prepared_equipment(settings, mark=MARK)
    try:
        secrets = prepare_sample(
            equipment,
            work=equipment.work(system_clock()),
            partners=[portal.partner() for portal in portals],
        )
        for portal in portals:
            if portal.link_target:
                send_notice(equipment, partner=portal.partner(), target=portal.partner().targets[0])
        return secrets
    finally:
        equipment.database.dispose()


def silent_ports(ports: tuple[int, ...], *, until: Callable[[], bool]) -> list[int]:
    """Wait for every port to answer, START_SECONDS at most; return those that do not."""
    deadline = time.monotonic() + START_SECONDS
    while silent := [port for port in ports if not answers(_HERE, port)]:
        if time.monotonic() > deadline or until():
            break
        time.sleep(0.1)
    return silent


def _greet(settings: Settings, portals: tuple[Portal, ...], *, mailbox_port: int) -> None:
    click.echo("\nThe demonstration is running.\n")
    for portal in portals:
        click.echo(f"  {portal.name:24} {portal.url}")
    click.echo(f"  {'MAG':24} {settings.issuer}")
    click.echo(f"  {'Boîte aux lettres':24} http://mail.localhost:{mailbox_port}\n")
    click.echo("  SIRET              nom       prénom     password         state")
    for person in PEOPLE:
        siret = person.siret
        grouped = f"{siret[:3]} {siret[3:6]} {siret[6:9]} {siret[9:]}"
        click.echo(
            f"  {grouped}  {person.nom:9} {person.prenom:10} {person.password:16} {person.state}"
        )
    click.echo("\nPress Ctrl-C to stop.")
