"""Receipts over HTTP (docs/receipts.md): what anybody verifies, and what a partner reads."""

import base64
import json
from typing import Any

import pytest
from sqlalchemy import event
from werkzeug.test import TestResponse

from mag_server.base.merkle import leaf_hash, verify_consistency, verify_inclusion
from mag_server.rooms.keys.actions import (
    list_receipt_keys,
    report_compromise,
    rotate_receipt_keys,
)
from mag_server.rooms.receipts.actions import list_link, sequence_receipts
from mag_server.rooms.receipts.model import Fact, Stage, values_of
from tests.protocol.links.arriving import Sent, send
from tests.rooms.receipts.receipted import append, fact
from tests.web.back_end import BackEnd
from tests.world import World

FOR_EVER = "public, max-age=31536000, immutable"
DOCUMENT = "0" * 64


@pytest.fixture
def logged(sqlite_world: World) -> World:
    """Give a log of five receipts under two checkpoints, four of them KLESIA's."""
    world = sqlite_world
    world.register_partner()
    world.register_partner("mcf")
    append(world, fact(link_id="lnk_a"), fact(link_id="lnk_b"))
    sequence_receipts(world.work())
    append(world, Fact("lnk_m", "mcf", Stage.OPENED), fact(link_id="lnk_a"), fact(link_id="lnk_b"))
    return world


def ask(world: World, path: str, **asked: Any) -> TestResponse:
    return world.app.test_client().get(path, query_string=asked or None, base_url=world.issuer)


def told(world: World, path: str, **asked: Any) -> dict[str, Any]:
    answer = ask(world, path, **asked)
    assert answer.status_code == 200, answer.text
    members: dict[str, Any] = answer.get_json()
    return members


def decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def claims(jws: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(decode(jws.split(".")[1]))
    return found


# --- for anybody ------------------------------------------------------------------------------


def test_every_key_is_published_for_ever_with_its_validity_and_its_loss(logged: World):
    rotate_receipt_keys(logged.work(), by="test")
    ((first, _), _) = list_receipt_keys(logged.work())
    logged.pass_time(days=400)
    report_compromise(logged.work(), kid=first.kid, since=logged.now, by="test")
    published = {one["kid"]: one for one in told(logged, "/receipts/keys")["keys"]}
    assert published[first.kid]["compromised_at"] == int(logged.now.timestamp())
    assert {"kty", "crv", "x", "y", "nbf", "exp"} <= set(published[first.kid])
    assert all("d" not in one for one in published.values())


def test_the_head_covers_what_waited(logged: World):
    head = told(logged, "/receipts/checkpoint")
    assert head["size"] == 5
    signed = claims(head["checkpoint"])
    assert signed == {
        "iss": logged.issuer,
        "size": 5,
        "root": head["root"],
        "iat": int(logged.now.timestamp()),
    }
    assert told(logged, "/receipts/checkpoint") == head


def test_the_head_of_an_empty_log_is_signed_too(sqlite_world: World):
    head = told(sqlite_world, "/receipts/checkpoint")
    assert head["size"] == 0
    assert decode(head["root"]).hex().startswith("e3b0c442")
    assert told(sqlite_world, "/receipts/checkpoints") == {"items": [], "next": None}


def test_every_head_is_listed_after_one(logged: World):
    head = told(logged, "/receipts/checkpoint")
    both = told(logged, "/receipts/checkpoints")
    assert [one["size"] for one in both["items"]] == [2, 5]
    assert both["next"] == 5
    assert told(logged, "/receipts/checkpoints", after=2) == {"items": [head], "next": 5}
    assert told(logged, "/receipts/checkpoints", after=5) == {"items": [], "next": None}


def test_each_receipt_is_proved_to_stand_in_the_log(logged: World):
    head = told(logged, "/receipts/checkpoint")
    jws = list_link(logged.work(), link_id="lnk_a")[1].jws
    proof = told(logged, "/receipts/proof/inclusion", position=3, size=5)
    assert proof["root"] == head["root"]
    assert decode(proof["leaf"]) == leaf_hash(jws.encode())
    path = [decode(one) for one in proof["path"]]
    root = decode(head["root"])
    assert verify_inclusion(leaf_hash(jws.encode()), position=3, size=5, path=path, root=root)


def test_the_log_is_proved_to_have_only_grown(logged: World):
    told(logged, "/receipts/checkpoint")
    old, new = told(logged, "/receipts/checkpoints")["items"]
    proof = told(logged, "/receipts/proof/consistency", old=2, new=5)
    path = [decode(one) for one in proof["path"]]
    assert verify_consistency(decode(old["root"]), decode(new["root"]), old=2, new=5, path=path)


def test_what_cannot_change_may_be_kept_and_what_can_may_not(logged: World):
    told(logged, "/receipts/checkpoint")
    for path, caching in (
        ("/receipts/keys", "public, max-age=60"),
        ("/receipts/checkpoint", "no-store"),
        ("/receipts/checkpoints", "public, max-age=60"),
        ("/receipts/proof/inclusion?position=0&size=5", FOR_EVER),
        ("/receipts/proof/consistency?old=2&new=5", FOR_EVER),
        ("/receipts/proof/inclusion?position=0&size=9", "no-store"),
        ("/receipts/proof/inclusion", "no-store"),
    ):
        answer = ask(logged, path)
        assert answer.headers["Cache-Control"] == caching, path
        if answer.status_code == 200:
            assert answer.headers["Access-Control-Allow-Origin"] == "*"
            assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
            assert "Set-Cookie" not in answer.headers


def test_nothing_public_names_anybody(logged: World):
    append(logged, fact(Stage.AUTHENTICATED, subject="sub-of-tom", session="sid-of-tom"))
    head = ask(logged, "/receipts/checkpoint").text
    size = json.loads(head)["size"]
    for path in (
        "/receipts/keys",
        "/receipts/checkpoints",
        f"/receipts/proof/inclusion?position={size - 1}&size={size}",
        f"/receipts/proof/consistency?old=2&new={size}",
    ):
        for secret in ("sub-of-tom", "sid-of-tom", "klesia", "lnk_"):
            assert secret not in ask(logged, path).text + head


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/receipts/proof/inclusion", "MAG-410"),
        ("/receipts/proof/inclusion?position=0", "MAG-410"),
        ("/receipts/proof/inclusion?position=-1&size=5", "MAG-410"),
        ("/receipts/proof/inclusion?position=1e3&size=5", "MAG-410"),
        ("/receipts/proof/inclusion?position=%D9%A1&size=5", "MAG-410"),
        ("/receipts/proof/inclusion?position=0&position=1&size=5", "MAG-410"),
        ("/receipts/proof/inclusion?position=0&size=9999999999999999999999", "MAG-410"),
        ("/receipts/proof/inclusion?position=5&size=5", "MAG-411"),
        ("/receipts/proof/inclusion?position=0&size=0", "MAG-411"),
        ("/receipts/proof/inclusion?position=0&size=6", "MAG-411"),
        ("/receipts/proof/consistency?old=3&new=2", "MAG-411"),
        ("/receipts/proof/consistency?old=3&new=6", "MAG-411"),
        ("/receipts/proof/consistency?old=3", "MAG-410"),
        ("/receipts/checkpoints?after=x", "MAG-410"),
        ("/receipts/nothing", "MAG-130"),
    ],
)
def test_a_wrong_question_is_told_so_in_json(logged: World, path: str, code: str):
    told(logged, "/receipts/checkpoint")
    answer = ask(logged, path)
    assert answer.get_json()["code"] == code
    assert answer.status_code == {"MAG-410": 400}.get(code, 404)


def test_discovery_says_where_the_keys_are(logged: World):
    uri = told(logged, "/.well-known/openid-configuration")["mag_receipt_keys_uri"]
    assert uri == f"{logged.issuer}/receipts/keys"


