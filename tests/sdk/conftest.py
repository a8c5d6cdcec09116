from collections.abc import Iterator

import pytest

from mag_sdk import MagClient
from tests.sdk.provider import CLIENT_ID, CLIENT_SECRET, Clock, Provider

CALLBACK = "http://portail.localhost:8500/mag/callback"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def provider(clock: Clock) -> Iterator[Provider]:
    provider = Provider(clock)
    yield provider
    provider.stop()


@pytest.fixture
def client(provider: Provider, clock: Clock) -> MagClient:
    return MagClient(provider.issuer, CLIENT_ID, CLIENT_SECRET, CALLBACK, now=clock)
