"""What documents repeat, written from where it stands: `make pages`."""

import re
from dataclasses import MISSING, fields

from mag_server.base.settings import Settings
from tests.house.tree import PROJECT

SETTINGS = PROJECT / "docs/settings.md"
README = PROJECT / "README.md"
SDK_README = PROJECT / "sdk_python/README.md"
EXAMPLE = re.compile(r"```python\n.*?```", re.DOTALL)
HEAD = """# Settings

Every setting is a `MAG_*` variable, read once at start. A wrong one stops the start with a
sentence, and so does an unknown one, with the setting that was probably meant. Left alone are a
portal's own `MAG_CLIENT_*` and `MAG_REDIRECT_URI`, and `MAG_PORT` and `MAG_SERVICE_*`, which
Kubernetes sets beside a service named mag. `make pages` writes this page from
`mag_server/base/settings.py`.

| variable | default | what it is for |
|---|---|---|
"""
TESTS = """
## For the tests

| variable | default | what it is for |
|---|---|---|
| `MAG_TEST_POSTGRES_URL` | one started for the tests | A server to create databases on. |
| `MAG_TEST_KILLS` | `4` | How often the soak test kills everything; `make soak` says 50. |
| `MAG_CHROMIUM` | the first Chromium found | The browser of the browser tests. |
| `MAG_PYTHON` | the first Python 3.11 or newer found | The Python of the environment. |
"""
FIXED = """
## What is not a setting

Lifetimes are the protocol's, the same for every deployment; partners rely on them.

| what | value |
|---|---|
"""


def settings_page() -> str:
    """Return the page as it should stand."""
    rows = [
        f"| `{entry.metadata['variable']}` | {_default(entry.default)} | {entry.metadata['why']} |"
        for entry in fields(Settings)
        if entry.metadata
    ]
    fixed = [
        f"| {_plainly(entry.name)} | {entry.default} |"
        for entry in fields(Settings)
        if not entry.metadata
    ]
    return HEAD + "\n".join([*rows, FIXED.rstrip(), *fixed]) + "\n" + TESTS


def _default(value: object) -> str:
    if value in {None, MISSING, ()}:
        return "none"
    return f"`{int(value) if isinstance(value, bool) else value}`"


def _plainly(name: str) -> str:
    words, _, unit = name.rpartition("_")
    return f"{words.replace('_', ' ')}, in {unit}" if unit in {"seconds", "days"} else words


def readme_page() -> str:
    """Return the README with the SDK's own first example in it."""
    example = EXAMPLE.search(SDK_README.read_text(encoding="utf-8"))
    if example is None:
        raise ValueError("the SDK's README shows no Python")
    return EXAMPLE.sub(lambda _: example[0], README.read_text(encoding="utf-8"), count=1)


if __name__ == "__main__":
    SETTINGS.write_text(settings_page(), encoding="utf-8")
    README.write_text(readme_page(), encoding="utf-8")
