"""Styles and scripts: built once with content-hashed names, then read from a small index.

Building needs webassets, rjsmin and rcssmin; serving needs none of them.
Run `python -m mag_server.base.assets` to build.
"""

import base64
import hashlib
import json
import re
import sys
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Self

from mag_server.base import places

INDEX = "assets.json"
_BUILD_NOTES = "webassets.json"
# Shared names first: the modules are joined in this order (see _join_modules).
BUNDLES: dict[str, tuple[str, ...]] = {
    "frame.css": ("styles/frame.css",),
    "page.css": ("styles/frame.css", "styles/pages.css"),
    "page.js": (
        "src/frame/status.js",
        "src/frame/siret.js",
        "src/frame/password.js",
        "src/frame/checks.js",
        "src/frame/busy.js",
        "src/frame/countdown.js",
        "src/frame/username.js",
        "src/frame/channel.js",
        "src/frame/ground.js",
        "src/frame/wear.js",
        "src/frame/sight.js",
        "src/frame/interaction.js",
        "src/frame/frame.js",
        "src/frame/main.js",
    ),
    "mag.js": ("src/mag.js",),
}

_IMPORT = re.compile(r'^import \{[\w, ]+\} from "\./[\w-]+\.js";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:const|function|class) )", re.MULTILINE)


class AssetsMissing(Exception):  # noqa: N818 - a state of the installation, said as such
    """The styles and scripts were not built; the message says how to build them."""


@dataclass(frozen=True)
class Asset:
    """One built file: its name under /static, and what its bytes hash to."""

    file: str
    integrity: str


@dataclass(frozen=True)
class Assets:
    """The built files by their stable names."""

    by_name: dict[str, Asset]

    @classmethod
    def load(cls, folder: Path = places.STATIC) -> Self:
        """Read the index written by `build`.

        Raises:
            AssetsMissing: Nothing was built here.
        """
        try:
            index = json.loads((folder / INDEX).read_text("utf-8"))
        except FileNotFoundError as error:
            raise AssetsMissing(
                f"The styles and scripts are not built: {folder / INDEX} is missing. "
                "Run: python -m mag_server.base.assets"
            ) from error
        return cls({name: Asset(**entry) for name, entry in index.items()})

    def __getitem__(self, name: str) -> Asset:
        """Find a built file.

        Raises:
            AssetsMissing: The build knows no such file.
        """
        try:
            return self.by_name[name]
        except KeyError as error:
            raise AssetsMissing(
                f"No asset is called {name}. Run again: python -m mag_server.base.assets"
            ) from error


def integrity(content: bytes) -> str:
    """Compute the integrity value of a file's bytes (W3C Subresource Integrity, sha384)."""
    return "sha384-" + base64.b64encode(hashlib.sha384(content).digest()).decode("ascii")


def build(source: Path = places.WIDGET, folder: Path = places.STATIC) -> Assets:
    """Make the files people's browsers load, named by their content, and their index.

    Returns:
        What a server that starts now will load.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _BUILD_NOTES).unlink(missing_ok=True)  # a fresh build, whatever stood here
    environment = _environment(source, folder)
    index = {}
    for name in BUNDLES:
        (url,) = environment[name].urls()
        file = url.rsplit("/", 1)[1].partition("?")[0]
        index[name] = {"file": file, "integrity": integrity((folder / file).read_bytes())}
    (folder / INDEX).write_text(json.dumps(index, indent=2) + "\n", "utf-8")
    _prune(folder, kept={INDEX, *(entry["file"] for entry in index.values())})
    return Assets.load(folder)


def _prune(folder: Path, *, kept: set[str]) -> None:
    # Last, so that a server already running never lacks the files it is serving.
    for path in folder.iterdir():
        if path.is_file() and path.name not in kept:
            path.unlink()


def _environment(source: Path, folder: Path) -> Any:
    webassets = import_module("webassets")  # a build tool, absent when serving
    versions = import_module("webassets.version")
    environment = webassets.Environment(
        directory=str(folder),
        url="/static",
        load_path=[str(source)],
        manifest=f"json:{_BUILD_NOTES}",
        versions=versions.HashVersion(length=16, hash=hashlib.sha256),
        cache=False,
        auto_build=True,
    )
    for name, files in BUNDLES.items():
        stem, kind = name.rsplit(".", 1)
        minify = "rcssmin" if kind == "css" else (_join_modules, "rjsmin")
        output = f"{stem}.%(version)s.{kind}"
        environment.register(name, webassets.Bundle(*files, filters=minify, output=output))
    return environment


def _join_modules(_in: Any, out: Any, **_: Any) -> None:
    """Make one module of several: they share one scope, so imports and exports fall away."""
    joined = _EXPORT.sub("", _IMPORT.sub("", _in.read()))
    if leftover := re.search(r"^(?:import|export)\b.*$", joined, re.MULTILINE):
        raise ValueError(
            f"Cannot join this line: {leftover[0]!r}. Write imports as "
            'import { name } from "./file.js"; and exports as export function, const or class.'
        )
    out.write(joined)


def main() -> int:
    """Build, and say what was made."""
    if not places.WIDGET.is_dir():
        sys.stderr.write("Assets are built in a checkout; an installed server has them already.\n")
        return 1
    for name, asset in build().by_name.items():
        sys.stderr.write(f"{name} -> {asset.file}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
