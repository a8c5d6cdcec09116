"""`mag keys` and `mag themes`."""

import json
from pathlib import Path

from tests.cli.terminal import Terminal


def test_the_first_keys_sign_at_once_one_of_each_algorithm(terminal: Terminal):
    keys = terminal.json_lines("keys", "list")
    assert sorted(key["alg"] for key in keys) == ["ES256", "RS256"]
    for key in keys:
        assert set(key) == {"kid", "alg", "created_at", "active_from", "superseded_at"}
        assert key["active_from"] <= key["created_at"]
        assert key["superseded_at"] is None


def test_a_rotation_publishes_now_and_signs_a_day_later(terminal: Terminal):
    before = {key["kid"] for key in terminal.json_lines("keys", "list")}
    rotated = terminal.json_lines("keys", "rotate")
    assert sorted(key["alg"] for key in rotated) == ["ES256", "RS256"]
    after = {key["kid"]: key for key in terminal.json_lines("keys", "list")}
    assert set(after) == before | {key["kid"] for key in rotated}
    for key in rotated:
        assert after[key["kid"]]["active_from"] > after[key["kid"]]["created_at"]
    assert all(after[kid]["superseded_at"] for kid in before)


def test_no_private_key_is_ever_printed(terminal: Terminal):
    for words in (("keys", "list"), ("keys", "rotate")):
        for form in ((), ("--json",)):
            output = terminal.done(*words, *form).output
            assert "PRIVATE" not in output
            assert '"d"' not in output


def test_the_shipped_themes_are_listed_and_may_be_used():
    answer = Terminal().done("themes", "list", "--json")
    listed = {line["name"]: line["usable"] for line in map(json.loads, answer.stdout.splitlines())}
    for name in ("net-entreprises", "klesia", "mon-compte-formation", "reference"):
        assert listed[name] is True
    assert Terminal().done("themes", "check").stdout == ""


def test_a_theme_that_may_not_be_used_is_refused_with_every_reason(tmp_path: Path):
    folder = tmp_path / "casse"
    folder.mkdir()
    (folder / "theme.toml").write_text('title = "Cassé"\n[colour]\nnuance = "red"\n', "utf-8")
    told = Terminal().type("themes", "check", str(folder))
    assert told.exit_code == 1
    assert told.stdout == ""
    assert told.stderr.startswith("casse may not be used:")
    answer = Terminal().type("themes", "check", str(folder), "--json")
    assert answer.exit_code == 1
    assert json.loads(answer.stdout)["complaints"]


def test_receipt_keys_are_listed_and_rotated_apart(terminal: Terminal):
    assertions = terminal.json_lines("keys", "list")
    (first,) = terminal.json_lines("keys", "list", "--purpose", "receipts")
    assert (first["alg"], first["compromised_at"]) == ("ES256", None)
    (made,) = terminal.json_lines("keys", "rotate", "--purpose", "receipts")
    assert terminal.json_lines("keys", "list") == assertions
    listed = terminal.json_lines("keys", "list", "--purpose", "receipts")
    assert [key["kid"] for key in listed] == [first["kid"], made["kid"]]
    assert listed[0]["superseded_at"] == made["active_from"] > first["active_from"]


def test_a_rotation_of_assertion_keys_makes_no_receipt_key(terminal: Terminal):
    before = terminal.json_lines("keys", "list", "--purpose", "receipts")
    terminal.done("keys", "rotate")
    assert terminal.json_lines("keys", "list", "--purpose", "receipts") == before


def test_a_compromised_receipt_key_is_replaced_at_once(terminal: Terminal):
    (first,) = terminal.json_lines("keys", "list", "--purpose", "receipts")
    new = terminal.json("keys", "compromise", first["kid"])
    listed = {key["kid"]: key for key in terminal.json_lines("keys", "list", "--purpose=receipts")}
    assert set(listed) == {first["kid"], new["kid"]}
    assert listed[first["kid"]]["compromised_at"] is not None
    assert "compromised since 2" in terminal.done("keys", "list", "--purpose", "receipts").stdout


def test_a_compromise_is_refused_for_an_unknown_key_and_for_a_time_to_come(terminal: Terminal):
    (assertion, *_) = terminal.json_lines("keys", "list")
    (receipt,) = terminal.json_lines("keys", "list", "--purpose", "receipts")
    assert "no receipt key" in terminal.sentence("keys", "compromise", assertion["kid"]).lower()
    late = terminal.sentence("keys", "compromise", receipt["kid"], "--since", "2999-01-01")
    assert "to come" in late
