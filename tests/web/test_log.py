"""The log names requests and errors, and tells nothing of anybody (protocol « Errors »)."""

import logging
from urllib.parse import urlencode

import pytest

from tests.protocol.tokens import bearer
from tests.world import PASSWORD, VERIFIER, World, answer_in, code_in, hidden


def test_a_whole_visit_leaves_no_secret_and_no_name_in_the_log(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("sqlalchemy").setLevel(logging.WARNING)
    world.register_partner()
    person = world.register_person()
    visitor = world.browser()
    form = visitor.open_form(login_hint="97050551700072", state="the-state", nonce="the-nonce")
    form.submit(password="wrong-password-1")
    form.submit(siret="97050551700073", nom="Typo-Sawyer")
    signed_in = form.submit()
    code = code_in(signed_in)
    secrets = visitor.redeem(code).get_json()
    visitor.redeem(code)
    visitor.redeem(code, client_secret="wrong-secret-1")
    visitor.get("/userinfo", headers=bearer(secrets["access_token"]))
    visitor.get("/userinfo?access_token=" + secrets["access_token"])
    visitor.get("/forgotten-password?" + form.response.request.query_string.decode())
    silent = answer_in(visitor.authorize())["code"]
    asked = visitor.get("/logout?" + urlencode({"client_id": "klesia", "state": "the-state-2"}))
    visitor.post("/logout", {"sign_out": hidden(asked, "sign_out")})
    visitor.get("/logout?id_token_hint=" + secrets["id_token"])
    cookies = [c.partition("=")[2].split(";")[0] for c in signed_in.headers.getlist("Set-Cookie")]
    log = caplog.text.casefold()
    assert log.count("mag.requests") >= 14
    for secret in (
        *(code, silent, form.token, PASSWORD, VERIFIER, "wrong-password-1", "wrong-secret-1"),
        *(secrets["access_token"], secrets["id_token"], world.secrets["klesia"], *cookies),
        *("97050551700072", "970 505 517", "97050551700073", "sawyer", "tom.sawyer", "toment"),
        *("the-state", "the-nonce", person.sub, "prenom", "127.0.0.1"),
    ):
        assert secret
        assert secret.casefold() not in log, secret


def test_the_trace_of_an_unexpected_failure_tells_no_form_value(
    sqlite_world: World, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    sqlite_world.register_partner()
    sqlite_world.register_person()
    form = sqlite_world.browser().open_form()

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("no room left")

    monkeypatch.setattr("mag_server.base.hashing.Hasher.verify", fail)
    answer = form.submit()
    assert answer.status_code == 500
    assert "no room left" in caplog.text
    assert answer.headers["X-Trace-Id"] in caplog.text
    for secret in (PASSWORD, "97050551700072", "970 505", "sawyer", form.token):
        assert secret.casefold() not in caplog.text.casefold()


def test_what_the_server_holds_is_not_told_by_its_repr(sqlite_world: World) -> None:
    sqlite_world.register_partner()
    told = repr(sqlite_world.equipment) + repr(sqlite_world.equipment.settings)
    assert not any(key in told for key in sqlite_world.equipment.settings.secret_keys)
    assert "sqlite:///" not in told
