"""Every error of the catalogue: how it comes, what it says, where it is explained and logged."""

import logging
import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from urllib.parse import urlencode

import pytest
from flask import Response
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import BadRequest
from werkzeug.test import TestResponse

from mag_server.base.errors import CATALOGUE
from mag_server.base.hashing import Hasher
from mag_server.web._back_end import back_end_asking
from tests.protocol.tokens import bearer
from tests.web.closed_links import HOW as CLOSED_LINKS
from tests.web.link_refusals import HOW as LINK_REFUSALS
from tests.web.receipt_refusals import HOW as RECEIPT_REFUSALS
from tests.world import Browser, World, answer_in, request_parameters

Cause = Callable[[World, Browser], TestResponse]


def _asked(**changes: str) -> Cause:
    return lambda _world, visitor: visitor.authorize(**changes)


def _typed(**typed: str) -> Cause:
    return lambda _world, visitor: visitor.open_form().submit(**typed)


def _posted_to_token(**fields: str) -> Cause:
    def cause(world: World, visitor: Browser) -> TestResponse:
        credentials = {"client_id": "klesia", "client_secret": world.secrets["klesia"]}
        return visitor.client.post("/token", data=credentials | fields, base_url=world.issuer)

    return cause


def _revoked(**fields: str) -> Cause:
    def cause(world: World, visitor: Browser) -> TestResponse:
        credentials = {"client_id": "klesia", "client_secret": world.secrets["klesia"]}
        return visitor.client.post("/revoke", data=credentials | fields, base_url=world.issuer)

    return cause


def _another_clients_token(world: World, visitor: Browser) -> TestResponse:
    world.register_partner("mcf")
    credentials = {"client_id": "mcf", "client_secret": world.secrets["mcf"]}
    asked = credentials | {"grant_type": "client_credentials"}
    token = visitor.client.post("/token", data=asked, base_url=world.issuer).get_json()
    return _revoked(token=token["access_token"])(world, visitor)


def _widget_without_an_origin(world: World, visitor: Browser) -> TestResponse:
    world.register_partner("mcf", origins=())
    return visitor.authorize(client_id="mcf", response_mode="web_message")


def _as_image(_world: World, visitor: Browser) -> TestResponse:
    query = urlencode(request_parameters())
    return visitor.get(f"/authorize?{query}", headers={"Sec-Fetch-Dest": "image"})


def _failing(error: Exception) -> Cause:
    def cause(world: World, visitor: Browser) -> TestResponse:
        def fail() -> str:
            raise error

        world.app.add_url_rule("/failing", view_func=fail)
        return visitor.get("/failing")

    return cause


def _throttled(_world: World, visitor: Browser) -> TestResponse:
    form = visitor.open_form()
    for _ in range(5):
        form.submit(password="wrong")
    return form.submit(password="wrong")


def _not_validated(world: World, visitor: Browser) -> TestResponse:
    world.register_person("THATCHER", "BECKY", email_validated=False)
    return visitor.open_form().submit(nom="Thatcher", prenom="Becky")


def _long_open(world: World, visitor: Browser) -> TestResponse:
    form = visitor.open_form()
    world.pass_time(hours=13)
    return form.submit()


def _busy(world: World, visitor: Browser) -> TestResponse:
    object.__setattr__(world.equipment, "hasher", Hasher(queue_length=0))
    return visitor.open_form().submit()


def _away(world: World, visitor: Browser) -> TestResponse:
    form = visitor.open_form()
    world.equipment.database.dispose()
    file = Path(world.equipment.database.url.database or "")
    file.unlink()
    file.mkdir()
    return form.submit()


def _two_bearers(_world: World, visitor: Browser) -> TestResponse:
    return visitor.post("/userinfo", {"access_token": "x"}, headers={"Authorization": "Bearer y"})


def _to_the_api(*, scope: str | None) -> Cause:
    def cause(world: World, visitor: Browser) -> TestResponse:
        def asked() -> Response | str:
            asking = back_end_asking(scope="receipts")
            return asking if isinstance(asking, Response) else asking.client_id

        world.app.add_url_rule("/api/v1/asked", view_func=asked)
        if scope is None:
            return visitor.get("/api/v1/asked")
        token = _posted_to_token(grant_type="client_credentials", scope=scope)(world, visitor)
        return visitor.get("/api/v1/asked", headers=bearer(token.get_json()["access_token"]))

    return cause


