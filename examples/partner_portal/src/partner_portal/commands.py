"""What whoever runs the portal types: `flask --app partner_portal.app accounts add ...`."""

import click
from flask import Flask
from flask.cli import AppGroup

from partner_portal import demonstration
from partner_portal.accounts import Account, Accounts
from partner_portal.database import Database

PASSWORD_MINIMUM_CHARACTERS = 12
SIRET_DIGITS = 14


def add_commands(app: Flask, *, database: Database, accounts: Accounts) -> None:
    """Register the portal's own commands."""
    group = AppGroup("accounts", help="The portal's own accounts.")

    @group.command("add")
    @click.argument("identifiant")
    @click.option("--prenom", required=True)
    @click.option("--nom", required=True)
    @click.option("--siret", required=True, help="14 digits; spaces are accepted.")
    @click.password_option(help="Asked for when absent; it stays out of the shell's history.")
    def add(identifiant: str, prenom: str, nom: str, siret: str, password: str) -> None:
        """Add an account. Example: accounts add ada --prenom ADA --nom LOVE --siret 97050..."""
        digits = "".join(siret.split())
        if not (digits.isascii() and digits.isdigit() and len(digits) == SIRET_DIGITS):
            raise click.ClickException("--siret must have 14 digits.")
        if len(password) < PASSWORD_MINIMUM_CHARACTERS:
            raise click.ClickException("the password must have 12 characters or more.")
        account = Account(identifiant=identifiant, prenom=prenom, nom=nom, siret=digits)
        if not accounts.add(account, password=password):
            raise click.ClickException(f"{identifiant!r} is taken: choose another identifier.")
        click.echo(f"{identifiant} can sign in.")

    @app.cli.command("demonstrate")
    def demonstrate() -> None:
        """Fill an empty database with invented companies and one account."""
        if not demonstration.fill(database, accounts):
            raise click.ClickException("the database is not empty: nothing was written.")
        click.echo(
            f"Sign in as {demonstration.DEMONSTRATION_ACCOUNT.identifiant}, "
            f"password {demonstration.DEMONSTRATION_PASSWORD}."
        )

    app.cli.add_command(group)
