"""The databases that the tests stand on."""

from mag_server.base.db import Database, is_migrated


def test_each_test_gets_a_migrated_database_of_either_kind(database: Database):
    assert is_migrated(database)


def test_a_test_sees_nothing_of_the_one_before(database: Database):
    assert database.cache_version("partners") == 0
    with database.writers.begin() as connection:
        database.move_cache_version(connection, "partners")
    assert database.cache_version("partners") == 1


def test_a_test_leaves_nothing_to_the_one_after(database: Database):
    assert database.cache_version("partners") == 0
