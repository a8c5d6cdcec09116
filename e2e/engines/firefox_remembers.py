"""Firefox's own password manager: one entry for the four fields, given back where one begins."""

import pytest

from e2e.engines.firefox import opened_firefox
from e2e.walk import TOM

ENTRY = ("97050551700072 · SAWYER · TOM", "Mississippi1876")
FILLED = ["970 505 517 00072", "SAWYER", "TOM", "Mississippi1876"]
OTHER = ("99900027600017 · ABGRALL · CHRISTIAN", "Finistere2024ok")
REMEMBERS = {"signon.rememberSignons": True, "security.notification_enable_delay": 0}
FIELDS = (
    "return ['siret', 'nom', 'prenom', 'password'].map(id => document.getElementById(id)?.value)"
)


@pytest.fixture
def firefox(tmp_path):
    """Give a browser that has nothing saved yet."""
    with opened_firefox(tmp_path, REMEMBERS) as opened:
        yield opened


def sign_in_and_save(firefox, demo) -> None:
    """Sign in on the full page, and say yes to Firefox's question."""
    firefox.open(f"{demo.klesia}/espace/contrats")
    firefox.sign_in(TOM)
    firefox.wait_for(lambda: firefox.url == f"{demo.klesia}/espace/contrats")
    firefox.save_offered_password()
    firefox.wait_for(firefox.saved_passwords)
    firefox.forget_cookies()


def test_it_saves_one_entry_and_gives_it_back_on_the_full_page(firefox, demo):
    sign_in_and_save(firefox, demo)
    assert firefox.saved_passwords() == [ENTRY]
    firefox.open(f"{demo.klesia}/espace/contrats")
    firefox.wait_for(lambda: firefox.run(FIELDS) == FILLED)
    firefox.click("button[value=sign-in]")
    firefox.wait_for(lambda: firefox.url == f"{demo.klesia}/espace/contrats")
    assert firefox.saved_passwords() == [ENTRY]


def test_one_of_several_entries_is_chosen_where_one_begins(firefox, demo):
    sign_in_and_save(firefox, demo)
    firefox.save_password(demo.mag, *OTHER)
    firefox.open(f"{demo.klesia}/espace/contrats")
    firefox.choose_saved("#siret", ENTRY[0])
    firefox.wait_for(lambda: firefox.run(FIELDS) == FILLED)


def test_in_the_frame_the_entry_is_chosen_where_one_begins(firefox, demo):
    sign_in_and_save(firefox, demo)
    firefox.open_widget(f"{demo.klesia}/")
    firefox.choose_saved("#siret", ENTRY[0])
    firefox.wait_for(lambda: firefox.run(FIELDS) == FILLED)
    firefox.click("button[value=sign-in]")
    firefox.leave_frame()
    firefox.wait_for(lambda: firefox.url == f"{demo.klesia}/espace")
    assert firefox.saved_passwords() == [ENTRY]


def test_typed_in_the_frame_it_saves_the_same_entry(firefox, demo):
    firefox.open_widget(f"{demo.klesia}/")
    firefox.sign_in(TOM)
    firefox.leave_frame()
    firefox.wait_for(lambda: firefox.url == f"{demo.klesia}/espace")
    firefox.save_offered_password()
    firefox.wait_for(firefox.saved_passwords)
    assert firefox.saved_passwords() == [ENTRY]
