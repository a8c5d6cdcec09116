"""The peers that npm brings: installed into an ignored folder when the bench runs."""

import json
import shutil
import subprocess
from pathlib import Path

_SECONDS = 300


def why_not_installed(folder: Path) -> str | None:
    """Install a folder's exact dependencies; return in one line what is missing, or None."""
    if not shutil.which("node") or not shutil.which("npm"):
        return "node and npm are missing: install Node.js 20 or later (https://nodejs.org)"
    wanted: dict[str, str] = json.loads((folder / "package.json").read_text())["dependencies"]
    if all(installed(folder, name) == version for name, version in wanted.items()):
        return None
    # No script of a package runs: what is measured is what was published.
    command = ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund"]
    command += ["--no-package-lock", "--loglevel=error"]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=_SECONDS, check=False
    )
    if done.returncode == 0:
        return None
    said = (done.stderr.strip() or "no reason given").splitlines()[-1]
    return f"`npm install` in bench/{folder.name} failed: {said}"


def installed(folder: Path, name: str) -> str | None:
    """Return the version of a package that is there, or None."""
    path = folder / "node_modules" / name / "package.json"
    return json.loads(path.read_text())["version"] if path.exists() else None
