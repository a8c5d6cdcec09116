"""MAG's documents: asked for seldom, kept for a day while MAG is away."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from mag_sdk import AnswerRefused, MagClient, MagUnreachable, UnknownKey
from tests.sdk import forge
from tests.sdk.provider import Provider, Said, said

CONFIGURATION = "/.well-known/openid-configuration"
JWKS = "/jwks.json"


def sign_in(client: MagClient, provider: Provider):
    attempt = client.begin_sign_in(target="/")
    return client.finish_sign_in(attempt=attempt, parameters=provider.authorize(attempt.url))


def away(provider: Provider) -> None:
    """MAG still redeems codes here, so that only its documents are missing."""
    provider.spoil(CONFIGURATION, Said(b"", 503))
    provider.spoil(JWKS, Said(b"", 503))


def test_ten_sign_ins_ask_for_each_document_once(client, provider):
    for _ in range(10):
        sign_in(client, provider)
    assert (provider.count(CONFIGURATION), provider.count(JWKS)) == (1, 1)


def test_keys_are_asked_for_again_after_their_max_age(client, provider, clock):
    sign_in(client, provider)
    clock.advance(seconds=599)
    sign_in(client, provider)
    assert provider.count(JWKS) == 1
    clock.advance(seconds=2)
    sign_in(client, provider)
    assert provider.count(JWKS) == 2


def test_a_shorter_max_age_is_honoured(client, provider, clock):
    keys = provider.jwks().body
    provider.spoil(JWKS, Said(keys, headers={"Cache-Control": "public,max-age=30"}))
    sign_in(client, provider)
    clock.advance(seconds=31)
    sign_in(client, provider)
    assert provider.count(JWKS) == 2


def test_without_a_max_age_keys_are_kept_ten_minutes(client, provider, clock):
    provider.spoil(JWKS, Said(provider.jwks().body))
    sign_in(client, provider)
    clock.advance(seconds=599)
    sign_in(client, provider)
    clock.advance(seconds=2)
    sign_in(client, provider)
    assert provider.count(JWKS) == 2


def test_stale_keys_serve_for_a_day_while_mag_is_away(client, provider, clock):
    sign_in(client, provider)
    away(provider)
    clock.advance(hours=23, minutes=59)
    assert sign_in(client, provider).siret == "97050551700072"


def test_after_a_day_away_stale_keys_are_no_longer_believed(client, provider, clock):
    sign_in(client, provider)
    away(provider)
    clock.advance(hours=24)
    with pytest.raises(MagUnreachable):
        sign_in(client, provider)


@pytest.mark.parametrize(
    "answer",
    [
        Said(b"<html>"),
        said({"keys": []}),
        said({}),
        said({"keys": 1}),
        Said(b"", 302),
        Said(b" " * 300_000),
    ],
    ids=["html", "empty", "no keys", "not an array", "redirect", "huge"],
)
def test_a_broken_key_set_does_not_replace_a_good_one(client, provider, clock, answer):
    sign_in(client, provider)
    provider.spoil(JWKS, answer)
    clock.advance(hours=1)
    assert sign_in(client, provider).sub


@pytest.mark.parametrize("answer", [said({"keys": []}), said({"keys": "x"}), Said(b"{")])
def test_a_broken_key_set_at_first_is_refused(client, provider, answer):
    provider.spoil(JWKS, answer)
    with pytest.raises(AnswerRefused):
        sign_in(client, provider)


def test_a_key_never_seen_before_is_asked_for(client, provider):
    sign_in(client, provider)
    provider.pens.append(forge.ec_pen("ec-2"))
    assert sign_in(client, provider).sub
    assert provider.count(JWKS) == 2


def test_unknown_keys_cost_mag_one_request_a_minute(client, provider, clock):
    sign_in(client, provider)
    provider.spoil(JWKS, provider.jwks())
    for number in range(20):
        provider.pens.append(forge.ec_pen(f"forged-{number}"))
        with pytest.raises(UnknownKey):
            sign_in(client, provider)
    assert provider.count(JWKS) == 2
    clock.advance(seconds=59)
    with pytest.raises(UnknownKey):
        sign_in(client, provider)
    assert provider.count(JWKS) == 2
    clock.advance(seconds=1)
    with pytest.raises(UnknownKey):
        sign_in(client, provider)
    assert provider.count(JWKS) == 3


def test_a_key_that_mag_withdrew_is_no_longer_believed(client, provider, clock):
    sign_in(client, provider)
    provider.spoil(JWKS, said({"keys": [forge.ec_pen("ec-2").jwk]}))
    clock.advance(seconds=601)
    with pytest.raises(UnknownKey):
        sign_in(client, provider)


def test_twenty_threads_at_once_ask_once(client, provider):
    together = threading.Barrier(20)

    def begin(_: int) -> str:
        together.wait()
        return client.begin_sign_in(target="/").state

    with ThreadPoolExecutor(20) as pool:
        assert len(set(pool.map(begin, range(20)))) == 20
    assert provider.count(CONFIGURATION) == 1


def test_a_mag_away_from_the_start_is_asked_again_later(client, provider, clock):
    away(provider)
    with pytest.raises(MagUnreachable):
        client.begin_sign_in(target="/")
    provider.answers[CONFIGURATION] = lambda _: provider.configuration()
    clock.advance(seconds=3)
    assert client.begin_sign_in(target="/").url


def test_a_crowd_does_not_queue_up_behind_a_mag_that_is_away(client, provider):
    away(provider)
    for _ in range(10):
        with pytest.raises(MagUnreachable):
            client.begin_sign_in(target="/")
    assert provider.count(CONFIGURATION) == 1


def test_a_clock_set_back_does_not_keep_keys_for_ever(client, provider, clock):
    sign_in(client, provider)
    clock.advance(days=-400)
    sign_in(client, provider)
    assert provider.count(JWKS) == 2


def test_reachable_is_not_said_of_a_mag_that_stopped(client, provider, clock):
    client.check_reachable()
    away(provider)
    clock.advance(seconds=6)
    with pytest.raises(MagUnreachable):
        client.check_reachable()
