"""One hash per person, in both stores; the check says yes or no and nothing else."""

import unicodedata
from datetime import datetime, timedelta

from sqlalchemy import select

from mag_server.base.work import Equipment, Work
from mag_server.rooms.passwords.actions import check_password, hash_password, set_password
from mag_server.rooms.passwords.store import load_hash, passwords, save_hash


def test_a_person_has_one_hash_and_the_next_replaces_it(work: Work, now: datetime):
    with work.writing() as connection:
        save_hash(connection, work.database, sub="tom", new_hash="first", now=now)
        save_hash(connection, work.database, sub="huck", new_hash="other", now=now)
        later = now + timedelta(days=1)
        save_hash(connection, work.database, sub="tom", new_hash="second", now=later)
        rows = connection.execute(select(passwords).order_by(passwords.c.sub)).all()
    assert [tuple(row) for row in rows] == [("huck", "other", now), ("tom", "second", later)]


def test_nobody_has_no_hash(work: Work):
    with work.read() as connection:
        assert load_hash(connection, sub="") is None
        assert load_hash(connection, sub="tom") is None


def test_the_right_password_is_known_in_either_form_of_its_accents(
    equipment: Equipment, now: datetime
):
    work = equipment.work(now)
    typed = unicodedata.normalize("NFD", "Évreux-été-2024")
    new_hash = hash_password(work, password="Évreux-été-2024")
    with work.writing() as connection:
        set_password(work, connection=connection, sub="tom", new_hash=new_hash)
    assert check_password(work, sub="tom", password=typed, address="a") is True
    assert check_password(work, sub="tom", password=typed.lower(), address="a") is False
    assert check_password(work, sub="huck", password=typed, address="a") is False
    assert check_password(work, sub=None, password=typed, address="a") is False


def test_the_store_holds_no_password(equipment: Equipment, now: datetime):
    work = equipment.work(now)
    new_hash = hash_password(work, password="Mississippi1876")
    assert "Mississippi" not in new_hash
    assert new_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
