"""The API of links (docs/links.md): one, ten thousand, listed, revoked, extended."""

import hashlib
import json
import re
import tracemalloc
from typing import Any

import pytest

from mag_server.rooms.calls.actions import begin_call
from mag_server.rooms.calls.model import Begun, Call
from mag_server.rooms.links.actions import MOST_OF_A_PAGE
from mag_server.web.links import LONGEST_BATCH_BYTES
from tests.protocol.redirect_corpus import hostile_redirects
from tests.rooms.links.asked import TARGET, TOM, asked, register_sender
from tests.web.back_end import BackEnd, lines_of
from tests.world import World

LINKS = "/api/v1/links"
LINK_ID = re.compile(r"lnk_[A-Za-z0-9_-]{22}")


@pytest.fixture
def klesia(sqlite_world: World) -> BackEnd:
    """Give the back end of a partner that may send links."""
    register_sender(sqlite_world)
    return BackEnd(sqlite_world)


def test_a_link_is_made_and_found_where_the_answer_says(klesia: BackEnd) -> None:
    answer = klesia.post(LINKS, asked(reference="avis 7"))
    assert answer.status_code == 201
    made = answer.get_json()
    assert LINK_ID.fullmatch(made["id"])
    assert made == {
        "id": made["id"],
        "reference": "avis 7",
        "expires_at": "2026-05-31T08:30:00Z",
    }
    assert answer.headers["Location"] == f"{LINKS}/{made['id']}"
    told = klesia.get(answer.headers["Location"])
    assert told.headers["Cache-Control"] == "no-store"
    assert told.get_json() == {
        "id": made["id"],
        "state": "active",
        "kind": "information",
        "message": "taux-at-mp",
        "words": {},
        "target": TARGET,
        "prefill": "none",
        "accept": "addressee",
        "delivery": "mail",
        "reference": "avis 7",
        "addressee": TOM | {"siret": "97050551700072"},
        "created_at": "2026-03-02T08:30:00Z",
        "expires_at": "2026-05-31T08:30:00Z",
        "made_available_at": None,
        "revoked_at": None,
    }


def test_a_line_is_answered_by_a_line_with_its_number(klesia: BackEnd) -> None:
    octets = b"\n".join(
        [
            json.dumps(asked(reference="first")).encode(),
            b"",
            b'{"kind": "information", "kind": "notification"}',
            b"not json",
            json.dumps(asked(accept="all")).encode() + b"\r",
            json.dumps(asked(reference="last")).encode(),
            b"",
        ]
    )
    told = lines_of(klesia.post_octets(octets))
    assert [line["line"] for line in told] == [1, 3, 4, 5, 6]
    assert [line.get("reference") for line in told] == ["first", None, None, None, "last"]
    assert [(line.get("code"), line.get("reason"), line.get("member")) for line in told[1:4]] == [
        ("MAG-310", "json", "kind"),
        ("MAG-310", "json", None),
        ("MAG-310", "choice", "accept"),
    ]
    for line in told[1:4]:
        assert line["error"] == "invalid_request"
        assert line["message"] != line["detail"]
        assert line["help"].endswith("/docs/errors/MAG-310")
        assert "id" not in line
    assert len(klesia.get(LINKS).get_json()["items"]) == 2


@pytest.mark.parametrize("content_type", ["application/x-ndjson", "application/jsonl"])
def test_both_names_of_json_lines_are_understood(klesia: BackEnd, content_type: str) -> None:
    octets = json.dumps(asked()).encode()
    assert len(lines_of(klesia.post_octets(octets, content_type=content_type))) == 1


@pytest.mark.parametrize(
    "content_type", ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]
)
def test_another_content_type_is_refused(klesia: BackEnd, content_type: str) -> None:
    answer = klesia.post_octets(b"{}", content_type=content_type)
    assert (answer.status_code, answer.get_json()["code"]) == (415, "MAG-421")


def test_ten_thousand_lines_go_in_one_call_and_not_one_more(klesia: BackEnd) -> None:
    line = json.dumps(asked(reference="x" * 200)).encode() + b"\n"
    assert len(line) * 10_000 > 64 * 1024
    told = lines_of(klesia.post_octets(line * 10_000))
    assert len({one["id"] for one in told}) == 10_000
    too_many = klesia.post_octets(line * 10_001)
    assert (too_many.status_code, too_many.get_json()["code"]) == (413, "MAG-422")


def test_only_json_lines_may_be_long_and_only_here(klesia: BackEnd) -> None:
    long = b'{"reference": "' + b"x" * 70_000 + b'"}'
    one = klesia.post_octets(long, content_type="application/json")
    assert (one.status_code, one.get_json()["code"]) == (413, "MAG-132")
    elsewhere = klesia.call(
        "POST", f"{LINKS}/lnk_x/extend", data=long, content_type="application/x-ndjson"
    )
    assert elsewhere.status_code in {413, 415}
    token = klesia.call("POST", "/token", data=long, content_type="application/x-ndjson")
    assert token.status_code in {401, 413}
    (told,) = lines_of(klesia.post_octets(long))
    assert (told["line"], told["reason"]) == (1, "json")


