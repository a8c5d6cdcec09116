"""What an attacker may send: whatever it is, it is the client's mistake and never the server's."""

import json

import pytest
from werkzeug.test import TestResponse

from tests.world import PASSWORD, World, request_parameters

OCTETS: dict[str, bytes] = {
    "invalid UTF-8": b"\xff\xfe\x80",
    "an overlong slash": b"\xc0\xaf",
    "a lone surrogate": b"\xed\xa0\x80",
    "NUL": b"a\x00b",
    "CRLF": b"a\r\nSet-Cookie: evil=1\r\n\r\n<script>",
    "a Unicode line end": "a\u2028b".encode(),
    "bidi": "\u202eadmin\u202c".encode(),
    "the last code point": "\U0010ffff\ufffe\uffff".encode(),
    "a thousand accents": ("e" + "\u0301" * 1000).encode(),
    "a ligature that grows": ("\ufdfa" * 300).encode(),
    "deep JSON": b"[" * 15_000,
    "deep objects": b'{"a":' * 9_000,
    "a template": b"{{7191*7193}}{% raise %}${7191*7193}",
    "a format": b"%s%n%(x)s{0.__class__}",
    "SQL": b"' OR 1=1; DROP TABLE people; --",
    "markup": b"\"'><img src=x onerror=alert(1)>",
    "many plus and percent": b"+%" * 500,
    "digits": b"9" * 15_000,
    "Arabic digits": "٩٧٠٥٠٥٥١٧٠٠٠٧٢".encode(),
    "a path": b"../../../../etc/passwd",
}
FORM = ["form", "siret", "nom", "prenom", "password", "action"]
FORM_TYPE = "application/x-www-form-urlencoded"
LOGOUT = ["id_token_hint", "client_id", "post_logout_redirect_uri", "state", "ui_locales"]
AUTHORIZE = [
    *request_parameters(response_mode="query", prompt="login", max_age="1"),
    "login_hint",
    "ui_locales",
    "acr_values",
    "id_token_hint",
    "request",
]


@pytest.fixture
def mag(world: World) -> World:
    """Give either store: PostgreSQL and SQLite do not agree on what a text may hold."""
    world.register_partner()
    world.register_person()
    return world


def _is_no_fault(answer: TestResponse, sent: object) -> None:
    assert answer.status_code < 500, sent
    assert all("\r" not in v and "\n" not in v for v in answer.headers.values()), sent
    assert "evil=1" not in str(answer.headers.getlist("Set-Cookie")), sent
    assert "<script>" not in answer.text, sent
    assert "<img src=x" not in answer.text, sent
    assert str(7191 * 7193) not in answer.text, sent


def _encoded(octets: bytes) -> str:
    return "".join(f"%{octet:02X}" for octet in octets)


@pytest.mark.parametrize("kind", OCTETS)
def test_in_each_parameter_of_an_authorization_request(mag: World, kind: str) -> None:
    visitor = mag.browser()
    for name in AUTHORIZE:
        given = "&".join(
            f"{key}={_encoded(value.encode())}"
            for key, value in request_parameters().items()
            if key != name
        )
        for query in (f"{given}&{name}={_encoded(OCTETS[kind])}", f"{_encoded(OCTETS[kind])}=1"):
            _is_no_fault(visitor.get("/authorize?" + query), (name, kind))


@pytest.mark.parametrize("kind", OCTETS)
def test_in_each_field_of_the_form(mag: World, kind: str) -> None:
    visitor = mag.browser()
    typed = {
        "form": visitor.open_form().token,
        "siret": "97050551700072",
        "nom": "Sawyer",
        "prenom": "Tom",
        "password": PASSWORD,
        "action": "sign-in",
    }
    for name in FORM:
        body = "&".join(
            f"{key}={_encoded(OCTETS[kind] if key == name else value.encode())}"
            for key, value in typed.items()
        )
        mag.pass_time(minutes=2)
        _is_no_fault(visitor.post("/sign-in", body, content_type=FORM_TYPE), (name, kind))


