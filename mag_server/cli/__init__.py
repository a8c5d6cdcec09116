"""`mag ...`: one module a family of commands.

`--json` prints one object (or one a line for lists) on standard output; messages go to standard
error. Exit status: 0 done, 1 refused or failed with a sentence, 2 wrong usage.
"""

import click

from mag_server.cli._command import take_one_line_texts
from mag_server.cli.demo import demo
from mag_server.cli.doctor import doctor
from mag_server.cli.keys import keys
from mag_server.cli.links import links
from mag_server.cli.mail import mail
from mag_server.cli.partners import partners
from mag_server.cli.people import people
from mag_server.cli.receipts import receipts
from mag_server.cli.serve import serve
from mag_server.cli.themes import themes
from mag_server.cli.worker import worker


@click.group()
@click.version_option(package_name="mag-server", prog_name="mag")
def main() -> None:
    """MAG: one sign-in for the portals of the social sphere.

    Settings are MAG_* variables, described in docs/settings.md.

    Example: mag demo
    """


for command in (
    *(serve, worker, demo, doctor),
    *(partners, people, links, mail, receipts, keys, themes),
):
    main.add_command(command)
take_one_line_texts(main)
