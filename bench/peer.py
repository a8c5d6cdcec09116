"""The peer, npm oidc-provider: installed by npm into an ignored folder, started by node."""

import json
import re
import shutil
import subprocess
from pathlib import Path

from bench.client import connect, get
from bench.flows import CLIENT_ID, REDIRECT_URI, Target, authorize_query
from bench.processes import Server, free_port, start

_FOLDER = Path(__file__).parent / "oidc_provider"
_SECRET = "a-secret-of-the-length-that-a-real-one-would-have"


def why_not_installed() -> str | None:
    """Install the peer; return in one line what is missing, if something is."""
    if not shutil.which("node") or not shutil.which("npm"):
        return "node and npm are missing: install Node.js 22 or later (https://nodejs.org)"
    if _installed() == _pinned():
        return None
    command = ["npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error"]
    done = subprocess.run(
        command, cwd=_FOLDER, capture_output=True, text=True, timeout=120, check=False
    )
    if done.returncode == 0:
        return None
    said = (done.stderr.strip() or "no reason given").splitlines()[0]
    return f"`npm install` in bench/oidc_provider failed: {said}"


def versions() -> str:
    """Return what the peer is, and what runs it."""
    node = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True)
    return f"oidc-provider {_installed()}, node {node.stdout.strip().lstrip('v')}"


def start_peer(*, core: int, folder: Path) -> Server:
    """Start the peer."""
    port = free_port()
    command = ["node", "server.js", str(port), CLIENT_ID, _SECRET, REDIRECT_URI]
    return start(
        "oidc-provider",
        command,
        port=port,
        core=core,
        folder=folder,
        environment={"NODE_ENV": "production"},
        cwd=_FOLDER,
    )


async def enter_peer(server: Server) -> Target:
    """Sign in once, by the peer's own redirects; return what flows need."""
    host = f"127.0.0.1:{server.port}"
    connection = await connect(server.port)
    cookies: dict[str, str] = {}
    address = "/auth?" + authorize_query(challenge="c" * 43)
    while not address.startswith(REDIRECT_URI):
        pairs = "; ".join(f"{name}={value}" for name, value in cookies.items())
        path = re.sub(r"^https?://[^/]+", "", address)
        answer = await connection.ask(get(path, host, f"Cookie: {pairs}"))
        for line in answer.headers("Set-Cookie"):
            name, _, value = line.split(";")[0].partition("=")
            cookies[name] = value
        address = answer.header("Location") or ""
        assert address, answer
    connection.close()
    return Target(
        "oidc-provider", server.port, host, "/auth", f"_session={cookies['_session']}", _SECRET
    )


def _pinned() -> str:
    pinned: str = json.loads((_FOLDER / "package.json").read_text())["dependencies"][
        "oidc-provider"
    ]
    return pinned


def _installed() -> str | None:
    path = _FOLDER / "node_modules/oidc-provider/package.json"
    return json.loads(path.read_text())["version"] if path.exists() else None
