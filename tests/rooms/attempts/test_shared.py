"""The counts lie in the database: no restart, thread or process begins one anew."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier

from mag_server.base.db import Database
from mag_server.base.hashing import Hasher
from mag_server.base.work import Equipment
from mag_server.rooms.attempts.actions import charge_attempt
from mag_server.rooms.attempts.model import Bucket, Charged

BUCKET = Bucket("triplet:x", allowance=5)
GUESSES = 50

SERVER_PROCESS = """
import sys
from datetime import datetime
from mag_server.base.db import Database
from mag_server.base.hashing import Hasher
from mag_server.base.secrets import SecretKeys
from mag_server.base.settings import Settings
from mag_server.base.work import Equipment
from mag_server.rooms.attempts.actions import charge_attempt
from mag_server.rooms.attempts.model import Bucket, Charged

url, instant, guesses = sys.argv[1:]
keys = ("a key of the tests, of over 32 characters",)
settings = Settings(database_url=url, secret_keys=keys)
equipment = Equipment(settings, Database(url), SecretKeys(keys), Hasher())
bucket = Bucket("triplet:x", allowance=5)
answers = [
    charge_attempt(equipment.work(datetime.fromisoformat(instant)), buckets=(bucket,))
    for _ in range(int(guesses))
]
equipment.database.dispose()
print(sum(isinstance(answer, Charged) for answer in answers))
"""


def charge(equipment: Equipment, now: datetime) -> bool:
    return isinstance(charge_attempt(equipment.work(now), buckets=(BUCKET,)), Charged)


def test_fifty_guesses_sent_at_once_take_five_attempts(equipment: Equipment, now: datetime):
    start = Barrier(10)

    def guess(_: int) -> int:
        start.wait(timeout=30)
        return sum(charge(equipment, now) for _ in range(GUESSES // 10))

    with ThreadPoolExecutor(max_workers=10) as pool:
        assert sum(pool.map(guess, range(10))) == BUCKET.allowance


def test_a_restart_forgets_no_failure(equipment: Equipment, database_url: str, now: datetime):
    before = [charge(equipment, now) for _ in range(3)]
    equipment.database.dispose()
    restarted = Equipment(
        equipment.settings, Database(database_url), equipment.secret_keys, Hasher()
    )
    after = [charge(restarted, now) for _ in range(3)]
    restarted.database.dispose()
    assert before + after == [True] * 5 + [False]


def test_two_server_processes_count_together(database_url: str, now: datetime):
    command = [sys.executable, "-c", SERVER_PROCESS, database_url, now.isoformat(), str(GUESSES)]
    servers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]  # noqa: S603 - our own interpreter, our own text
    taken = [int(server.communicate(timeout=60)[0]) for server in servers]
    assert sum(taken) == BUCKET.allowance