@pytest.mark.parametrize("value", [[], "x", 7, None, [asked()]])
def test_what_is_no_object_is_refused(klesia: BackEnd, value: Any) -> None:
    octets = json.dumps(value).encode()
    answer = klesia.post_octets(octets, content_type="application/json")
    assert (answer.status_code, answer.get_json()["code"]) == (400, "MAG-310")


@pytest.mark.parametrize(
    "octets", [b"", b"{", b'{"kind": 1, "kind": 2}', b'{"a": NaN}', b"\xff", b"[" * 60_000]
)
def test_what_is_no_strict_json_is_refused(klesia: BackEnd, octets: bytes) -> None:
    answer = klesia.post_octets(octets, content_type="application/json")
    assert (answer.status_code, answer.get_json()["code"]) == (400, "MAG-420")


@pytest.mark.parametrize("octets", [b"", b"\n\n", b" \r\n"])
def test_a_batch_without_a_line_is_refused(klesia: BackEnd, octets: bytes) -> None:
    assert klesia.post_octets(octets).get_json()["code"] == "MAG-420"


def test_the_same_key_and_body_are_told_the_same_answer_for_a_day(klesia: BackEnd) -> None:
    lines = asked(delivery="own"), asked(kind="avis"), asked(target="https://x/#y")
    first = klesia.post_lines(*lines, key="k")
    klesia.world.pass_time(hours=23)
    late = BackEnd(klesia.world)
    assert late.post_lines(*lines, key="k").text == first.text
    assert len(late.get(LINKS).get_json()["items"]) == 1
    klesia.world.pass_time(hours=2)
    tomorrow = BackEnd(klesia.world)
    assert tomorrow.post_lines(*lines, key="k").text != first.text


def test_one_link_posted_twice_under_one_key_is_one_link(klesia: BackEnd) -> None:
    told = [klesia.post(LINKS, asked(), key="k") for _ in range(2)]
    assert [answer.status_code for answer in told] == [201, 201]
    assert told[0].get_json() == told[1].get_json()
    assert told[0].headers["Location"] == told[1].headers["Location"]


def test_a_refusal_is_told_again_too(klesia: BackEnd) -> None:
    told = [klesia.post(LINKS, asked(kind="avis"), key="k") for _ in range(2)]
    assert [answer.status_code for answer in told] == [400, 400]
    assert told[0].get_json()["member"] == told[1].get_json()["member"] == "kind"


def test_the_same_key_with_another_body_is_refused(klesia: BackEnd) -> None:
    klesia.post(LINKS, asked(), key="k")
    other = klesia.post(LINKS, asked(reference="x"), key="k")
    assert (other.status_code, other.get_json()["code"]) == (422, "MAG-425")
    in_lines = klesia.post_lines(asked(), key="k")
    assert in_lines.get_json()["code"] == "MAG-425"


def test_a_call_that_is_being_done_is_told_when_to_come_back(klesia: BackEnd) -> None:
    octets = json.dumps(asked()).encode()
    body = f"application/json {hashlib.sha256(octets).hexdigest()}"
    begun = begin_call(klesia.world.work(), call=Call("klesia", "k", body))
    assert isinstance(begun, Begun)
    busy = klesia.post_octets(octets, content_type="application/json", key="k")
    assert (busy.status_code, busy.get_json()["code"]) == (409, "MAG-426")
    assert int(busy.headers["Retry-After"]) > 0


@pytest.mark.parametrize("key", ["", "a b", "é", "x" * 256])
def test_what_is_no_key_is_refused(klesia: BackEnd, key: str) -> None:
    answer = klesia.post(LINKS, asked(), key=key)
    assert (answer.status_code, answer.get_json()["code"]) == (400, "MAG-424")
    assert klesia.get(LINKS).get_json()["items"] == []


def test_a_list_is_read_page_by_page(klesia: BackEnd) -> None:
    klesia.post_lines(*[asked(reference=str(n)) for n in range(5)])
    seen, after = [], {}
    for _ in range(3):
        page = klesia.get(LINKS, limit="2", **after).get_json()
        seen += [link["reference"] for link in page["items"]]
        after = {"after": page["next"]}
    assert seen == ["4", "3", "2", "1", "0"]
    assert after == {"after": None}


def test_a_list_is_filtered_by_what_the_partner_knows(klesia: BackEnd) -> None:
    christian = TOM | {"siret": "99900027600017"}
    klesia.post_lines(asked(reference="a"), asked(reference="b", addressee=christian))
    link_id = klesia.get(LINKS, reference="a").get_json()["items"][0]["id"]
    klesia.post(f"{LINKS}/{link_id}/revoke")

    def found(**filters: str) -> list[str]:
        return [link["reference"] for link in klesia.get(LINKS, **filters).get_json()["items"]]

    assert found(state="revoked") == ["a"]
    assert found(state="active") == ["b"]
    assert found(siret="999 000 276 00017") == ["b"]
    assert found(kind="notification") == []
    assert found(message="taux-at-mp") == ["b", "a"]
    assert found(created_from="2026-03-02T09:30:00+01:00") == ["b", "a"]
    assert found(created_before="2026-03-02T08:30:00Z") == []


