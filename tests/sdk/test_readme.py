"""What the README shows is what happens."""

import doctest
import re
import sys
from pathlib import Path

import pytest

README = Path(__file__).parents[2] / "sdk_python" / "README.md"
SETTINGS = {
    "SECRET_KEY": "a key for the tests only",
    "MAG_ISSUER": "https://mag.example",
    "MAG_CLIENT_ID": "klesia",
    "MAG_CLIENT_SECRET": "s",
    "MAG_REDIRECT_URI": "https://portail.example/mag/callback",
}


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README.read_text("utf-8"), re.DOTALL)


def test_every_example_of_the_readme_runs_and_answers_as_printed(monkeypatch):
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    names = {"__name__": "portal"}
    monkeypatch.setitem(sys.modules, "portal", sys.modules[__name__])
    for block in blocks("python"):
        exec(block, names)  # noqa: S102 - the README is ours
    text = "\n".join(blocks("pycon"))
    examples = doctest.DocTestParser().get_doctest(text, names, "README.md", str(README), 0)
    said: list[str] = []
    # The message of an error is compared too.
    doctest.DocTestRunner().run(examples, out=said.append)
    assert "".join(said) == ""
    assert len(examples.examples) == 10


def test_the_integration_is_ten_lines_beside_the_imports():
    lines = [line for line in blocks("python")[0].splitlines() if line.strip()]
    assert len([line for line in lines if "import " not in line]) <= 10


@pytest.mark.parametrize("name", ["MagFlask", "MagClient", "verify_assertion"])
def test_the_readme_names_what_the_package_offers(name):
    assert name in README.read_text("utf-8")


def test_the_licence_is_the_projects_own():
    root = Path(__file__).parents[2]
    assert (root / "sdk_python" / "LICENSE").read_text() == (root / "LICENSE").read_text()
