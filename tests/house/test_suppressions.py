"""A warning may be silenced and a test skipped, never without saying why."""

import ast
import io
import re
import tokenize

import pytest

from tests.house.tree import Tree

# What comes after the rule's name is the reason: words, after a dash or another comment sign.
REASON = r"\s*(?:#|--?)\s.*?\w{3,}"
SUPPRESSIONS = {
    "noqa": re.compile(r"#\s*(?:ruff:\s*)?noqa\b(?!:\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*" + REASON + ")"),
    "type: ignore": re.compile(r"#\s*type:\s*ignore\b(?!\[[\w, -]+\]" + REASON + ")"),
    "pragma: no cover": re.compile(r"#\s*pragma:\s*no cover\b(?!" + REASON + ")"),
}


def unexplained_suppressions(tree: Tree) -> list[str]:
    return [
        f"{name}:{line}: {kind}"
        for name in tree.find(".py")
        for line, comment in _comments(tree.text(name))
        for kind, unexplained in SUPPRESSIONS.items()
        if unexplained.search(comment)
    ]


def _comments(text: str) -> list[tuple[int, str]]:
    # Real comments only: a test may hold such a comment in a string.
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return [(token.start[0], token.string) for token in tokens if token.type == tokenize.COMMENT]


def unexplained_skips(tree: Tree) -> list[str]:
    return [
        f"{name}:{line}: {called}"
        for name in tree.find(".py")
        for line, called in _skips_without_a_reason(tree.syntax(name))
    ]


def _skips_without_a_reason(module: ast.Module) -> list[tuple[int, str]]:
    nodes = list(ast.walk(module))
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    called = {id(call.func) for call in calls}
    # A bare mark, without a call around it, cannot carry a reason.
    bare = [node for node in nodes if isinstance(node, ast.Attribute) and id(node) not in called]
    return [
        *((node.lineno, ast.unparse(node)) for node in bare if ast.unparse(node) in BARE_MARKS),
        *((call.lineno, ast.unparse(call.func)) for call in calls if _lacks_a_reason(call)),
    ]


BARE_MARKS = {"pytest.mark.skip", "pytest.mark.xfail"}
REASON_COMES_FIRST = {"pytest.mark.skip", "pytest.skip", "pytest.xfail"}
REASON_IS_NAMED = {"pytest.mark.skipif", "pytest.mark.xfail", "pytest.importorskip"}


def _lacks_a_reason(call: ast.Call) -> bool:
    name = ast.unparse(call.func)
    if name not in REASON_COMES_FIRST | REASON_IS_NAMED:
        return False
    reasons = [word.value for word in call.keywords if word.arg == "reason"]
    if name in REASON_COMES_FIRST:
        reasons += call.args[:1]
    return not any(_says_something(reason) for reason in reasons)


def _says_something(reason: ast.expr) -> bool:
    return not isinstance(reason, ast.Constant) or len(str(reason.value).split()) > 1


def test_every_suppression_carries_its_reason(project: Tree):
    assert unexplained_suppressions(project) == []


def test_every_skipped_test_says_why(project: Tree):
    assert unexplained_skips(project) == []


@pytest.mark.parametrize(
    "comment",
    [
        "# noqa",
        "# noqa: S603",
        "# noqa: S603, S607",
        "# noqa: S603 -",
        "# type: ignore",
        "# type: ignore[arg-type]",
        "# ruff: noqa: RUF009",
        "# pragma: no cover",
    ],
)
def test_an_unexplained_suppression_is_seen(plant, comment):
    assert len(unexplained_suppressions(plant({"a.py": f"x = 1  {comment}\n"}))) == 1


@pytest.mark.parametrize(
    "comment",
    [
        "# noqa: S603 - a fixed command",
        "# noqa: S603, S607  # a fixed command",
        "# type: ignore[arg-type]  # the library's types are wrong",
        "# ruff: noqa: RUF009 - it returns dataclasses.field",
        "# pragma: no cover - only on another system",
    ],
)
def test_an_explained_one_is_left_alone(plant, comment):
    assert unexplained_suppressions(plant({"a.py": f"x = 1  {comment}\n"})) == []


@pytest.mark.parametrize(
    "line",
    [
        "@pytest.mark.skip\ndef test_a(): ...",
        "@pytest.mark.skip()\ndef test_a(): ...",
        "@pytest.mark.xfail\ndef test_a(): ...",
        "@pytest.mark.xfail(strict=True)\ndef test_a(): ...",
        "@pytest.mark.skipif(True, reason='')\ndef test_a(): ...",
        "pytest.skip()",
        "pytest.skip('later')",
        "pytest.importorskip('numpy')",
    ],
)
def test_a_skip_without_a_reason_is_seen(plant, line):
    assert len(unexplained_skips(plant({"test_a.py": f"import pytest\n{line}\n"}))) == 1


@pytest.mark.parametrize(
    "line",
    [
        "pytest.skip('no second network card here')",
        "@pytest.mark.skipif(True, reason='PostgreSQL only')\ndef test_a(): ...",
    ],
)
def test_a_skip_that_says_why_is_left_alone(plant, line):
    assert unexplained_skips(plant({"test_a.py": f"import pytest\n{line}\n"})) == []
