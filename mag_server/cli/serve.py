"""`mag serve`: granian's workers and the one background process."""

import errno
import sys

import click

from mag_server.base.processes import Child, Supervisor, this_environment, why_not_listen
from mag_server.base.settings import Settings
from mag_server.cli._command import prepared_equipment, read_settings, refuse, say


@click.command()
def serve() -> None:
    """Serve MAG where MAG_BIND says, until Ctrl-C or SIGTERM.

    The database is brought up to this version first; with several servers, one of them does it.

    Example: MAG_ISSUER=https://mag.example.fr MAG_BIND=0.0.0.0:8400 mag serve
    """
    settings = read_settings()
    host, port = bind_address(settings)
    if error := why_not_listen(host, port):
        if error.errno == errno.EADDRINUSE:
            refuse(f"{settings.bind} is taken: stop what listens there, or set MAG_BIND.")
        refuse(
            f"MAG cannot listen on {settings.bind} ({error.strerror}): set MAG_BIND to an address "
            "of this machine and a port that you may use, such as 127.0.0.1:8400."
        )
    prepared_equipment(settings).database.dispose()
    supervisor = Supervisor()
    with supervisor.signals():
        start_server(supervisor, settings)
        say(f"MAG listens on {settings.bind} as {settings.issuer}.")
        ended = supervisor.run()
    if ended:
        refuse(f"{ended} ended unexpectedly; its last words stand above.")


def bind_address(settings: Settings) -> tuple[str, int]:
    """Return the address and port of MAG_BIND."""
    host, _, port = settings.bind.rpartition(":")
    if not host or not port.isdigit():
        refuse("MAG_BIND is wrong: write address:port, such as 127.0.0.1:8400.")
    return host.strip("[]"), int(port)


def start_server(
    supervisor: Supervisor, settings: Settings, environ: dict[str, str] | None = None
) -> None:
    """Start granian and the background process."""
    host, port = bind_address(settings)
    environ = environ if environ is not None else this_environment()
    supervisor.start(Child("the web server", granian(settings, host, port), environ))
    command = [sys.executable, "-m", "mag_server", "worker"]
    supervisor.start(Child("the background process", command, environ, restarts=True))


def granian(settings: Settings, host: str, port: int) -> list[str]:
    """Return the command that serves the application."""
    return [
        *(sys.executable, "-m", "granian", "mag_server.app:serve", "--factory"),
        *("--interface", "wsgi", "--no-ws", "--host", host, "--port", str(port)),
        *("--workers", str(settings.workers), "--blocking-threads", str(settings.threads)),
        *("--log-level", "error", "--respawn-failed-workers"),
        *("--workers-kill-timeout", "5s"),
    ]
