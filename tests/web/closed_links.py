"""How each page of a link that leads nowhere comes."""

from collections.abc import Callable

from werkzeug.test import TestResponse

from mag_server.rooms.links.actions import revoke_link
from tests.rooms.links.asked import register_sender, token_of
from tests.world import Browser, Form, World, request_parameters

Cause = Callable[[World, Browser], TestResponse]
TARGET = "http://mcf.localhost:8500/taux"


def _sent(world: World) -> tuple[str, str]:
    return token_of(world, register_sender(world, "mcf"), target=TARGET)


def _expired(world: World, visitor: Browser) -> TestResponse:
    _link_id, token = _sent(world)
    world.pass_time(days=91)
    return visitor.get(f"/l/{token}")


def _revoked(world: World, visitor: Browser) -> TestResponse:
    link_id, token = _sent(world)
    revoke_link(world.work(), client_id="mcf", link_id=link_id, by="test")
    return visitor.get(f"/l/{token}")


def _not_for_you(world: World, visitor: Browser) -> TestResponse:
    _link_id, token = _sent(world)
    world.register_person("FINN", "HUCK")
    return Form(visitor, visitor.get(f"/l/{token}")).submit(nom="Finn", prenom="Huck")


def _looping(world: World, visitor: Browser) -> TestResponse:
    _link_id, token = _sent(world)
    answer = Form(visitor, visitor.get(f"/l/{token}")).submit()
    handle = answer.location.rpartition("login_hint=")[2]
    for _ in range(9):
        visitor.authorize(client_id="mcf", login_hint=handle)
    return visitor.get(
        "/authorize", query_string=request_parameters(client_id="mcf", login_hint=handle)
    )


HOW: dict[str, Cause] = {
    "MAG-301": lambda _world, visitor: visitor.get("/l/unknown"),
    "MAG-302": _expired,
    "MAG-303": _revoked,
    "MAG-304": _not_for_you,
    "MAG-305": _looping,
}