HOW: dict[str, Cause] = {
    "MAG-101": _asked(client_id="nobody"),
    "MAG-102": _asked(redirect_uri="https://evil.example/"),
    "MAG-103": _asked(ui_locales="x" * 2001),
    "MAG-104": _asked(response_type="token"),
    "MAG-105": _asked(code_challenge_method="plain"),
    "MAG-106": _asked(scope="profile"),
    "MAG-107": _asked(response_mode="fragment"),
    "MAG-108": _asked(prompt="none login"),
    "MAG-109": _asked(max_age="soon"),
    "MAG-110": _asked(request="e30.e30."),
    "MAG-111": _asked(request_uri="https://evil.example/"),
    "MAG-112": _asked(registration="{}"),
    "MAG-113": _asked(nonce="\n"),
    "MAG-114": _asked(id_token_hint="x"),
    "MAG-115": _asked(acr_values="http://mag.localhost:8400/acr/two-factor"),
    "MAG-116": _asked(prompt="none"),
    "MAG-117": _typed(action="cancel"),
    "MAG-118": lambda _world, visitor: visitor.post("/sign-in", {}, headers={"Origin": "null"}),
    "MAG-119": _as_image,
    "MAG-120": lambda _world, visitor: visitor.post("/sign-in", {"form": "x"}),
    "MAG-121": lambda _world, visitor: visitor.get("/logout?post_logout_redirect_uri=x"),
    "MAG-122": _widget_without_an_origin,
    "MAG-130": lambda _world, visitor: visitor.get("/nowhere"),
    "MAG-131": lambda _world, visitor: visitor.client.put("/authorize"),
    "MAG-132": lambda _world, visitor: visitor.post("/sign-in", {"form": "x" * 66_000}),
    "MAG-133": _failing(BadRequest()),
    "MAG-140": _posted_to_token(client_secret="wrong"),
    "MAG-141": _posted_to_token(grant_type="password"),
    "MAG-142": lambda _world, visitor: visitor.redeem("unknown"),
    "MAG-143": _posted_to_token(grant_type="authorization_code"),
    "MAG-144": _posted_to_token(grant_type="client_credentials", scope="openid"),
    "MAG-145": lambda _world, visitor: visitor.get("/userinfo"),
    "MAG-146": _revoked(),
    "MAG-147": _another_clients_token,
    "MAG-148": _two_bearers,
    "MAG-201": _typed(password="wrong"),
    "MAG-202": _throttled,
    "MAG-203": _not_validated,
    "MAG-204": _long_open,
    "MAG-205": _typed(siret="1"),
    **CLOSED_LINKS,
    "MAG-401": _to_the_api(scope=None),
    "MAG-403": _to_the_api(scope="links"),
    **LINK_REFUSALS,
    **RECEIPT_REFUSALS,
    "MAG-500": _failing(RuntimeError("Mississippi1876")),
    "MAG-501": _busy,
    "MAG-502": _away,
}

# What no server sees: the frame's script tells it to the page (e2e/widget/test_seen.py).
TOLD_BY_THE_FRAME = {"MAG-206"}


@pytest.fixture
def mag(sqlite_world: World) -> World:
    """Give a MAG that answers failures as it does in production."""
    sqlite_world.register_partner()
    sqlite_world.register_person()
    return sqlite_world


def test_every_error_of_the_catalogue_has_its_cause_here() -> None:
    assert set(HOW) | TOLD_BY_THE_FRAME == set(CATALOGUE)


def _told(answer: TestResponse) -> str:
    if answer.status_code == 303:
        return answer_in(answer)["error_code"]
    if answer.is_json:
        return str(answer.get_json()["code"])
    found = re.search(r"MAG-\d{3}", answer.text)
    assert found, answer.text
    return found[0]


@pytest.mark.parametrize("code", [code for code in HOW if code != "MAG-205"])
def test_each_error_is_reached_says_its_code_and_stands_in_the_log(
    mag: World, caplog: pytest.LogCaptureFixture, code: str
) -> None:
    caplog.set_level(logging.INFO, logger="mag.requests")
    answer = HOW[code](mag, mag.browser())
    entry = CATALOGUE[code]
    assert _told(answer) == code
    assert answer.status_code in {entry.status, 303}
    assert answer.headers["Cache-Control"] == "no-store"
    trace_id = answer.headers["X-Trace-Id"]
    line = caplog.messages[-1]
    assert f"code={code} trace_id={trace_id}" in line
    if answer.status_code == 303:
        assert answer_in(answer)["trace_id"] == trace_id
        assert answer_in(answer)["error"] == entry.error
    else:
        assert trace_id in answer.text


def test_a_field_to_correct_names_no_code_to_the_person_but_to_the_log(
    mag: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="mag.requests")
    answer = HOW["MAG-205"](mag, mag.browser())
    assert answer.status_code == CATALOGUE["MAG-205"].status
    assert 'id="siret-error"' in answer.text
    assert "code=MAG-205" in caplog.messages[-1]


@pytest.mark.parametrize("code", HOW)
def test_no_body_tells_how_the_server_is_made(mag: World, code: str) -> None:
    body = HOW[code](mag, mag.browser()).text
    for inside in ("Traceback", "sqlite", "SELECT", "Error:", "/mag_server", ".py", "RuntimeError"):
        assert inside not in body
    assert "Mississippi1876" not in body


