"""What whoever runs the portal types."""

import pytest

from partner_portal.app import create_app
from tests.portal.conftest import Browser, settings_for

ADA = ["accounts", "add", "ada", "--prenom", "ADA", "--nom", "LOVE"]
PAGE = "/agents/accuses-de-reception"
COMPANY = ["--siret", "970 505 517 00072"]


@pytest.fixture
def app(tmp_path):
    return create_app(settings_for("klesia", tmp_path, demonstration=False))


def type_in(app, *words):
    return app.test_cli_runner().invoke(args=list(words))


def test_an_account_that_was_added_signs_in(app):
    assert type_in(app, *ADA, *COMPANY, "--password", "Analytical1843").exit_code == 0
    browser = Browser(app.test_client(), "http://klesia.localhost:8590")
    browser.sign_in_here("ada", "Analytical1843")
    assert browser.page("/espace").headings == ["Bonjour ADA LOVE"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--siret", "123", "--password", "Analytical1843"], "14 digits"),
        ([*COMPANY, "--password", "short"], "12 characters"),
    ],
)
def test_a_wrong_account_is_refused_in_a_sentence(app, words, said):
    answer = type_in(app, *ADA, *words)
    assert answer.exit_code == 1
    assert said in answer.output


def test_a_taken_identifier_is_refused(app):
    type_in(app, *ADA, *COMPANY, "--password", "Analytical1843")
    answer = type_in(app, *ADA, *COMPANY, "--password", "Analytical1843")
    assert answer.exit_code == 1
    assert "is taken" in answer.output


def test_the_demonstration_writes_into_an_empty_database_only(app):
    assert type_in(app, "demonstrate").exit_code == 0
    again = type_in(app, "demonstrate")
    assert again.exit_code == 1
    assert "not empty" in again.output


def test_an_agent_that_was_added_signs_in_as_an_agent_and_not_as_a_customer(app):
    words = ["staff", "add", "grace", "--prenom", "GRACE", "--nom", "HOPPER"]
    assert type_in(app, *words, "--password", "short").exit_code == 1
    assert type_in(app, *words, "--password", "Compiler1952").exit_code == 0
    assert "is taken" in type_in(app, *words, "--password", "Compiler1952").output
    browser = Browser(app.test_client(), "http://klesia.localhost:8590")
    assert browser.sign_in_here("grace", "Compiler1952").status_code == 422
    assert browser.sign_in_as_agent("grace", "Compiler1952").status_code == 303
    assert "GRACE HOPPER" in browser.page(PAGE).words
