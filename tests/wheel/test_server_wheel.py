"""The server's wheel, installed alone on a machine that never saw the checkout."""

import base64
import hashlib
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from email.parser import Parser
from html import unescape
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from urllib.parse import urlencode

import pytest

from mag_server.base.processes import answers
from tests.demo.running import ROOT, Running, clean_environment, eventually, free_ports
from tests.wheel.installed import build_wheel, copy_sources, install, run

THEMES = ("net-entreprises", "klesia", "mon-compte-formation", "reference")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    source = copy_sources("server", tmp_path_factory.mktemp("server-source"))
    return build_wheel(source, tmp_path_factory.mktemp("server-wheel"))


@pytest.fixture(scope="module")
def contents(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


@dataclass
class Server:
    """A MAG that runs from the wheel."""

    port: int
    running: Running
    bin: Path

    def get(self, path: str) -> tuple[HTTPResponse, bytes]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        headers = {"Host": f"mag.localhost:{self.port}", "Accept-Encoding": "identity"}
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer, content

    def form(self, theme: str, **changes: str) -> str:
        query = {
            "client_id": theme,
            "redirect_uri": "https://portail.example/callback",
            "response_type": "code",
            "scope": "openid",
            "state": "s" * 22,
            "nonce": "n" * 22,
            "code_challenge": "c" * 43,
            "code_challenge_method": "S256",
        }
        answer, content = self.get("/authorize?" + urlencode(query | changes))
        assert answer.status == 200, content.decode()
        return content.decode()


@pytest.fixture(scope="module")
def bin_folder(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return install(wheel, tmp_path_factory.mktemp("environment"))


@pytest.fixture(scope="module")
def server(bin_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("elsewhere")
    (port,) = free_ports(1)
    settings = {
        "MAG_ISSUER": f"http://mag.localhost:{port}",
        "MAG_BIND": f"127.0.0.1:{port}",
        "MAG_DATABASE_URL": "sqlite:///mag.db",
    }
    for theme in THEMES:
        address = ("--redirect-uri", "https://portail.example/callback")
        mag = [bin_folder / "mag", "partners", "add", theme, "--name", theme, "--theme", theme]
        run([*mag, *address], folder=folder, **settings)
    environ = clean_environment(**settings)
    environ.pop("PYTHONPATH", None)
    running = Running([str(bin_folder / "mag"), "serve"], folder / "log", environ, folder)
    running.start()
    try:
        assert eventually(lambda: answers("127.0.0.1", port)), running.said
        yield Server(port, running, bin_folder)
    finally:
        running.stop()


def test_it_holds_every_page_theme_language_migration_and_asset(contents: set[str]):
    for folder in ("mag_server/templates", "mag_server/migrations/versions"):
        shipped = {
            path.relative_to(ROOT).as_posix()
            for path in (ROOT / folder).rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        }
        assert shipped
        assert shipped <= contents
    for path in (ROOT / "themes").rglob("*"):
        if path.is_file():
            assert f"mag_server/shipped/{path.relative_to(ROOT).as_posix()}" in contents
    assert "mag_server/translations/en/LC_MESSAGES/messages.mo" in contents
    assert "mag_server/static/assets.json" in contents
    assert len([name for name in contents if re.search(r"static/[\w.]+\.(css|js)$", name)]) >= 2


def test_it_holds_nothing_that_is_not_the_servers(contents: set[str]):
    tops = {name.split("/")[0] for name in contents}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"mag_server"}
    assert not [name for name in contents if re.search(r"test|\.db|\.keys$|__pycache__", name)]


def test_it_is_imported_from_its_own_environment_without_any_build_tool(
    bin_folder: Path, tmp_path: Path
):
    code = (
        "import mag_server, importlib.util as u;"
        "print(mag_server.__file__);"
        "print([n for n in ('webassets','rjsmin','pytest','mag_sdk','partner_portal')"
        " if u.find_spec(n)])"
    )
    file, visible = run([bin_folder / "python", "-c", code], folder=tmp_path).splitlines()
    assert file.startswith(str(bin_folder.parent))
    assert visible == "[]"


def test_its_command_says_its_version_and_that_the_example_portal_is_apart(
    bin_folder: Path, tmp_path: Path
):
    assert "0." in run([bin_folder / "mag", "--version"], folder=tmp_path)
    mag = Running([str(bin_folder / "mag"), "demo"], tmp_path / "log", folder=tmp_path)
    mag.start()
    assert mag.exit_status() == 1
    assert mag.said.startswith("mag: The example portal is not installed")


@pytest.mark.parametrize("theme", THEMES)
def test_a_form_is_served_with_all_that_it_loads(server: Server, theme: str):
    page = server.form(theme)
    assert 'id="sign-in"' in page
    loaded = re.findall(r'<(?:link|script)\b[^>]*(?:href|src)="([^"]+)"([^>]*)>', page)
    assert len(loaded) >= 4
    checked = 0
    for address, rest in loaded:
        answer, content = server.get(unescape(address))
        assert (answer.status, bool(content)) == (200, True), address
        promised = re.search(r'integrity="sha384-([^"]+)"', rest)
        if promised:
            digest = base64.b64encode(hashlib.sha384(content).digest()).decode()
            assert digest == promised[1], address
            checked += 1
    assert checked >= 2


@pytest.mark.parametrize("theme", THEMES)
def test_the_themes_own_stylesheet_and_logo_are_its_own(server: Server, theme: str):
    addresses = re.findall(r'(?:href|src)="([^"]*/themes?/[^"]+)"', server.form(theme))
    kinds = {server.get(unescape(address))[0].headers["Content-Type"] for address in addresses}
    assert {kind.split(";")[0] for kind in kinds} == {"text/css", "image/svg+xml"}
    assert all(theme in address for address in addresses)


def test_english_is_compiled_in(server: Server):
    assert "Sign in" in server.form("net-entreprises", ui_locales="en")
    assert "Connexion" in server.form("net-entreprises", ui_locales="fr")


def test_discovery_keys_and_errors_are_served(server: Server):
    for path in ("/.well-known/openid-configuration", "/jwks.json", "/docs/errors/MAG-102"):
        assert server.get(path)[0].status == 200, path
    assert "Traceback" not in server.running.said


def test_what_it_says_it_needs_is_what_pyproject_declares(wheel: Path, contents: set[str]):
    (metadata,) = [name for name in contents if name.endswith(".dist-info/METADATA")]
    with zipfile.ZipFile(wheel) as archive:
        told = Parser().parsestr(archive.read(metadata).decode())
    assert told["Name"] == "mag-server"
    assert told["License-Expression"] == "Apache-2.0"
    needed = {re.split(r"[\[>=]", line)[0] for line in told.get_all("Requires-Dist")}
    assert {"flask", "sqlalchemy", "granian", "psycopg"} <= needed
    assert not needed & {"mag-sdk", "webassets", "rjsmin", "pytest", "playwright"}
