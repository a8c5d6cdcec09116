"""Every setting: taken when good, refused at start with a sentence when wrong."""

import ipaddress
import re
import stat
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from mag_server.base.hosts import is_local
from mag_server.base.settings import NOT_OURS, Settings, SettingsError
from mag_server.base.smtp import RelayAddress

KEY = "k" * 32
POSTGRES = {"MAG_DATABASE_URL": "postgresql://mag@db/mag", "MAG_SECRET_KEYS": KEY}
HERE = str(Path(__file__).parent)
PROJECT = Path(__file__).parents[2]

# The variable, what is written, the field, and its value.
GOOD = [
    ("MAG_ISSUER", "https://mag.example.fr", "issuer", "https://mag.example.fr"),
    ("MAG_ISSUER", "https://mag.example.fr:8443", "issuer", "https://mag.example.fr:8443"),
    ("MAG_ISSUER", "http://mag.localhost:8400", "issuer", "http://mag.localhost:8400"),
    ("MAG_ISSUER", "http://[::1]:8400", "issuer", "http://[::1]:8400"),
    ("MAG_DATABASE_URL", "postgresql://db/mag", "database_url", "postgresql://db/mag"),
    ("MAG_SECRET_KEYS", f" {KEY}1, {KEY}2,", "secret_keys", (f"{KEY}1", f"{KEY}2")),
    ("MAG_THEMES_DIR", HERE, "themes_dir", Path(HERE)),
    ("MAG_TRUSTED_PROXIES", "", "trusted_proxies", ()),
    (
        "MAG_TRUSTED_PROXIES",
        "10.0.0.0/8, 2001:db8::/32,192.0.2.1",
        "trusted_proxies",
        tuple(map(ipaddress.ip_network, ("10.0.0.0/8", "2001:db8::/32", "192.0.2.1/32"))),
    ),
    ("MAG_BIND", "0.0.0.0:80", "bind", "0.0.0.0:80"),
    ("MAG_BIND", "[::]:8400", "bind", "[::]:8400"),
    ("MAG_WORKERS", "4", "workers", 4),
    ("MAG_THREADS", "1", "threads", 1),
    ("MAG_SQLITE_SYNCHRONOUS", "FULL", "sqlite_synchronous", "full"),
    ("MAG_LOG_LEVEL", "debug", "log_level", "debug"),
    ("MAG_DEMONSTRATION", "1", "demonstration", True),
    ("MAG_DEMONSTRATION", "no", "demonstration", False),
    ("MAG_TRACE_ADDRESS_DAYS", "7", "trace_address_days", 7),
    ("MAG_TRACE_DAYS", "1000", "trace_days", 1000),
    ("MAG_SMTP_URL", "smtp://relay.example", "smtp", RelayAddress("relay.example", 25, False)),
    ("MAG_MAIL_FROM", "avis@mag.example.fr", "mail_from", "avis@mag.example.fr"),
    ("MAG_MAIL_BOUNCES", "retours@mag.example.fr", "mail_bounces", "retours@mag.example.fr"),
    ("MAG_MAILS_PER_SECOND", "5", "mails_per_second", 5),
    ("MAG_DKIM_KEY", __file__, "dkim_key", Path(__file__)),
    ("MAG_DKIM_SELECTOR", "mag-2026", "dkim_selector", "mag-2026"),
]

