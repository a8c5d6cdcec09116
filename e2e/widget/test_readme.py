"""The whole page of the widget's README, as a partner's developer copies it, in a browser."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from e2e.widget.frame import opened, sign_in
from e2e.widget.site import operate
from tests.demo.running import ROOT, Demonstration, Running, clean_environment, free_ports

README = ROOT / "mag_widget/README.md"


@pytest.fixture(scope="module")
def portal(demo: Demonstration, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run `portail.py` from the page as the page says, and give its address."""
    folder = tmp_path_factory.mktemp("portail")
    (code,) = re.findall(r"```python\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    (folder / "portail.py").write_text(code, "utf-8")
    (port,) = free_ports(1)
    url = f"http://portail.localhost:{port}"
    callback = f"{url}/mag/callback"
    named = ("--name", "Mon portail", "--sandbox", "--origin", url, "--redirect-uri", callback)
    secret = operate(demo, "partners", "add", "portail", *named)["client_secret"]
    running = Running(
        [sys.executable, "-m", "flask", "--app", "portail", "run", "--port", str(port)],
        log=folder / "log",
        folder=folder,
        environ=clean_environment(
            MAG_ISSUER=demo.mag,
            MAG_REDIRECT_URI=callback,
            MAG_CLIENT_ID="portail",
            MAG_CLIENT_SECRET=secret,
            SECRET_KEY="a key for the tests only",
        ),
    )
    running.start()
    running.wait_until_said("Running on")
    yield url
    running.stop()


@pytest.mark.usefixtures("calm")
def test_one_signs_in_on_the_page_of_the_readme_under_its_strict_policy(page: Page, portal: str):
    answer = page.goto(portal)
    assert answer
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    sign_in(opened(page, portal))
    page.wait_for_url(f"{portal}/espace")
    expect(page.locator("body")).to_have_text("Bonjour TOM")


def test_the_page_protects_the_other_one_too(page: Page, portal: str, demo: Demonstration):
    page.goto(f"{portal}/espace")
    assert page.url.startswith(f"{demo.mag}/authorize?")


def test_the_readme_runs_what_it_says_it_runs():
    text = Path(README).read_text("utf-8")
    assert "flask --app portail run --port 5000" in text
    assert text.count("http://portail.localhost:5000/mag/callback") == 1
