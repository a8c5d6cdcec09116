"""A missing or wrong variable is a sentence."""

from pathlib import Path

import pytest

from partner_portal.app import create_app
from partner_portal.settings import SettingsError, read_settings

GOOD = {
    "PORTAL_BRAND": "klesia",
    "PORTAL_URL": "http://klesia.localhost:8500",
    "PORTAL_SECRET_KEY": "k" * 32,
    "PORTAL_DATABASE": "var/klesia.db",
    "MAG_ISSUER": "http://mag.localhost:8400",
    "MAG_CLIENT_ID": "klesia",
    "MAG_CLIENT_SECRET": "a secret",
}


def test_the_good_ones_are_read():
    settings = read_settings(GOOD)
    assert settings.brand.name == "KLESIA Pro"
    assert settings.database == Path("var/klesia.db")
    assert settings.hostname == "klesia.localhost"
    assert not settings.demonstration


@pytest.mark.parametrize("variable", GOOD)
def test_a_missing_one_is_named(variable):
    rest = {name: value for name, value in GOOD.items() if name != variable}
    with pytest.raises(SettingsError, match=f"{variable} is missing: write "):
        read_settings(rest)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PORTAL_BRAND", "acme"),
        ("PORTAL_URL", "http://klesia.localhost:8500/"),
        ("PORTAL_URL", "http://pro.klesia.example"),
        ("PORTAL_URL", "http://evil-localhost"),
        ("PORTAL_SECRET_KEY", "short"),
        ("MAG_ISSUER", "mag.localhost"),
        ("PORTAL_SIBLING_URL", "http://mcf.localhost:8501"),
    ],
)
def test_a_wrong_one_says_what_to_write(variable, value):
    with pytest.raises(SettingsError, match=variable):
        read_settings(GOOD | {variable: value})


def test_secrets_are_not_in_what_is_printed():
    assert "a secret" not in repr(read_settings(GOOD))
    assert "k" * 32 not in repr(read_settings(GOOD))


def test_the_portal_starts_from_its_environment(monkeypatch, tmp_path):
    database = tmp_path / "new folder" / "portal.db"
    for name, value in (GOOD | {"PORTAL_DATABASE": str(database)}).items():
        monkeypatch.setenv(name, value)
    client = create_app().test_client()
    assert client.get("/", base_url=GOOD["PORTAL_URL"]).status_code == 200
    assert database.exists()
