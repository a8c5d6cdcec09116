"""`mag themes`: what a designer and a script read."""

import json
import shutil

import pytest
from click.testing import CliRunner

from mag_server.base import places
from mag_server.cli.themes import themes


@pytest.fixture
def mag():
    """Give the command: `mag("check", "folder")`."""
    return lambda *words: CliRunner().invoke(themes, [str(word) for word in words])


@pytest.fixture
def spoilt(tmp_path):
    """Give a folder whose band cannot be read."""
    folder = tmp_path / "net-entreprises"
    shutil.copytree(places.themes_folder() / "net-entreprises", folder)
    text = (folder / "theme.toml").read_text("utf-8")
    changed = text.replace('on-band = "#FFFFFF"', 'on-band = "#3E5E96"')
    (folder / "theme.toml").write_text(changed, "utf-8")
    return folder


def test_every_shipped_theme_is_checked_when_no_folder_is_named(mag):
    done = mag("check")
    assert done.exit_code == 0
    assert done.stdout == ""
    assert "klesia: OK" in done.stderr
    assert "reference: OK" in done.stderr


def test_a_theme_people_cannot_read_is_refused_with_the_pair_and_the_ratio(mag, spoilt):
    done = mag("check", spoilt)
    assert done.exit_code == 1
    assert "net-entreprises may not be used" in done.stderr
    assert "on-band #3E5E96 on band #0B2D66 has a contrast of 2." in done.stderr


def test_json_is_one_object_a_theme_on_standard_output(mag, spoilt):
    done = mag("check", "--json", spoilt, places.themes_folder() / "klesia")
    assert done.exit_code == 1
    first, second = (json.loads(line) for line in done.stdout.splitlines())
    assert (first["usable"], second["usable"]) == (False, True)
    assert second == {"name": "klesia", "usable": True, "complaints": []}


def test_a_folder_that_is_not_there_is_wrong_usage(mag, tmp_path):
    assert mag("check", tmp_path / "nope").exit_code == 2


def test_the_list_names_every_theme_and_one_s_own(mag, spoilt):
    spoilt.rename(spoilt.parent / "la-mienne")
    listed = mag("list", "--json", "--themes-dir", spoilt.parent).stdout.splitlines()
    usable = {entry["name"]: entry["usable"] for entry in map(json.loads, listed)}
    assert usable == {
        "klesia": True, "la-mienne": False, "mon-compte-formation": True,
        "net-entreprises": True, "reference": True,
    }  # fmt: skip
