"""What whoever runs the portal types: `flask --app partner_portal.app accounts add ...`."""

import click
from flask import Flask
from flask.cli import AppGroup

from partner_portal import demonstration
from partner_portal.accounts import Account, Accounts
from partner_portal.agents import Agent, Agents
from partner_portal.credentials import PASSWORD_MINIMUM_CHARACTERS
from partner_portal.database import Database
from partner_portal.mag_reading import MagReading

SIRET_DIGITS = 14


def add_commands(
    app: Flask,
    *,
    database: Database,
    accounts: Accounts,
    agents: Agents,
    reading: MagReading,
) -> None:
    """Register the portal's own commands."""
    app.cli.add_command(_accounts_commands(accounts))
    app.cli.add_command(_staff_commands(agents))
    app.cli.add_command(_receipts_commands(reading))

    @app.cli.command("demonstrate")
    def demonstrate() -> None:
        """Fill an empty database with invented companies, one account and one agent."""
        if not demonstration.fill(database, accounts, agents):
            raise click.ClickException("the database is not empty: nothing was written.")
        click.echo(
            f"Sign in as {demonstration.DEMONSTRATION_ACCOUNT.identifiant}, "
            f"password {demonstration.DEMONSTRATION_PASSWORD}; at /agents as "
            f"{demonstration.DEMONSTRATION_AGENT.identifiant}, "
            f"password {demonstration.DEMONSTRATION_AGENT_PASSWORD}."
        )


def _accounts_commands(accounts: Accounts) -> AppGroup:
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
        _check_length(password)
        account = Account(identifiant=identifiant, prenom=prenom, nom=nom, siret=digits)
        if not accounts.add(account, password=password):
            raise click.ClickException(f"{identifiant!r} is taken: choose another identifier.")
        click.echo(f"{identifiant} can sign in.")

    return group


def _receipts_commands(reading: MagReading) -> AppGroup:
    group = AppGroup("receipts", help="What MAG recorded of the portal's links.")

    @group.command("pull")
    def pull() -> None:
        """Read on at MAG to the end. Example: receipts pull."""
        trouble = reading.read_all()
        if trouble is not None:
            raise click.ClickException(f"MAG was not read to the end: {trouble.value}.")
        click.echo("Everything is read.")

    return group


def _staff_commands(agents: Agents) -> AppGroup:
    group = AppGroup("staff", help="The agents, who see the staff's pages.")

    @group.command("add")
    @click.argument("identifiant")
    @click.option("--prenom", required=True)
    @click.option("--nom", required=True)
    @click.password_option(help="Asked for when absent; it stays out of the shell's history.")
    def add(identifiant: str, prenom: str, nom: str, password: str) -> None:
        """Add an agent. Example: staff add grace --prenom GRACE --nom HOPPER."""
        _check_length(password)
        agent = Agent(identifiant=identifiant, prenom=prenom, nom=nom)
        if not agents.add(agent, password=password):
            raise click.ClickException(f"{identifiant!r} is taken: choose another identifier.")
        click.echo(f"{identifiant} can sign in at /agents/connexion.")

    return group


def _check_length(password: str) -> None:
    if len(password) < PASSWORD_MINIMUM_CHARACTERS:
        raise click.ClickException(
            f"the password must have {PASSWORD_MINIMUM_CHARACTERS} characters or more."
        )
