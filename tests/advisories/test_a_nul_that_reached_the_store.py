"""A NUL in a path, a body or a parameter reached PostgreSQL, whose text holds none: it gave 500.

Found: the id of `/my-receipts/ID.txt`, and the link's id and the session of a consultation, were
looked for before anything looked at their shape. SQLite takes a NUL, so both databases are asked.
"""

from urllib.parse import urlencode

import pytest
from werkzeug.test import TestResponse

from tests.protocol.links.arriving import send
from tests.rooms.links.asked import asked, notification, register_sender, token_of
from tests.web.back_end import BackEnd
from tests.world import World, request_parameters, shown_code

NUL = "\0"
GOOD_ID = "lnk_3q2-7vQbS0mX9jJ5r1TzWA"
IDS = [NUL, f"{GOOD_ID}{NUL}"]
CONSULTATION = {"session": "s", "document": "0" * 64}
BODIES = {"consultations": CONSULTATION, "extend": {"expires_at": "2026-04-02T00:00:00Z"}}


def is_a_refusal(answer: TestResponse) -> bool:
    return answer.status_code < 500


def every_path(world: World, value: str) -> list[tuple[str, str]]:
    adapter = world.app.url_map.bind("mag.localhost")
    return [
        (method, adapter.build(rule.endpoint, dict.fromkeys(rule.arguments, value), method=method))
        for rule in world.app.url_map.iter_rules()
        if rule.arguments
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]


@pytest.mark.parametrize("value", IDS, ids=ascii)
def test_no_path_with_a_nul_is_a_fault_of_the_server(world: World, value: str):
    sent = send(world)
    visitor = world.browser()
    sent.sign_in(visitor)
    paths = every_path(world, value)
    assert ("GET", f"/my-receipts/{value.replace(NUL, '%00')}.txt") in paths
    scopes = [BackEnd(world, scope=scope) for scope in ("links", "receipts", "consultations")]
    for method, path in paths:
        for asking in scopes:
            body = BODIES.get(path.rpartition("/")[2])
            assert is_a_refusal(asking.call(method, path, json=body)), (method, path, asking.scope)
        # The signed-in person's own browser, which has a cookie and no token.
        opened = visitor.get(path) if method == "GET" else visitor.post(path)
        assert is_a_refusal(opened), (method, path)


@pytest.mark.parametrize("value", IDS, ids=ascii)
def test_a_receipt_with_a_nul_in_its_name_is_no_page(world: World, value: str):
    sent = send(world)
    visitor = world.browser()
    sent.sign_in(visitor)
    refused = visitor.get(f"/my-receipts/{value.replace(NUL, '%00')}.txt")
    assert (refused.status_code, shown_code(refused)) == (404, "MAG-130")


@pytest.mark.parametrize("value", IDS, ids=ascii)
@pytest.mark.parametrize(
    ("method", "rest", "scope"),
    [
        ("GET", "", "links"),
        ("POST", "revoke", "links"),
        ("POST", "extend", "links"),
        ("GET", "receipts", "receipts"),
        ("POST", "consultations", "consultations"),
    ],
)
def test_a_link_with_a_nul_in_its_name_is_unknown(
    world: World, value: str, method: str, rest: str, scope: str
):
    register_sender(world)
    path = f"/api/v1/links/{value.replace(NUL, '%00')}/{rest}".rstrip("/")
    answer = BackEnd(world, scope=scope).call(method, path, json=BODIES.get(rest))
    assert (answer.status_code, answer.get_json()["code"]) == (404, "MAG-316")


@pytest.mark.parametrize("member", ["session", "document"])
def test_a_consultation_with_a_nul_is_refused_for_what_it_is(world: World, member: str):
    partner = register_sender(world)
    link_id, _ = token_of(world, partner)
    asking = BackEnd(world, scope="consultations")
    path = f"/api/v1/links/{link_id}/consultations"
    for wrong in (f"a{NUL}b", NUL):
        answer = asking.post(path, CONSULTATION | {member: wrong})
        assert (answer.status_code, answer.get_json()["code"]) == (400, "MAG-414")


TEXTS = ("kind", "message", "target", "prefill", "accept", "delivery", "reference", "expires_at")
# Of the SIRET only the digits are kept.
OF_THE_ADDRESSEE = ("nom", "prenom", "email")