@pytest.mark.parametrize("kind", OCTETS)
def test_in_each_field_of_a_back_ends_request(mag: World, kind: str) -> None:
    visitor = mag.browser()
    given = {
        "grant_type": "authorization_code",
        "code": "x",
        "redirect_uri": "http://klesia.localhost:8500/mag/callback",
        "code_verifier": "a" * 43,
        "client_id": "klesia",
        "client_secret": mag.secrets["klesia"],
        "token": "x",
        "scope": "links",
    }
    for name in given:
        body = "&".join(
            f"{key}={_encoded(OCTETS[kind] if key == name else value.encode())}"
            for key, value in given.items()
        )
        for path in ("/token", "/revoke", "/userinfo"):
            answer = visitor.post(path, body, content_type=FORM_TYPE)
            _is_no_fault(answer, (path, name, kind))
            assert answer.is_json or answer.data == b""


@pytest.mark.parametrize("kind", OCTETS)
def test_in_a_sign_out_an_address_and_a_header(mag: World, kind: str) -> None:
    visitor = mag.browser()
    visitor.sign_in()
    for name in LOGOUT:
        _is_no_fault(visitor.get(f"/logout?{name}={_encoded(OCTETS[kind])}"), (name, kind))
    for path in ("/docs/errors/", "/themes/", "/themes/klesia/", "/static/", "/widget/v1/", "/"):
        with visitor.get(path + _encoded(OCTETS[kind])[:6000]) as answer:
            _is_no_fault(answer, (path, kind))
    text = OCTETS[kind].decode("latin-1").replace("\r", "").replace("\n", "")[:8000]
    for header in (
        "Accept-Language",
        "Authorization",
        "Cookie",
        "Host",
        "Origin",
        "Range",
        "If-None-Match",
        "If-Modified-Since",
        "Sec-Fetch-Dest",
        "X-Forwarded-For",
        "Content-Type",
    ):
        for path in ("/authorize", "/userinfo", "/logout", "/jwks.json", "/sign-in"):
            _is_no_fault(visitor.get(path, headers={header: text}), (header, kind))


@pytest.mark.parametrize(
    "body",
    [
        b"x" * 70_000,
        b"=&" * 20_000,
        b"&" * 60_000,
        b"a=1&" * 15_000,
        b"%" * 60_000,
        json.dumps({"a": "b"}).encode(),
        b"",
        b"\x00" * 100,
    ],
    ids=lambda body: repr(body[:8]),
)
@pytest.mark.parametrize(
    "content_type",
    [
        "application/x-www-form-urlencoded",
        "application/x-www-form-urlencoded; charset=utf-7",
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=" + "b" * 300,
        "application/json",
        "text/plain",
        "application/x-www-form-urlencoded; charset=\xff",
        "",
    ],
)
def test_in_a_whole_body(sqlite_world: World, body: bytes, content_type: str) -> None:
    sqlite_world.register_partner()
    visitor = sqlite_world.browser()
    for path in ("/sign-in", "/token", "/revoke", "/userinfo", "/authorize", "/logout"):
        _is_no_fault(visitor.post(path, body, content_type=content_type), path)


def test_a_multipart_body_of_a_thousand_parts(sqlite_world: World) -> None:
    part = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\xff\r\n'
    multipart = "multipart/form-data; boundary=x"
    visitor = sqlite_world.browser()
    for body in (part * 1001 + b"--x--", part * 3, part[:-3], b"--x\r\n" * 500, b"--x--"):
        for path in ("/sign-in", "/token"):
            _is_no_fault(visitor.post(path, body, content_type=multipart), path)


@pytest.mark.parametrize("length", ["-1", "abc", "99999999999999999999", "1e3", ""])
def test_a_false_content_length(sqlite_world: World, length: str) -> None:
    answer = sqlite_world.browser().post("/token", headers={"Content-Length": length})
    assert answer.status_code in {400, 401, 413}