# --- for their partner ------------------------------------------------------------------------


def reader(world: World, client_id: str = "klesia", scope: str = "receipts") -> BackEnd:
    return BackEnd(world, client_id=client_id, scope=scope)


def page(world: World, client_id: str = "klesia", **asked: str) -> dict[str, Any]:
    answer = reader(world, client_id).get("/api/v1/receipts", **asked)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    members: dict[str, Any] = answer.get_json()
    return members


def test_a_partner_reads_its_own_by_position_each_with_its_path(logged: World):
    first = page(logged, limit="3")
    assert [(one["position"], one["link"], one["number"]) for one in first["items"]] == [
        (0, "lnk_a", 1),
        (1, "lnk_b", 1),
        (3, "lnk_a", 2),
    ]
    assert first["next"] == 3
    head = first["checkpoint"]
    assert head == told(logged, "/receipts/checkpoint")
    for one in first["items"]:
        jws = one["receipt"].partition("~")[0]
        assert verify_inclusion(
            leaf_hash(jws.encode()),
            position=one["position"],
            size=head["size"],
            path=[decode(node) for node in one["path"]],
            root=decode(head["root"]),
        )
        signed = claims(jws)
        assert (signed["jti"], signed["link"], signed["number"], signed["stage"]) == (
            one["id"],
            one["link"],
            one["number"],
            one["stage"],
        )
    rest = page(logged, after="3")
    assert [one["position"] for one in rest["items"]] == [4]
    assert page(logged, after="4") == rest | {"items": []}
    assert [one["position"] for one in page(logged, "mcf")["items"]] == [2]


def test_the_cursor_passes_over_what_is_others(logged: World):
    append(logged, Fact("lnk_m", "mcf", Stage.EXPIRED))
    assert page(logged)["next"] == 5


