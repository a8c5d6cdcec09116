"""Whole flows: GET the authorization endpoint with a live session, POST the code with its proof."""

import asyncio
import base64
import hashlib
import json
import secrets
import time
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlencode, urlsplit

from bench.client import BrokenAnswerError, Connection, connect, get, post

CLIENT_ID = "klesia"
REDIRECT_URI = "http://klesia.localhost:8500/mag/callback"
SCOPE = "openid profile entreprise email"
CONNECTIONS = 8


@dataclass(frozen=True)
class Target:
    """A server with a session opened on it; `cookie` is the Cookie header's value."""

    name: str
    port: int
    host: str
    authorize_path: str
    cookie: str = field(repr=False)
    secret: str = field(repr=False)


@dataclass(frozen=True)
class Speed:
    """How many flows were made in how long."""

    flows: int
    seconds: float

    @property
    def per_second(self) -> float:
        """Return flows per second."""
        return self.flows / self.seconds


def authorize_query(
    *, challenge: str, client_id: str = CLIENT_ID, redirect_uri: str = REDIRECT_URI
) -> str:
    """Return the query of a good authorization request with fresh state and nonce."""
    return urlencode(
        {
            "client_id": client_id,
            "redirect_uri": redirect_uri,
            "response_type": "code",
            "scope": SCOPE,
            "state": secrets.token_urlsafe(16),
            "nonce": secrets.token_urlsafe(16),
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
    )


async def flow(connection: Connection, target: Target) -> bytes:
    """Make one whole flow; return the token endpoint's body."""
    verifier = secrets.token_urlsafe(32)
    digest = hashlib.sha256(verifier.encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    path = f"{target.authorize_path}?{authorize_query(challenge=challenge)}"
    answer = await connection.ask(get(path, target.host, f"Cookie: {target.cookie}"))
    location = answer.header("Location") or ""
    code = parse_qs(urlsplit(location).query).get("code", [""])[0]
    if answer.status not in {302, 303} or not code:
        raise BrokenAnswerError(f"{target.name}: no code in {answer}")
    basic = base64.b64encode(f"{CLIENT_ID}:{target.secret}".encode()).decode()
    form = urlencode(
        {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": REDIRECT_URI,
            "code_verifier": verifier,
        }
    )
    answer = await connection.ask(
        post("/token", target.host, form, f"Authorization: Basic {basic}")
    )
    if answer.status != 200 or b"id_token" not in answer.body:
        raise BrokenAnswerError(f"{target.name}: no tokens in {answer}")
    return answer.body


async def measure(target: Target, *, seconds: float, most: int = 1 << 30) -> Speed:
    """Make flows on eight connections for a while, or `most` of them; none is cut short."""
    connections = [await connect(target.port) for _ in range(CONNECTIONS)]
    began = time.perf_counter()

    async def repeat(connection: Connection) -> int:
        made = 0
        while time.perf_counter() - began < seconds and made < most // CONNECTIONS:
            await flow(connection, target)
            made += 1
        return made

    made = sum(await asyncio.gather(*(repeat(connection) for connection in connections)))
    speed = Speed(made, time.perf_counter() - began)
    for connection in connections:
        connection.close()
    return speed


async def claims_of_one_flow(target: Target) -> dict[str, object]:
    """Return the claims of one ID token, unverified: to see that both sides say as much."""
    connection = await connect(target.port)
    payload = json.loads(await flow(connection, target))["id_token"].split(".")[1]
    connection.close()
    padded = payload + "=" * (-len(payload) % 4)
    claims: dict[str, object] = json.loads(base64.urlsafe_b64decode(padded))
    return claims
