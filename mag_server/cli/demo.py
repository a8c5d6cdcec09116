"""`mag demo`: MAG and two partner portals on this machine."""

import time
from dataclasses import replace
from pathlib import Path

import click

from mag_server.base.clock import system_clock
from mag_server.base.processes import Supervisor, answers, is_port_free, this_environment
from mag_server.base.settings import Settings, SettingsError
from mag_server.cli._command import prepared_equipment, refuse, say
from mag_server.cli.serve import start_server
from mag_server.demo.portals import Portal, are_installed
from mag_server.demo.sample import PEOPLE, NotADemonstrationError, prepare_sample

START_SECONDS = 30
_HERE = "127.0.0.1"


@click.command()
@click.option("--mag-port", default=8400, show_default=True, help="MAG's own port.")
@click.option("--klesia-port", default=8500, show_default=True, help="KLESIA Pro's port.")
@click.option("--mcf-port", default=8501, show_default=True, help="Mon Compte Formation's port.")
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("var/demo"),
    show_default=True,
    help="Where the demonstration keeps its databases.",
)
def demo(*, mag_port: int, klesia_port: int, mcf_port: int, folder: Path) -> None:
    """Start MAG and two partner portals, with people to try, until Ctrl-C.

    Example: mag demo
    """
    if not are_installed():
        refuse("The example portal is not installed: from the project's folder, run `make demo`.")
    portals = (
        Portal("klesia", "KLESIA Pro", "klesia", "klesia.localhost", klesia_port),
        Portal("mcf", "Mon Compte Formation", "mon-compte-formation", "mcf.localhost", mcf_port),
    )
    for port in (mag_port, klesia_port, mcf_port):
        if not is_port_free(_HERE, port):
            refuse(f"Port {port} is taken: stop what listens there, or see `mag demo --help`.")
    settings = _settings(mag_port, folder)
    secrets = _prepare(settings, portals)
    supervisor = Supervisor()
    with supervisor.signals():
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
        if _wait(supervisor, ports=(mag_port, klesia_port, mcf_port)):
            _greet(settings, portals)
        ended = supervisor.run()
    if ended:
        refuse(f"{ended} ended unexpectedly; its last words stand above.")
    say("\nThe demonstration is stopped.")


def _settings(mag_port: int, folder: Path) -> Settings:
    folder.mkdir(parents=True, exist_ok=True)
    environ = {
        "MAG_ISSUER": f"http://mag.localhost:{mag_port}",
        "MAG_DATABASE_URL": f"sqlite:///{folder / 'mag.db'}",
        "MAG_BIND": f"{_HERE}:{mag_port}",
        "MAG_DEMONSTRATION": "1",
    }
    try:
        return replace(Settings.read(environ), log_level="warning")
    except SettingsError as error:
        refuse(str(error))


def _environment(settings: Settings) -> dict[str, str]:
    return this_environment(
        MAG_ISSUER=settings.issuer,
        MAG_DATABASE_URL=settings.database_url,
        MAG_SECRET_KEYS=",".join(settings.secret_keys),
        MAG_BIND=settings.bind,
        MAG_LOG_LEVEL=settings.log_level,
        MAG_DEMONSTRATION="1",
    )


def _prepare(settings: Settings, portals: tuple[Portal, ...]) -> dict[str, str]:
    equipment = prepared_equipment(settings)
    try:
        return prepare_sample(
            equipment,
            work=equipment.work(system_clock()),
            partners=[portal.partner() for portal in portals],
        )
    except NotADemonstrationError:
        refuse(
            "This database is not a demonstration's: `mag demo` leaves it alone. "
            "Name another place with --folder."
        )
    finally:
        equipment.database.dispose()


def _wait(supervisor: Supervisor, *, ports: tuple[int, ...]) -> bool:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and not supervisor.is_asked_to_stop():
        if all(answers(_HERE, port) for port in ports):
            return True
        time.sleep(0.1)
    return False


def _greet(settings: Settings, portals: tuple[Portal, ...]) -> None:
    click.echo("\nThe demonstration is running.\n")
    for portal in portals:
        click.echo(f"  {portal.name:24} {portal.url}")
    click.echo(f"  {'MAG':24} {settings.issuer}\n")
    click.echo("  SIRET              nom       prénom     password         state")
    for person in PEOPLE:
        siret = person.siret
        grouped = f"{siret[:3]} {siret[3:6]} {siret[6:9]} {siret[9:]}"
        click.echo(
            f"  {grouped}  {person.nom:9} {person.prenom:10} {person.password:16} {person.state}"
        )
    click.echo("\nPress Ctrl-C to stop.")
