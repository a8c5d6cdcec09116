"""What browsers load: named by content, with an integrity value that is the file's own."""

import base64
import hashlib
import re
import shutil

import pytest

from mag_server.base import places
from mag_server.base.assets import Assets, AssetsMissing, build


@pytest.fixture
def source(tmp_path):
    """Give a copy of the browser's sources, to be changed."""
    shutil.copytree(places.WIDGET, tmp_path / "widget")
    return tmp_path / "widget"


def test_a_file_s_name_and_integrity_come_from_its_content(source, tmp_path):
    built = build(source, tmp_path / "static")
    for name in ("frame.css", "page.js"):
        content = (tmp_path / "static" / built[name].file).read_bytes()
        expected = base64.b64encode(hashlib.sha384(content).digest()).decode()
        assert built[name].integrity == f"sha384-{expected}"
        assert re.fullmatch(r"(frame|page)\.[0-9a-f]{16}\.(css|js)", built[name].file)


def test_the_same_sources_give_the_same_names(source, tmp_path):
    assert build(source, tmp_path / "one") == build(source, tmp_path / "two")


def test_a_change_gives_another_name_and_the_old_file_goes(source, tmp_path):
    before = build(source, tmp_path / "static")["frame.css"].file
    with (source / "styles" / "frame.css").open("a") as file:
        file.write("h1 { margin: 1px; }\n")
    after = build(source, tmp_path / "static")["frame.css"].file
    assert before != after
    assert not (tmp_path / "static" / before).exists()


def test_what_was_built_is_what_is_loaded(source, tmp_path):
    built = build(source, tmp_path / "static")
    assert Assets.load(tmp_path / "static") == built


def test_nothing_built_is_a_sentence_that_says_what_to_run(tmp_path):
    with pytest.raises(AssetsMissing, match=r"Run: python -m mag_server\.base\.assets"):
        Assets.load(tmp_path)


def test_an_unknown_name_is_a_sentence_too(source, tmp_path):
    with pytest.raises(AssetsMissing, match=r"No asset is called nope\.css"):
        build(source, tmp_path / "static")["nope.css"]


def test_joined_modules_need_no_other_file(source, tmp_path):
    built = build(source, tmp_path / "static")
    text = (tmp_path / "static" / built["page.js"].file).read_text("utf-8")
    assert "import" not in text
    assert "export" not in text


def test_an_import_that_cannot_be_joined_stops_the_build(source, tmp_path):
    with (source / "src" / "frame" / "main.js").open("a") as file:
        file.write('import * as all from "./siret.js";\n')
    with pytest.raises(Exception, match="Cannot join this line"):
        build(source, tmp_path / "static")


def test_two_modules_never_give_one_name_to_two_things():
    names = [
        name
        for path in (places.WIDGET / "src" / "frame").glob("*.js")
        for name in re.findall(
            r"^(?:export )?(?:function|const|let|class) (\w+)",
            path.read_text("utf-8"),
            re.MULTILINE,
        )
    ]
    assert len(names) == len(set(names))


def test_no_script_writes_html_or_runs_text():
    # Trusted Types would throw in the browser; here it is seen at once.
    banned = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function"
    for path in (places.WIDGET / "src" / "frame").glob("*.js"):
        assert not re.findall(banned, path.read_text("utf-8")), path.name