@pytest.mark.parametrize(
    ("query", "member"),
    [
        ("state=asleep", "state"),
        ("kind=", "kind"),
        ("siret=1", "siret"),
        ("created_from=yesterday", "created_from"),
        ("limit=0", "limit"),
        (f"limit={MOST_OF_A_PAGE + 1}", "limit"),
        ("limit=-1", "limit"),
        ("limit=٣", "limit"),
        ("after=lnk_nothing", "after"),
        ("after=1%20OR%201=1", "after"),
        ("client_id=mcf", "client_id"),
        ("state=active&state=revoked", "state"),
        ("reference=%00", "reference"),
    ],
)
def test_a_wrong_filter_is_named(klesia: BackEnd, query: str, member: str) -> None:
    answer = klesia.call("GET", f"{LINKS}?{query}")
    told = answer.get_json()
    assert (answer.status_code, told["code"], told["member"]) == (400, "MAG-427", member)


def test_a_link_is_revoked_once_and_again_changes_nothing(klesia: BackEnd) -> None:
    link_id = klesia.post(LINKS, asked()).get_json()["id"]
    first = klesia.post(f"{LINKS}/{link_id}/revoke").get_json()
    assert (first["state"], first["revoked_at"]) == ("revoked", "2026-03-02T08:30:00Z")
    klesia.world.pass_time(minutes=5)
    assert klesia.post(f"{LINKS}/{link_id}/revoke").get_json() == first
    late = klesia.post(f"{LINKS}/{link_id}/extend", {"expires_at": "2026-04-02T00:00:00Z"})
    assert (late.status_code, late.get_json()["code"]) == (409, "MAG-315")


def test_a_link_is_extended(klesia: BackEnd) -> None:
    link_id = klesia.post(LINKS, asked()).get_json()["id"]
    told = klesia.post(f"{LINKS}/{link_id}/extend", {"expires_at": "2026-09-02T00:00:00+02:00"})
    assert told.get_json()["expires_at"] == "2026-09-01T22:00:00Z"
    for value in ({}, {"expires_at": 1}, {"expires_at": "soon"}, {"until": "x"}, []):
        refused = klesia.post(f"{LINKS}/{link_id}/extend", value)
        assert refused.status_code == 400, value
        assert refused.get_json()["code"] in {"MAG-310", "MAG-314"}


def test_500_hostile_targets_make_no_link(klesia: BackEnd) -> None:
    lies = [
        lie.uri.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
        for lie in hostile_redirects(TARGET)
    ]
    told = lines_of(klesia.post_lines(*[asked(target=lie) for lie in lies]))
    assert len(told) == 500
    assert all(line["member"] == "target" for line in told), told
    assert klesia.get(LINKS).get_json()["items"] == []


def test_who_sends_the_mail_itself_is_told_the_address_once(klesia: BackEnd) -> None:
    made = klesia.post(LINKS, asked(delivery="own")).get_json()
    assert re.fullmatch(r"http://mag\.localhost:8400/l/[A-Za-z0-9_-]{22}", made["url"])
    token = made["url"].rpartition("/")[2]
    told = klesia.get(f"{LINKS}/{made['id']}").text + klesia.get(LINKS).text
    assert token not in told
    assert "url" not in klesia.post(LINKS, asked()).get_json()


def test_without_a_token_nothing_is_told_and_no_body_is_read(klesia: BackEnd) -> None:
    for method, path in (
        ("POST", LINKS),
        ("GET", LINKS),
        ("GET", f"{LINKS}/lnk_x"),
        ("POST", f"{LINKS}/lnk_x/revoke"),
        ("POST", f"{LINKS}/lnk_x/extend"),
    ):
        bare = klesia.call(method, path, headers={"Authorization": ""})
        assert (bare.status_code, bare.get_json()["code"]) == (401, "MAG-401"), path
    receipts = BackEnd(klesia.world, scope="receipts")
    assert receipts.get(LINKS).get_json()["code"] == "MAG-403"


def test_the_memory_of_a_campaign_does_not_grow_with_its_calls(klesia: BackEnd) -> None:
    line = json.dumps(asked()).encode() + b"\n"

    def peak(calls: int) -> int:
        tracemalloc.start()
        for _ in range(calls):
            assert klesia.post_octets(line * 500).status_code == 200
        _, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return highest

    peak(1)
    assert peak(4) < 1.3 * peak(1)


def test_a_batch_has_room_for_the_longest_usual_lines() -> None:
    line = len(json.dumps(asked(words={f"w{n}": "x" * 50 for n in range(10)}, reference="x" * 100)))
    assert line * 10_000 < LONGEST_BATCH_BYTES