# The variable, what is written, and words of the sentence that say what to write.
BAD = [
    ("MAG_ISSUER", "", "such as https://mag.example.fr"),
    ("MAG_ISSUER", "mag.example.fr", "such as https://mag.example.fr"),
    ("MAG_ISSUER", "ftp://mag.example.fr", "such as https://mag.example.fr"),
    ("MAG_ISSUER", "http://mag.example.fr", "write https://"),
    ("MAG_ISSUER", "http://localhost.example.fr", "write https://"),
    ("MAG_ISSUER", "https://mag.example.fr/", "no slash at the end"),
    ("MAG_ISSUER", "https://mag.example.fr/sso", "no path"),
    ("MAG_ISSUER", "https://mag.example.fr?a", "scheme and host only"),
    ("MAG_ISSUER", "https://mag.example.fr\n", "scheme and host only"),
    ("MAG_ISSUER", "https://MAG.example.fr", "lower case"),
    ("MAG_ISSUER", "HTTPS://mag.example.fr", "scheme and host only"),
    ("MAG_ISSUER", "https://mág.example.fr", "xn--"),
    ("MAG_ISSUER", "https://me:pw@mag.example.fr", "no name before @"),
    ("MAG_ISSUER", "https://mag.example.fr:443", "leave the port 443 out"),
    ("MAG_ISSUER", "http://mag.localhost:80", "leave the port 80 out"),
    ("MAG_ISSUER", "https://mag.example.fr:", "a port between 1 and 65535"),
    ("MAG_ISSUER", "https://mag.example.fr:abc", "a port between 1 and 65535"),
    ("MAG_ISSUER", "https://mag.example.fr:65536", "a port between 1 and 65535"),
    ("MAG_ISSUER", "https://a b", "forbidden character"),
    ("MAG_ISSUER", "https://a.fr;x", "forbidden character"),
    ("MAG_ISSUER", "https://a.fr,x", "forbidden character"),
    ("MAG_ISSUER", "https://a.fr'", "forbidden character"),
    ("MAG_ISSUER", "https://*.a.fr", "* is refused"),
    ("MAG_ISSUER", "https://a..fr", "host is missing or malformed"),
    ("MAG_ISSUER", "https://-a.fr", "host is missing or malformed"),
    ("MAG_ISSUER", "https://a.fr.", "host is missing or malformed"),
    ("MAG_ISSUER", "https://0x7f.1", "host name, not an IP address"),
    ("MAG_DATABASE_URL", "mysql://db/mag", "write sqlite:///path/to/mag.db"),
    ("MAG_DATABASE_URL", "sqlite://", "write sqlite:///path/to/mag.db"),
    ("MAG_SECRET_KEYS", "", "at least 32 characters"),
    ("MAG_SECRET_KEYS", "k" * 31, "at least 32 characters"),
    ("MAG_SECRET_KEYS", f"{KEY},short", "at least 32 characters"),
    ("MAG_THEMES_DIR", "", "a folder that exists"),
    ("MAG_THEMES_DIR", f"{HERE}/nowhere", "a folder that exists"),
    ("MAG_THEMES_DIR", __file__, "a folder that exists"),
    ("MAG_TRUSTED_PROXIES", "proxy.example", "write networks such as 10.0.0.0/8"),
    ("MAG_TRUSTED_PROXIES", "10.0.0.1/8", "write networks such as 10.0.0.0/8"),
    ("MAG_TRUSTED_PROXIES", "*", "write networks such as 10.0.0.0/8"),
    ("MAG_BIND", "8400", "write address:port"),
    ("MAG_BIND", "127.0.0.1", "write address:port"),
    ("MAG_BIND", "127.0.0.1:http", "write address:port"),
    ("MAG_BIND", "127.0.0.1:65536", "write address:port"),
    ("MAG_BIND", "a..b:8400", "write address:port"),
    ("MAG_BIND", "a b:8400", "write address:port"),
    ("MAG_BIND", "[::1:8400", "write address:port"),
    ("MAG_WORKERS", "0", "1 or more"),
    ("MAG_WORKERS", "-1", "1 or more"),
    ("MAG_WORKERS", "many", "1 or more"),
    ("MAG_THREADS", "", "1 or more"),
    ("MAG_THREADS", "1.5", "1 or more"),
    ("MAG_SQLITE_SYNCHRONOUS", "off", "write one of: normal, full"),
    ("MAG_LOG_LEVEL", "loud", "write one of: debug, info, warning, error"),
    ("MAG_DEMONSTRATION", "maybe", "write 1 or 0"),
    ("MAG_TRACE_ADDRESS_DAYS", "0", "1 or more"),
    ("MAG_TRACE_DAYS", "for ever", "1 or more"),
    ("MAG_SMTP_URL", "relay.example", "smtp://host:port"),
    ("MAG_MAIL_FROM", "MAG <avis@mag.example.fr>", "one plain address"),
    ("MAG_MAIL_BOUNCES", "retours", "one plain address"),
    ("MAG_MAILS_PER_SECOND", "0", "1 or more"),
    ("MAG_DKIM_KEY", "/nowhere/dkim.pem", "a file that exists"),
    ("MAG_DKIM_SELECTOR", "mag.2026", "one DNS label"),
]


