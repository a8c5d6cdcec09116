"""The peer, npm oidc-provider: installed by npm into an ignored folder, started by node."""

import re
import subprocess
from pathlib import Path

from bench import npm
from bench.client import connect, get
from bench.flows import CLIENT_ID, REDIRECT_URI, Target, authorize_query
from bench.processes import Server, free_port, start

_FOLDER = Path(__file__).parent / "oidc_provider"
_SECRET = "a-secret-of-the-length-that-a-real-one-would-have"


def why_not_installed() -> str | None:
    """Install the peer; return in one line what is missing, if something is."""
    return npm.why_not_installed(_FOLDER)


def versions() -> str:
    """Return what the peer is, and what runs it."""
    node = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True)
    found = npm.installed(_FOLDER, "oidc-provider")
    return f"oidc-provider {found}, node {node.stdout.strip().lstrip('v')}"


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
