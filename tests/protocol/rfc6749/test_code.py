"""A code: 60 seconds, one client, one redirect_uri, once (RFC 6749 sections 4.1.2 and 4.1.3)."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from tests.protocol.tokens import bearer
from tests.world import Browser, World, answer_in, code_in


@pytest.mark.parametrize(("seconds", "status"), [(0, 200), (59.999, 200), (60, 400), (61, 400)])
def test_4_1_2_a_code_lives_60_seconds(mag: World, seconds: float, status: int) -> None:
    visitor = mag.browser()
    code = visitor.sign_in()
    mag.pass_time(seconds=seconds)
    assert visitor.redeem(code).status_code == status


@pytest.mark.parametrize(
    "changes",
    [
        {"redirect_uri": "http://klesia.localhost:8500/mag/callback/"},
        {"redirect_uri": "http://klesia.localhost:8500/other"},
        {"code_verifier": "another-verifier-of-the-length-that-rfc-7636-wants"},
    ],
    ids=lambda changes: str(next(iter(changes))),
)
def test_4_1_3_a_code_is_bound_to_its_request_and_burnt_by_a_wrong_one(
    visitor: Browser, changes: dict[str, str]
) -> None:
    code = visitor.sign_in()
    refused = visitor.redeem(code, **changes)
    assert (refused.status_code, refused.get_json()["error"]) == (400, "invalid_grant")
    assert visitor.redeem(code).get_json()["error"] == "invalid_grant"


def test_4_1_3_a_code_is_bound_to_its_client(mag: World) -> None:
    mag.register_partner("mcf")
    visitor = mag.browser()
    stolen = visitor.sign_in()
    refused = visitor.redeem(
        stolen, client_id="mcf", redirect_uri="http://klesia.localhost:8500/mag/callback"
    )
    assert refused.get_json()["error"] == "invalid_grant"


@pytest.mark.parametrize("code", ["unknown", "é", "\x00", "a" * 50_000])
def test_4_1_3_an_unknown_code_gives_nothing(visitor: Browser, code: str) -> None:
    assert visitor.redeem(code).get_json()["error"] == "invalid_grant"


@pytest.mark.parametrize("missing", ["code", "redirect_uri", "code_verifier"])
def test_4_1_3_nothing_may_be_missing(visitor: Browser, missing: str) -> None:
    code = visitor.sign_in()
    refused = visitor.redeem("") if missing == "code" else visitor.redeem(code, **{missing: None})
    assert (refused.status_code, refused.get_json()["code"]) == (400, "MAG-143")


def test_4_1_2_a_replayed_code_revokes_what_it_gave(either_mag: World) -> None:
    visitor = either_mag.browser()
    code = visitor.sign_in()
    token = visitor.redeem(code).get_json()["access_token"]
    assert visitor.get("/userinfo", headers=bearer(token)).status_code == 200
    assert visitor.redeem(code).get_json()["error"] == "invalid_grant"
    assert visitor.get("/userinfo", headers=bearer(token)).status_code == 401


def test_4_1_2_a_replay_after_the_code_expired_revokes_all_the_same(mag: World) -> None:
    visitor = mag.browser()
    code = visitor.sign_in()
    token = visitor.redeem(code).get_json()["access_token"]
    mag.pass_time(minutes=5)
    visitor.redeem(code)
    assert visitor.get("/userinfo", headers=bearer(token)).status_code == 401


def test_redeeming_one_of_two_sibling_codes_leaves_the_other_valid(mag: World) -> None:
    visitor = mag.browser()
    form = visitor.open_form()
    first, second = code_in(form.submit()), code_in(form.submit())
    assert first != second
    tokens = [visitor.redeem(code).get_json() for code in (second, first)]
    for answer in tokens:
        assert visitor.get("/userinfo", headers=bearer(answer["access_token"])).status_code == 200
    visitor.redeem(first)
    statuses = [
        visitor.get("/userinfo", headers=bearer(t["access_token"])).status_code for t in tokens
    ]
    assert statuses == [200, 401]


def test_of_ten_redemptions_at_once_exactly_one_wins(either_mag: World) -> None:
    code = either_mag.browser().sign_in()

    def redeem(_: int) -> int:
        return either_mag.browser().redeem(code).status_code

    with ThreadPoolExecutor(10) as threads:
        assert sorted(threads.map(redeem, range(10))) == [200] + [400] * 9


def test_neither_a_code_nor_a_token_is_stored(mag: World) -> None:
    visitor = mag.browser()
    form = visitor.open_form()
    answer = form.submit()
    code = answer_in(answer)["code"]
    token = visitor.redeem(code).get_json()["access_token"]
    cookies = [header.partition("=")[2].partition(";")[0] for header in _cookies(answer)]
    stored = _everything(mag)
    for secret in (code, token, form.token, mag.secrets["klesia"], *cookies):
        assert secret
        assert secret not in stored


def _cookies(answer: object) -> list[str]:
    cookies: list[str] = answer.headers.getlist("Set-Cookie")  # type: ignore[attr-defined]  # a response
    assert len(cookies) == 2
    return cookies


def _everything(world: World) -> str:
    with world.equipment.database.readers.connect() as connection:
        names = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'"))
        return "".join(
            str(connection.execute(text(f'SELECT * FROM "{name}"')).all())  # noqa: S608 - names from the database itself
            for name in names.scalars().all()
        )
