"""What may answer in MAG's place, and how little it gets."""

import socket

import pytest

from mag_sdk import AnswerRefused, ConfigurationRefused, MagClient, MagUnreachable
from tests.sdk.conftest import CALLBACK
from tests.sdk.provider import CLIENT_ID, CLIENT_SECRET, Provider, Said, said

CONFIGURATION = "/.well-known/openid-configuration"


def begin(client: MagClient):
    return client.begin_sign_in(target="/")


def test_a_redirect_is_not_followed(client, provider):
    provider.spoil(CONFIGURATION, Said(b"", 302, {"Location": f"{provider.issuer}/elsewhere"}))
    with pytest.raises(AnswerRefused, match="302"):
        begin(client)
    assert provider.count("/elsewhere") == 0


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_the_secret_is_not_carried_to_where_the_token_endpoint_redirects(client, provider, status):
    provider.spoil("/token", Said(b"", status, {"Location": f"{provider.issuer}/thief"}))
    attempt = begin(client)
    with pytest.raises(AnswerRefused):
        client.finish_sign_in(attempt=attempt, parameters=provider.authorize(attempt.url))
    assert provider.count("/thief") == 0


def test_an_oversized_answer_is_refused(client, provider):
    provider.spoil(CONFIGURATION, Said(b" " * 262_145))
    with pytest.raises(AnswerRefused, match="more than"):
        begin(client)


def test_an_answer_of_the_largest_size_is_read(client, provider):
    good = provider.configuration()
    provider.spoil(CONFIGURATION, Said(good.body + b" " * (262_144 - len(good.body))))
    assert begin(client).url.startswith(provider.issuer)


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_server_error_means_mag_is_away(client, provider, status):
    provider.spoil(CONFIGURATION, Said(b"<h1>Oops</h1>", status))
    with pytest.raises(MagUnreachable, match=str(status)):
        begin(client)


@pytest.mark.parametrize("status", [204, 206, 400, 401, 404, 418])
def test_a_document_with_another_status_than_200_is_refused(client, provider, status):
    provider.spoil(CONFIGURATION, Said(provider.configuration().body, status))
    with pytest.raises(AnswerRefused):
        begin(client)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html></html>",
        b"[]",
        b"null",
        b'{"issuer":',
        b"\xff\xfe",
        b'{"a":1,"a":2}',
        b"[" * 9999,
    ],
    ids=["empty", "html", "array", "null", "cut", "bytes", "twice", "deep"],
)
def test_what_is_not_a_json_object_is_refused(client, provider, body):
    provider.spoil(CONFIGURATION, Said(body))
    with pytest.raises(AnswerRefused):
        begin(client)


def test_a_silent_server_is_given_up(provider, clock):
    client = MagClient(
        provider.issuer, CLIENT_ID, CLIENT_SECRET, CALLBACK, now=clock, timeout_seconds=0.2
    )
    provider.spoil(CONFIGURATION, Said(provider.configuration().body, pause_seconds=0.6))
    with pytest.raises(MagUnreachable):
        begin(client)


def test_a_server_that_drips_is_given_up(provider, clock):
    client = MagClient(
        provider.issuer, CLIENT_ID, CLIENT_SECRET, CALLBACK, now=clock, timeout_seconds=0.2
    )
    provider.spoil(CONFIGURATION, Said(provider.configuration().body, drip_seconds=0.02))
    with pytest.raises(MagUnreachable, match="too slow"):
        begin(client)


def test_a_server_that_is_not_there_is_unreachable(client, provider):
    provider.stop()
    try:
        with pytest.raises(MagUnreachable):
            begin(client)
    finally:
        provider.start()


def test_a_server_that_speaks_another_language_is_unreachable(clock):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(5)
        issuer = f"http://127.0.0.1:{listener.getsockname()[1]}"
        client = MagClient(
            issuer, CLIENT_ID, CLIENT_SECRET, CALLBACK, now=clock, timeout_seconds=0.2
        )
        with pytest.raises(MagUnreachable):
            begin(client)


def test_a_localhost_name_is_reached_past_any_proxy_and_kept_as_host(clock, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    provider = Provider(clock, host="mag.localhost")
    try:
        client = MagClient(provider.issuer, CLIENT_ID, CLIENT_SECRET, CALLBACK, now=clock)
        assert begin(client).url.startswith(f"http://mag.localhost:{provider.port}/authorize?")
        assert provider.asked[0].headers["Host"] == f"mag.localhost:{provider.port}"
    finally:
        provider.stop()


@pytest.mark.parametrize(
    "address",
    [
        "http://mag.example",
        "http://localhost.evil.example",
        "http://mag.localhost.evil.example",
        "http://evil.example#.localhost",
        "http://10.0.0.1",
        "http://127.0.0.1@evil.example",
        "https://user:word@mag.example",
        "https://mag.example#x",
        "https://",
        "https:///mag",
        "https://mag.example:99999",
        "https://mag.example\\@evil.example",
        "https://mag\t.example",
        "https://mag.example\r\nX: y",
        "https://m\u00e0g.example",
        "ftp://mag.example",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "mag.example",
        "//mag.example",
        "",
    ],
)
def test_an_address_that_is_not_safe_to_call_is_refused_at_start(address):
    for issuer, callback in ((address, CALLBACK), ("https://mag.example", address)):
        with pytest.raises(ConfigurationRefused):
            MagClient(issuer, CLIENT_ID, CLIENT_SECRET, callback)


@pytest.mark.parametrize(
    "address",
    [
        "https://mag.example",
        "http://127.0.0.1:1",
        "http://[::1]:1",
        "http://a.localhost",
        "http://localhost",
    ],
)
def test_a_safe_address_is_accepted(address):
    assert MagClient(address, CLIENT_ID, CLIENT_SECRET, CALLBACK).issuer == address


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("issuer", "https://other.example"),
        ("issuer", None),
        ("token_endpoint", "https://evil.example/token"),
        ("token_endpoint", "http://127.0.0.1:1/token"),
        ("token_endpoint", "/token"),
        ("jwks_uri", "file:///etc/passwd"),
        ("authorization_endpoint", "javascript:alert(1)"),
        ("authorization_endpoint", None),
        ("end_session_endpoint", ["x"]),
    ],
)
def test_a_discovery_document_that_names_another_server_is_refused(client, provider, name, wrong):
    provider.spoil(CONFIGURATION, said(provider.members() | {name: wrong}))
    with pytest.raises(AnswerRefused):
        begin(client)


def test_an_issuer_that_differs_by_a_slash_is_another_issuer(client, provider):
    provider.spoil(CONFIGURATION, said(provider.members() | {"issuer": provider.issuer + "/"}))
    with pytest.raises(AnswerRefused, match="issuer"):
        begin(client)