@pytest.mark.parametrize("member", [*TEXTS, "made_available_at", *OF_THE_ADDRESSEE, "words", "key"])
def test_a_link_asked_for_with_a_nul_is_refused_for_what_it_is(world: World, member: str):
    register_sender(world)
    link = notification(world)
    if member in OF_THE_ADDRESSEE:
        link["addressee"] = link["addressee"] | {member: link["addressee"][member] + NUL}
    elif member == "words":
        link["words"] = link["words"] | {"contact": NUL}
    elif member == "key":
        link[NUL] = "x"
    else:
        link[member] = str(link.get(member, "x")) + NUL
    answer = BackEnd(world).post("/api/v1/links", link)
    assert answer.status_code == 400, answer.text
    assert answer.get_json()["code"] in {"MAG-310", "MAG-311", "MAG-312", "MAG-313", "MAG-314"}


@pytest.mark.parametrize(
    "name",
    [
        *("state", "kind", "message", "reference", "siret", "created_from", "created_before"),
        *("after", "limit", NUL),
    ],
    ids=ascii,
)
def test_a_list_filtered_by_a_nul_is_refused_for_what_it_is(world: World, name: str):
    register_sender(world)
    answer = BackEnd(world).get("/api/v1/links", **{name: f"x{NUL}"})
    assert (answer.status_code, answer.get_json()["code"]) == (400, "MAG-427")
    feed = BackEnd(world, scope="receipts").get("/api/v1/receipts", **{name: NUL})
    assert (feed.status_code, feed.get_json()["code"]) == (400, "MAG-410")


def test_a_call_whose_key_or_token_holds_a_nul_is_refused(world: World):
    register_sender(world)
    asking = BackEnd(world)
    # Werkzeug hands on what a server would have refused: the room does not rely on that.
    assert asking.post("/api/v1/links", asked(), key=f"k{NUL}").get_json()["code"] == "MAG-424"
    asking.token += NUL
    assert asking.get("/api/v1/links").get_json()["code"] == "MAG-401"


def test_a_sign_in_whose_request_holds_a_nul_is_no_fault_of_the_server(world: World):
    sent = send(world)
    visitor = world.browser()
    sent.sign_in(visitor)
    names = [
        *request_parameters(),
        *("prompt", "login_hint", "id_token_hint", "ui_locales", "max_age", "acr_values"),
        *("response_mode", "display", "claims", "request", "request_uri"),
    ]
    for name in names:
        good = request_parameters()
        query = urlencode(good | {name: good.get(name, "") + NUL})
        for one in (visitor, world.browser()):
            assert is_a_refusal(one.get(f"/authorize?{query}")), name
            assert is_a_refusal(one.client.post("/authorize", data=query)), name


def test_a_form_whose_fields_hold_a_nul_is_no_fault_of_the_server(world: World):
    sent = send(world)
    for name in ("form", "siret", "nom", "prenom", "password", "action"):
        typed = {"siret": "97050551700072", "nom": "Sawyer", "prenom": "Tom", "password": "x"}
        assert is_a_refusal(sent.sign_in(world.browser(), **typed | {name: f"x{NUL}"})), name
    for path in ("/link/go-on", "/link/change", "/link/interaction", "/link/report", "/logout"):
        assert is_a_refusal(world.browser().post(path, {"form": NUL, "id_token_hint": NUL})), path


@pytest.mark.parametrize("path", ["/token", "/revoke"])
def test_a_client_that_sends_a_nul_is_no_fault_of_the_server(world: World, path: str):
    register_sender(world)
    good = {
        "grant_type": "authorization_code",
        "code": "x",
        "token": "x",
        "redirect_uri": "http://klesia.localhost:8500/mag/callback",
        "code_verifier": "x" * 43,
        "client_id": "klesia",
        "client_secret": world.secrets["klesia"],
        "scope": "links",
        "token_type_hint": "x",
    }
    client = world.app.test_client()
    for grant in ("authorization_code", "client_credentials"):
        for name in good:
            fields = good | {"grant_type": grant}
            answer = client.post(path, data=fields | {name: fields[name] + NUL})
            assert is_a_refusal(answer), (path, grant, name)


def test_a_cookie_or_a_header_with_a_nul_is_no_fault_of_the_server(world: World):
    sent = send(world)
    for path in ("/my-receipts", "/logout", "/userinfo", sent.path):
        for name in ("__Host-mag_session", "__Host-mag_device"):
            visitor = world.browser()
            visitor.client.set_cookie(name, f"x{NUL}", domain="mag.localhost")
            assert is_a_refusal(visitor.get(path)), (path, name)
        for header in ("User-Agent", "Sec-Purpose", "Accept-Language", "Referer"):
            assert is_a_refusal(world.browser().get(path, headers={header: NUL})), (path, header)
