"""What a partner writes for both ways in, the redirect (V1) and the form in place (V2)."""

import ast
import re

import pytest
from flask import Flask, render_template_string

from tests.house.tree import PROJECT
from tests.portal.conftest import NOWHERE

EXAMPLE = PROJECT / "examples/partner_portal"
SOURCE = EXAMPLE / "src/partner_portal"
FEWER_THAN = 10
CALL = re.compile(r"= sign_in_with_mag\(|\.sign_in_required\(")


def statements(node: ast.AST) -> list[ast.stmt]:
    """List the statements of a tree, nested ones too, docstrings left out."""
    return [
        one
        for one in ast.walk(node)
        if isinstance(one, ast.stmt)
        and not (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant))
    ]


def of_sign_in(module: str) -> list[str]:
    """List a module's statements that integrate MAG's sign-in: each is one line of code."""
    tree = ast.parse((SOURCE / module).read_text("utf-8"))
    found: list[str] = []
    for one in statements(tree):
        if isinstance(one, ast.ImportFrom) and {"MagClient", "MagFlask"} & {
            name.name for name in one.names
        }:
            found.append(ast.unparse(one))
        elif isinstance(one, ast.FunctionDef):
            if one.name == "sign_in_with_mag":
                found += [ast.unparse(inner).splitlines()[0] for inner in statements(one)]
        elif not hasattr(one, "body") and CALL.search(ast.unparse(one)):
            found.append(ast.unparse(one))
    return found


def in_template(brand: str) -> list[str]:
    page = (SOURCE / "templates" / brand / "choice.html").read_text("utf-8")
    return [line for line in page.splitlines() if "mag_widget(" in line]


@pytest.mark.parametrize("brand", ["klesia", "mon-compte-formation"])
def test_both_ways_in_take_fewer_than_ten_lines(brand: str):
    lines = [*of_sign_in("app.py"), *of_sign_in("guard.py"), *in_template(brand)]
    said = "\n".join(lines)
    for must in ("MagClient(", "MagFlask(", ".sign_in_required(", "mag_widget("):
        assert must in said, said
    assert len(lines) < FEWER_THAN, said


def test_no_other_module_of_the_example_integrates_sign_in():
    modules = {file.name for file in SOURCE.glob("*.py") if of_sign_in(file.name)}
    assert modules == {"app.py", "guard.py"}


def test_the_integration_of_the_readme_works_as_it_stands():
    readme = (EXAMPLE / "README.md").read_text("utf-8")
    whole = readme.partition("## The integration, whole")[2].partition("## Run it")[0]
    (code,) = re.findall(r"```python\n(.*?)```", whole, re.DOTALL)
    (template,) = re.findall(r"```jinja\n(.*?)```", whole, re.DOTALL)
    assert len([line for line in (code + template).splitlines() if line]) < FEWER_THAN
    app = Flask("portal")
    app.secret_key = "a key for the tests only"
    given = {
        "app": app,
        "issuer": NOWHERE,
        "client_id": "klesia",
        "client_secret": "s",
        "PORTAL_URL": "http://klesia.localhost:8500",
    }
    exec(code, given)  # noqa: S102 - the page's own example
    app.add_url_rule("/", view_func=lambda: render_template_string(template), endpoint="home")
    visitor = app.test_client()
    assert visitor.get("/espace").location == "/mag/sign-in?target=/espace"
    assert 'href="/mag/sign-in?target=/espace"' in visitor.get("/").text
