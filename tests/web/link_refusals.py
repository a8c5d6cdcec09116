"""How each error of the API of links comes."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

from werkzeug.test import TestResponse

from mag_server.rooms.calls.actions import begin_call
from mag_server.rooms.calls.model import Call
from tests.rooms.links.asked import asked, register_sender
from tests.web.back_end import BackEnd
from tests.world import Browser, World

Cause = Callable[[World, Browser], TestResponse]
LINKS = "/api/v1/links"


def _asking(ask: Callable[[BackEnd], TestResponse]) -> Cause:
    def cause(world: World, _visitor: Browser) -> TestResponse:
        register_sender(world, "mcf")
        return ask(BackEnd(world, client_id="mcf"))

    return cause


def _link(**changes: Any) -> dict[str, Any]:
    return asked(**{"target": "http://mcf.localhost:8500/taux"} | changes)


def _made_of(**changes: Any) -> Cause:
    return _asking(lambda mcf: mcf.post(LINKS, _link(**changes)))


def _revoked_then_extended(mcf: BackEnd) -> TestResponse:
    link_id = mcf.post(LINKS, _link()).get_json()["id"]
    mcf.post(f"{LINKS}/{link_id}/revoke")
    return mcf.post(f"{LINKS}/{link_id}/extend", {"expires_at": "2026-04-02T08:30:00Z"})


def _other_body(mcf: BackEnd) -> TestResponse:
    mcf.post(LINKS, _link(), key="k")
    return mcf.post(LINKS, _link(reference="other"), key="k")


def _running(mcf: BackEnd) -> TestResponse:
    octets = json.dumps(_link()).encode()
    body = f"application/x-ndjson {hashlib.sha256(octets).hexdigest()}"
    begin_call(mcf.world.work(), call=Call("mcf", "k", body))
    return mcf.post_octets(octets, key="k")


HOW: dict[str, Cause] = {
    "MAG-310": _made_of(kind="avis"),
    "MAG-311": _made_of(target="https://evil.example/"),
    "MAG-312": _made_of(message="../x"),
    "MAG-313": _made_of(addressee={"siret": "1", "nom": "A", "prenom": "B", "email": "a@b.fr"}),
    "MAG-314": _made_of(expires_at="2020-01-01T00:00:00Z"),
    "MAG-315": _asking(_revoked_then_extended),
    "MAG-316": _asking(lambda mcf: mcf.get(f"{LINKS}/lnk_{'x' * 22}")),
    "MAG-420": _asking(lambda mcf: mcf.post_octets(b"{", content_type="application/json")),
    "MAG-421": _asking(lambda mcf: mcf.post_octets(b"{}", content_type="text/plain")),
    "MAG-422": _asking(lambda mcf: mcf.post_octets(b"{}\n" * 10_001)),
    "MAG-424": _asking(lambda mcf: mcf.post(LINKS, _link(), key="a b")),
    "MAG-425": _asking(_other_body),
    "MAG-426": _asking(_running),
    "MAG-427": _asking(lambda mcf: mcf.get(LINKS, state="asleep")),
}
