import socket
from collections.abc import Iterator

import pytest

from mag_server.base.db import Database
from mag_server.base.hashing import Hasher
from mag_server.base.secrets import SecretKeys
from mag_server.base.settings import Settings
from mag_server.base.work import Equipment
from tests.doctor.clinic import Clinic, open_clinic

# As MAG_SECRET_KEYS holds one: without a comma.
SECRET_KEY = "a-key-for-the-clinic-only-of-more-than-32-characters"


@pytest.fixture
def clinic(sqlite_url: str) -> Iterator[Clinic]:
    """Give a healthy page before a real MAG."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = Settings(
        issuer=f"http://mag.localhost:{port}", database_url=sqlite_url, secret_keys=(SECRET_KEY,)
    )
    database = Database(sqlite_url)
    equipment = Equipment(settings, database, SecretKeys(settings.secret_keys), Hasher())
    with open_clinic(equipment) as clinic:
        yield clinic
    database.dispose()