@pytest.mark.parametrize("code", [code for code in HOW if code != "MAG-205"])
def test_a_shown_error_says_its_french_sentence_and_links_its_explanation(
    mag: World, code: str
) -> None:
    answer = HOW[code](mag, mag.browser())
    entry = CATALOGUE[code]
    if answer.status_code == 303:
        assert answer_in(answer)["error_uri"] == f"{mag.issuer}/docs/errors/{code}"
    elif answer.is_json:
        told = answer.get_json()
        assert (told["error"], told["message"]) == (entry.error, entry.message)
        assert told["detail"] == f"{entry.cause} {entry.remedy}"
        assert told["help"] == f"{mag.issuer}/docs/errors/{code}"
        assert told["trace_id"] == answer.headers["X-Trace-Id"]
    elif 'id="sign-in"' in answer.text:
        assert f'data-code="{code}"' in answer.text
    else:
        assert f'href="{mag.issuer}/docs/errors/{code}"' in answer.text


@pytest.mark.parametrize("code", CATALOGUE)
def test_each_error_is_explained_at_its_address(mag: World, code: str) -> None:
    visitor = mag.browser()
    entry = CATALOGUE[code]
    page = visitor.get(f"/docs/errors/{code}")
    assert page.status_code == 200
    plain = unescape(re.sub(r"</?code>", "`", page.text))
    assert entry.cause in plain
    assert entry.remedy in plain
    assert "`" not in page.text
    assert _bare(entry.message) in _bare(plain)
    assert f"/docs/errors/{code}" in visitor.get("/docs/errors").text
    assert visitor.get(f"/docs/errors/{code.lower()}").status_code == 200


def _bare(text: str) -> str:
    return re.sub(r"[\s\u00a0\u202f]+", " ", text)


@pytest.mark.parametrize("code", CATALOGUE)
def test_each_entry_can_be_sent_as_the_standards_want(code: str) -> None:
    # RFC 6749 section 4.1.2.1: no quote, no backslash, ASCII alone in error and error_description.
    entry = CATALOGUE[code]
    assert re.fullmatch(r"[a-z_]+", entry.error)
    assert re.fullmatch(r"[\x20-\x21\x23-\x5b\x5d-\x7e]+", f"{entry.code}: {entry.cause}")
    assert entry.message.endswith((".", "!", "?"))
    assert entry.cause.endswith(".")
    assert entry.remedy.endswith(".")


@pytest.mark.parametrize("field", ["siret", "nom", "prénom", "mot de passe"])
def test_the_sentence_of_a_wrong_sign_in_names_no_field(field: str) -> None:
    assert field not in CATALOGUE["MAG-201"].message.casefold()


def test_an_unknown_code_is_no_page(mag: World) -> None:
    for code in ("MAG-999", "x", "..", "%00", "<script>"):
        assert mag.browser().get(f"/docs/errors/{code}").status_code == 404


@pytest.mark.parametrize("path", ["/token", "/revoke", "/userinfo"])
@pytest.mark.parametrize(
    ("error", "code"),
    [
        (RuntimeError("secret"), "MAG-500"),
        (OperationalError("SELECT 1", {}, Exception("connection refused")), "MAG-502"),
        (BadRequest("secret"), "MAG-133"),
    ],
)
def test_an_application_is_told_in_json_whatever_fails(
    mag: World, path: str, error: Exception, code: str
) -> None:
    def fail() -> None:
        if path:
            raise error

    mag.app.before_request(fail)
    answer = mag.browser().post(path)
    assert (answer.status_code, answer.get_json()["code"]) == (CATALOGUE[code].status, code)
    assert answer.get_json()["trace_id"] == answer.headers["X-Trace-Id"]
    assert "secret" not in answer.text
    assert "refused" not in answer.text


def test_a_database_that_comes_back_is_used_again(mag: World) -> None:
    visitor = mag.browser()
    form = visitor.open_form()
    assert visitor.get("/health/ready").status_code == 200
    file = Path(mag.equipment.database.url.database or "")
    mag.equipment.database.dispose()
    aside = file.rename(file.with_suffix(".aside"))
    file.mkdir()
    assert _told(form.submit()) == "MAG-502"
    assert visitor.get("/health/ready").status_code == 503
    assert visitor.get("/health/live").status_code == 200
    file.rmdir()
    aside.rename(file)
    assert form.submit().status_code == 303
    assert visitor.get("/health/ready").status_code == 200


def test_mags_own_address_says_what_it_is_and_how_to_sign_out(mag: World) -> None:
    visitor = mag.browser()
    answer = visitor.get("/")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    assert "Service de connexion" in answer.text
    assert "site d’un partenaire" in answer.text
    assert visitor.get("/logout").status_code == 200
    assert 'href="/logout"' in answer.text
    assert "Set-Cookie" not in answer.headers
