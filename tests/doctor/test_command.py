"""`mag doctor` as an operator types it."""

import json
import os

import pytest

from mag_server.doctor import browser
from tests.cli.terminal import Terminal
from tests.demo.running import eventually
from tests.doctor.clinic import Clinic, apart
from tests.doctor.conftest import SECRET_KEY


@pytest.fixture
def terminal(clinic: Clinic) -> Terminal:
    """Give a terminal on the clinic's own database."""
    settings = clinic.equipment.settings
    return Terminal(
        {
            "MAG_DATABASE_URL": settings.database_url,
            "MAG_ISSUER": settings.issuer,
            "MAG_SECRET_KEYS": SECRET_KEY,
            "MAG_CHROMIUM": os.environ.get("MAG_CHROMIUM", ""),
        }
    )


def doctor(clinic: Clinic, *more: str, partner: str = "klesia") -> tuple[str, ...]:
    return ("doctor", "--partner", partner, "--page", clinic.page_url, *more)


def test_a_healthy_page_is_said_to_be_one(terminal: Terminal, clinic: Clinic):
    done = terminal.done(*doctor(clinic))
    assert done.stderr == "Nothing keeps the widget from showing.\n"
    assert done.stdout == ""


def test_each_cause_stands_above_the_line_to_paste(terminal: Terminal, clinic: Clinic):
    clinic.set_policy(f"script-src {clinic.issuer}; frame-src 'none'; form-action 'none'")
    result = terminal.type(*doctor(clinic))
    assert result.exit_code == 1
    first, line, _, second, *_ = result.stdout.splitlines()
    assert first.startswith("csp-frame-src: ")
    assert line == f"    frame-src {clinic.issuer}"
    assert second.startswith("csp-form-action: ")


def test_a_script_reads_one_object_a_line(terminal: Terminal, clinic: Clinic):
    clinic.register(origins=())
    result = terminal.type(*doctor(clinic, "--json"))
    assert result.exit_code == 1
    told = [json.loads(line) for line in result.stdout.splitlines()]
    assert [sorted(one) for one in told] == [["cause", "remedy", "sentence"]] * len(told)
    assert told[0]["cause"] == "origin-not-registered"
    assert told[0]["remedy"] == f"mag partners edit klesia --origin {clinic.page_origin}"


def test_the_line_to_paste_is_a_command_that_mends(terminal: Terminal, clinic: Clinic):
    clinic.register(origins=())
    told, *_ = terminal.type(*doctor(clinic, "--json")).stdout.splitlines()
    terminal.done(*json.loads(told)["remedy"].split()[1:])
    # The running MAG reads its partners anew every few seconds.
    assert eventually(lambda: terminal.type(*doctor(clinic)).exit_code == 0)


def test_with_a_browser_it_also_says_what_only_one_shows(
    terminal: Terminal, clinic: Clinic, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(browser, "PATIENCE_MS", 3000)
    clinic.lost_path = "/static/page."
    assert terminal.done(*doctor(clinic)).stdout == ""
    result = apart(lambda: terminal.type(*doctor(clinic, "--browser")))
    assert result.exit_code == 1
    assert result.stdout.startswith("frame-mute: ")


def test_a_page_that_does_not_answer_opens_no_browser(terminal: Terminal, clinic: Clinic):
    clinic.page_url = "http://klesia.localhost:9/"
    result = terminal.type(*doctor(clinic, "--browser"), MAG_CHROMIUM="/no/such/browser")
    assert result.exit_code == 1
    assert result.stdout.startswith("page-unreachable: ")


def test_an_unknown_partner_and_a_page_without_scheme_are_refused(
    terminal: Terminal, clinic: Clinic
):
    assert "mag partners list" in terminal.sentence(*doctor(clinic, partner="nobody"))
    for typed in ("portail.example", "http://[::1", "https://", "ftp://portail.example/"):
        clinic.page_url = typed
        assert "https://" in terminal.sentence(*doctor(clinic))


def test_an_address_with_accents_is_asked_for_as_browsers_do(terminal: Terminal, clinic: Clinic):
    clinic.page_url += "connexion-salarié?x=é"
    assert terminal.done(*doctor(clinic)).stderr == "Nothing keeps the widget from showing.\n"


def test_what_a_page_says_cannot_write_on_the_terminal(terminal: Terminal, clinic: Clinic):
    clinic.page.status = 302
    clinic.page.headers["Location"] = "/\x1b[2J\x1b]0;x\x07"
    result = terminal.type(*doctor(clinic))
    assert result.stdout.startswith("page-status: ")
    assert all(char.isprintable() or char == "\n" for char in result.stdout)