@pytest.mark.parametrize(("variable", "text", "name", "value"), GOOD)
def test_a_good_setting_is_taken(variable: str, text: str, name: str, value: object):
    environ = {"MAG_SECRET_KEYS": KEY} | {variable: text}
    assert getattr(Settings.read(environ), name) == value


@pytest.mark.parametrize(("variable", "text", "advice"), BAD)
def test_a_wrong_setting_is_refused_by_its_name_and_with_what_to_write(
    variable: str, text: str, advice: str
):
    with pytest.raises(SettingsError) as refused:
        Settings.read(POSTGRES | {variable: text})
    sentence = str(refused.value)
    assert sentence.startswith(f"{variable} is wrong: ")
    assert advice in sentence
    assert sentence.endswith(".")


def test_every_setting_has_a_good_and_a_wrong_example_here():
    variables = {entry.metadata["variable"] for entry in fields(Settings) if entry.metadata}
    assert {variable for variable, *_ in GOOD} == variables
    assert {variable for variable, *_ in BAD} == variables


def test_without_any_variable_the_defaults_stand():
    settings = Settings.read({"MAG_SECRET_KEYS": KEY})
    assert settings == Settings(secret_keys=(KEY,))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ISUER", "ISSUER"),
        ("TRUSTED_PROXY", "TRUSTED_PROXIES"),
        ("SECRET_KEY", "SECRET_KEYS"),
        ("DATABASE", "DATABASE_URL"),
        ("THEME_DIR", "THEMES_DIR"),
    ],
)
def test_a_mistyped_variable_is_refused_with_the_one_that_was_meant(typed: str, meant: str):
    with pytest.raises(
        SettingsError, match=f"^MAG_{typed} is no setting: did you mean MAG_{meant}\\?$"
    ):
        Settings.read(POSTGRES | {f"MAG_{typed}": "x"})


def test_a_variable_like_no_other_is_refused_too():
    unlike = "MAG_" + "XYZZY"
    with pytest.raises(SettingsError, match=r"^MAG_XYZZY is no setting: .*docs/settings\.md"):
        Settings.read(POSTGRES | {unlike: "x"})


@pytest.mark.parametrize("prefix", NOT_OURS)
def test_variables_that_are_not_the_servers_are_left_alone(prefix: str):
    assert Settings.read(POSTGRES | {f"{prefix}X": "x", "HOME": "/", "MAGIC": "x"})


def test_a_portal_s_own_variables_are_left_alone_in_the_same_shell():
    shown = ["mag_widget/README.md", "sdk_python/README.md", "docs/integration.md"]
    shown += ["examples/partner_portal/README.md", "examples/partner_portal/src"]
    files = [file for name in shown for file in sources(PROJECT / name)]
    named = {
        name for file in files for name in re.findall(r"\bMAG_[A-Z_]*[A-Z]\b", file.read_text())
    }
    known = {entry.metadata["variable"] for entry in fields(Settings) if entry.metadata}
    assert named - known >= {"MAG_CLIENT_ID", "MAG_CLIENT_SECRET", "MAG_REDIRECT_URI"}
    assert Settings.read(POSTGRES | dict.fromkeys(named - known, "x"))


def sources(path: Path) -> list[Path]:
    return [path] if path.is_file() else sorted(path.rglob("*.py"))


def test_the_demonstration_is_refused_where_people_could_reach_it():
    environ = POSTGRES | {"MAG_DEMONSTRATION": "1", "MAG_ISSUER": "https://mag.example.fr"}
    with pytest.raises(SettingsError, match=r"Remove MAG_DEMONSTRATION\.$"):
        Settings.read(environ)
    with pytest.raises(SettingsError):
        Settings(issuer="https://mag.example.fr", demonstration=True)