def test_a_page_of_many_receipts_asks_for_few_statements(logged: World):
    append(logged, *(fact(link_id=f"lnk_{number}") for number in range(200)))
    page(logged)
    counted: list[str] = []

    def count(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        counted.append(statement)

    readers = logged.equipment.database.readers
    back_end = reader(logged)
    event.listen(readers, "before_cursor_execute", count)
    try:
        assert len(back_end.get("/api/v1/receipts", limit="200").get_json()["items"]) == 200
    finally:
        event.remove(readers, "before_cursor_execute", count)
    assert len(counted) < 25, counted


@pytest.mark.parametrize(
    ("asked", "code", "status"),
    [
        ("after=x", "MAG-410", 400),
        ("after=-1", "MAG-410", 400),
        ("after=0&after=1", "MAG-410", 400),
        ("limit=0", "MAG-410", 400),
        ("limit=501", "MAG-410", 400),
        ("limit=x", "MAG-410", 400),
        ("from=3", "MAG-410", 400),
        ("after=5", "MAG-412", 400),
        ("after=999999999999999", "MAG-412", 400),
    ],
)
def test_a_wrong_cursor_or_limit_is_told_so(logged: World, asked: str, code: str, status: int):
    answer = reader(logged).call("GET", f"/api/v1/receipts?{asked}")
    assert (answer.get_json()["code"], answer.status_code) == (code, status)


@pytest.mark.parametrize("scope", ["links", "consultations"])
def test_another_scope_reads_nothing(logged: World, scope: str):
    for path in ("/api/v1/receipts", f"/api/v1/links/lnk_{'x' * 22}/receipts"):
        answer = reader(logged, scope=scope).get(path)
        assert (answer.status_code, answer.get_json()["code"]) == (403, "MAG-403")
        assert 'scope="receipts"' in answer.headers["WWW-Authenticate"]


def test_without_a_token_nothing_of_a_partners_is_read(logged: World):
    for path in ("/api/v1/receipts", f"/api/v1/links/lnk_{'x' * 22}/receipts"):
        assert ask(logged, path).status_code == 401


@pytest.fixture
def sent(sqlite_world: World) -> Sent:
    """Give a link at which its addressee was authenticated."""
    sent = send(sqlite_world)
    sent.sign_in(sqlite_world.browser())
    return sent


def test_the_receipts_of_a_link_are_handed_whole_with_who_it_was(sent: Sent):
    path = f"/api/v1/links/{sent.link_id}/receipts"
    found = reader(sent.world).get(path).get_json()
    assert [one["number"] for one in found["items"]] == [1, 2]
    jws, *disclosures = found["items"][1]["receipt"].rstrip("~").split("~")
    values = values_of(claims(jws), disclosures)
    assert values is not None
    assert values["addressee_match"] == "addressee"
    assert {"subject", "session"} <= set(values)
    sent.world.register_partner("mcf")
    assert reader(sent.world, "mcf").get(path).get_json()["code"] == "MAG-316"


def consult(sent: Sent, **members: Any) -> TestResponse:
    back_end = reader(sent.world, scope="consultations")
    return back_end.post(f"/api/v1/links/{sent.link_id}/consultations", members)


def session_of(sent: Sent) -> str:
    jws, *disclosures = list_link(sent.world.work(), link_id=sent.link_id)[1].presented.split("~")
    values = values_of(claims(jws), disclosures[:-1])
    assert values is not None
    session: str = values["session"]
    return session


def test_a_consultation_is_recorded_once_for_a_document(sent: Sent):
    session = session_of(sent)
    first = consult(sent, session=session, document=DOCUMENT)
    again = consult(sent, session=session, document=DOCUMENT)
    other = consult(sent, session=session, document="1" * 64)
    assert [one.status_code for one in (first, again, other)] == [201, 200, 201]
    assert [one.get_json()["recorded"] for one in (first, again, other)] == [True, False, True]
    told_of = [claims(one.jws) for one in list_link(sent.world.work(), link_id=sent.link_id)[2:]]
    assert [(one["stage"], one["observed"], one["document"]) for one in told_of] == [
        ("consulted", "partner", DOCUMENT),
        ("consulted", "partner", "1" * 64),
    ]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"document": "0" * 63}, "MAG-414"),
        ({"document": "A" * 64}, "MAG-414"),
        ({"document": "٠" * 64}, "MAG-414"),
        ({"document": 7}, "MAG-414"),
        ({"document": None}, "MAG-414"),
        ({"session": ""}, "MAG-414"),
        ({"session": ["x"]}, "MAG-414"),
        ({"session": "x" * 2000}, "MAG-414"),
        ({"subject": "sub"}, "MAG-414"),
        ({"session": "somebody-elses"}, "MAG-413"),
    ],
    ids=str,
)
def test_a_consultation_that_is_not_one_is_refused_and_nothing_is_recorded(
    sent: Sent, changes: dict[str, Any], code: str
):
    members = {"session": session_of(sent), "document": DOCUMENT} | changes
    assert consult(sent, **members).get_json()["code"] == code
    assert len(list_link(sent.world.work(), link_id=sent.link_id)) == 2


def test_a_consultation_is_strict_json_of_the_link_s_own_partner(sent: Sent):
    back_end = reader(sent.world, scope="consultations")
    path = f"/api/v1/links/{sent.link_id}/consultations"
    twice = '{"session": "a", "session": "b", "document": "c"}'
    answer = back_end.call("POST", path, data=twice, content_type="application/json")
    assert answer.get_json()["code"] == "MAG-420"
    answer = back_end.call("POST", path, data="{}", content_type="text/plain")
    assert answer.get_json()["code"] == "MAG-421"
    members = {"session": session_of(sent), "document": DOCUMENT}
    sent.world.register_partner("mcf")
    theirs = reader(sent.world, "mcf", scope="consultations").post(path, members)
    assert theirs.get_json()["code"] == "MAG-316"
    assert reader(sent.world).post(path, members).get_json()["code"] == "MAG-403"
    assert len(list_link(sent.world.work(), link_id=sent.link_id)) == 2
