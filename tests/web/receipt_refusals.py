"""How each error of receipts and of their API comes."""

from collections.abc import Callable

from werkzeug.test import TestResponse

from tests.rooms.links.asked import register_sender, token_of
from tests.web.back_end import BackEnd
from tests.world import Browser, World

Cause = Callable[[World, Browser], TestResponse]


def _consulting(**members: str) -> Cause:
    def cause(world: World, _visitor: Browser) -> TestResponse:
        partner = register_sender(world, "mcf")
        link_id, _token = token_of(world, partner, target="http://mcf.localhost:8500/taux")
        mcf = BackEnd(world, client_id="mcf", scope="consultations")
        return mcf.post(f"/api/v1/links/{link_id}/consultations", members)

    return cause


HOW: dict[str, Cause] = {
    "MAG-410": lambda _world, visitor: visitor.get("/receipts/proof/inclusion?position=x&size=1"),
    "MAG-411": lambda _world, visitor: visitor.get("/receipts/proof/inclusion?position=0&size=9"),
    "MAG-412": lambda world, _visitor: BackEnd(world, scope="receipts").get(
        "/api/v1/receipts", after="7"
    ),
    "MAG-413": _consulting(session="unknown", document="0" * 64),
    "MAG-414": _consulting(session="unknown", document="x"),
}
