"""`mag demo`: three sites and five people at once, and nothing left behind."""

import json
import signal
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from mag_server.demo.sample import PEOPLE
from tests.demo.running import (
    ROOT,
    Demonstration,
    clean_environment,
    command_of,
    eventually,
    get_page,
)


def mag(*words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own command line
        [sys.executable, "-m", "mag_server", *words],
        cwd=ROOT,
        env=clean_environment(**environ),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def all_three_answer(demonstration: Demonstration) -> None:
    status, discovery = get_page(
        "mag.localhost", demonstration.mag_port, "/.well-known/openid-configuration"
    )
    assert status == 200
    assert json.loads(discovery)["issuer"] == demonstration.mag
    for host, port in (
        ("klesia.localhost", demonstration.klesia_port),
        ("mcf.localhost", demonstration.mcf_port),
    ):
        assert get_page(host, port, "/")[0] == 200


def test_it_says_where_to_go_and_as_whom(demonstration: Demonstration):
    demonstration.start_and_wait()
    all_three_answer(demonstration)
    for address in (demonstration.mag, demonstration.klesia, demonstration.mcf):
        assert address in demonstration.said
    for person in PEOPLE:
        line = next(line for line in demonstration.said.splitlines() if person.prenom in line)
        assert person.nom in line
        assert person.password in line
        assert person.state in line
    no_secret_of_a_portal_is_printed(demonstration)
    assert "Traceback" not in demonstration.said


def test_twice_in_a_row_keeps_the_same_people_and_one_secret_a_portal(
    demonstration: Demonstration,
):
    def listed(*words: str) -> list[str]:
        answer = mag(*words, "--json", MAG_DATABASE_URL=demonstration.database_url)
        assert answer.returncode == 0, answer.stderr
        return answer.stdout.splitlines()

    demonstration.start_and_wait()
    first = listed("people", "list")
    demonstration.stop()
    demonstration.log.unlink()
    demonstration.start_and_wait()
    all_three_answer(demonstration)
    assert listed("people", "list") == first
    assert len(first) == len(PEOPLE)
    for client_id in ("klesia", "mcf"):
        assert len(listed("partners", "secrets", "list", client_id)) == 1
    demonstration.stop()
    only_its_mark_makes_it_a_demonstration(demonstration)


@pytest.mark.parametrize("which", [0, 1, 2])
def test_a_taken_port_is_one_sentence_and_nothing_is_started(
    demonstration: Demonstration, which: int
):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ports = list(demonstration.ports)
        ports[which] = taken.getsockname()[1]
        again = Demonstration.in_folder(demonstration.log.with_name("taken"), ports)
        again.start()
        assert again.exit_status() == 1
        assert again.leaves_nothing()
    (line,) = again.said.splitlines()
    assert line.startswith(f"mag: Port {ports[which]} is taken: ")
    assert not Path(again.database_url.removeprefix("sqlite:///")).exists()


def test_a_database_that_is_not_a_demonstration_is_left_alone(
    demonstration: Demonstration, tmp_path: Path
):
    folder = tmp_path / "demo"
    folder.mkdir()
    real = {"MAG_DATABASE_URL": demonstration.database_url}
    added = mag(
        *("partners", "add", "vrai", "--name", "Vrai partenaire"),
        *("--redirect-uri", "https://vrai.example/callback", "--origin", "https://vrai.example"),
        **real,
    )
    assert added.returncode == 0, added.stderr
    demonstration.start()
    assert demonstration.exit_status() == 1
    (line,) = demonstration.said.splitlines()
    assert "not a demonstration" in line
    assert "--folder" in line
    assert demonstration.leaves_nothing()
    assert mag("people", "list", **real).stdout == ""
    assert mag("partners", "list", **real).stdout.split()[0] == "vrai"


@pytest.mark.parametrize(
    ("how", "status"),
    [("ctrl-c", 0), ("terminated", 0), ("killed", -signal.SIGKILL)],
)
def test_however_it_is_stopped_no_process_is_left(
    demonstration: Demonstration, how: str, status: int
):
    demonstration.start_and_wait()
    assert len(demonstration.processes()) == 9, "one first, five children, three workers"
    if how == "ctrl-c":
        demonstration.signal_group(signal.SIGINT)
    else:
        demonstration.signal_first(signal.SIGTERM if how == "terminated" else signal.SIGKILL)
    assert demonstration.exit_status() == status
    assert demonstration.leaves_nothing()
    assert demonstration.listens_nowhere()
    assert "Traceback" not in demonstration.said


def test_ctrl_c_while_it_starts_leaves_no_process(demonstration: Demonstration):
    demonstration.start()
    assert eventually(lambda: bool(demonstration.process_of("mag_server.app:serve")))
    demonstration.signal_group(signal.SIGINT)
    assert demonstration.exit_status() == 0
    assert demonstration.leaves_nothing()
    assert "Traceback" not in demonstration.said


def no_secret_of_a_portal_is_printed(demonstration: Demonstration) -> None:
    child = demonstration.process_of("partner_portal.app:create_app")[0]
    environ = Path(f"/proc/{child}/environ").read_text().split("\0")
    secrets = dict(pair.partition("=")[::2] for pair in environ if "SECRET" in pair)
    assert {"MAG_CLIENT_SECRET", "PORTAL_SECRET_KEY"} <= set(secrets)
    for name, secret in secrets.items():
        if name.startswith(("MAG_", "PORTAL_")):
            assert secret not in demonstration.said
    for process in demonstration.processes():
        assert secrets["MAG_CLIENT_SECRET"] not in command_of(process)


def only_its_mark_makes_it_a_demonstration(demonstration: Demonstration) -> None:
    connection = sqlite3.connect(demonstration.database_url.removeprefix("sqlite:///"))
    with connection:
        (marks,) = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE '%mark%'"
        ).fetchone()
        connection.execute(f"DELETE FROM {marks}")  # noqa: S608 - a table's name
    connection.close()
    demonstration.start()
    assert demonstration.exit_status() == 1
    assert "not a demonstration" in demonstration.said