def test_postgresql_needs_keys_of_its_own_and_the_sentence_says_how_to_make_one():
    with pytest.raises(SettingsError, match=r"^MAG_SECRET_KEYS is missing: .*token_urlsafe"):
        Settings.read({"MAG_DATABASE_URL": "postgresql://db/mag"})


def test_keys_are_made_once_beside_the_sqlite_file_for_its_owner_only(tmp_path: Path):
    environ = {"MAG_DATABASE_URL": f"sqlite:///{tmp_path}/var/mag.db"}
    settings = Settings.read(environ)
    file = tmp_path / "var" / "mag.keys"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert settings.secret_keys == (file.read_text().strip(),)
    assert len(settings.secret_keys[0]) >= 32
    assert Settings.read(environ).secret_keys == settings.secret_keys
    assert [path.name for path in file.parent.iterdir()] == ["mag.keys"]


def test_keys_that_are_given_make_no_file(tmp_path: Path):
    Settings.read({"MAG_DATABASE_URL": f"sqlite:///{tmp_path}/mag.db", "MAG_SECRET_KEYS": KEY})
    assert list(tmp_path.iterdir()) == []


def test_a_spoilt_key_file_is_named_in_the_sentence(tmp_path: Path):
    file = tmp_path / "mag.keys"
    file.write_text("short\n")
    file.chmod(0o600)
    with pytest.raises(SettingsError, match=r"mag\.keys is wrong: write keys of at least 32"):
        Settings.read({"MAG_DATABASE_URL": f"sqlite:///{tmp_path}/mag.db"})


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644])
def test_a_key_file_that_others_can_read_is_refused(tmp_path: Path, mode: int):
    file = tmp_path / "mag.keys"
    file.write_text(KEY)
    file.chmod(mode)
    with pytest.raises(SettingsError, match=r"chmod 600 .*mag\.keys"):
        Settings.read({"MAG_DATABASE_URL": f"sqlite:///{tmp_path}/mag.db"})


def test_a_key_added_below_the_first_becomes_the_newest(tmp_path: Path):
    (tmp_path / "mag.keys").write_text(f"{KEY}1,\n{KEY}2\n")
    (tmp_path / "mag.keys").chmod(0o600)
    settings = Settings.read({"MAG_DATABASE_URL": f"sqlite:///{tmp_path}/mag.db"})
    assert settings.secret_keys == (f"{KEY}1", f"{KEY}2")


def test_processes_that_start_together_agree_on_the_key(tmp_path: Path):
    script = "from mag_server.base.settings import Settings; print(Settings.read().secret_keys[0])"
    environ = {"MAG_DATABASE_URL": f"sqlite:///{tmp_path}/mag.db"}
    started = [
        subprocess.Popen(  # noqa: S603 - our own interpreter, our own text
            [sys.executable, "-c", script], env=environ, stdout=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    told = {process.communicate(timeout=60)[0] for process in started}
    assert len(told) == 1
    assert told == {(tmp_path / "mag.keys").read_text()}
    assert [path.name for path in tmp_path.iterdir()] == ["mag.keys"]


def test_settings_show_neither_keys_nor_the_database_password():
    shown = repr(Settings.read(POSTGRES | {"MAG_DATABASE_URL": "postgresql://u:secret@db/mag"}))
    assert KEY not in shown
    assert "secret@" not in shown


@pytest.mark.parametrize("host", ["localhost", "mag.localhost", "127.0.0.1", "127.8.9.1", "::1"])
def test_a_host_that_can_only_be_this_machine_is_local(host: str):
    assert is_local(host)


@pytest.mark.parametrize(
    "host", ["", "localhost.example", "notlocalhost", "10.0.0.1", "mag.local", "0.0.0.1", "::"]
)
def test_any_other_host_is_not(host: str):
    assert not is_local(host)
