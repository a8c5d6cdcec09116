"""The widget's page says every cause and every sentence, and none that is gone."""

import re
from pathlib import Path

from mag_server import doctor
from mag_server.base import places

README = (places.WIDGET / "README.md").read_text("utf-8")
LOADER = (places.WIDGET / "src/mag.js").read_text("utf-8")


def rows(heading: str) -> list[str]:
    """List the first cells of the table under a heading."""
    table = README.partition(f"| {heading} | do this |\n|---|---|\n")[2].partition("\n\n")[0]
    return [line.split("|")[1] for line in table.splitlines()]


def test_the_page_says_what_to_do_about_every_cause_that_the_doctor_names():
    folder = Path(doctor.__file__).parent
    sources = "".join(file.read_text("utf-8") for file in folder.glob("*.py"))
    causes = re.findall(r'Finding\(\s*"([a-z-]+)"', sources)
    told = re.findall(r"`([a-z-]+)`", "".join(rows("the doctor says")))
    assert len(set(causes)) == 42
    assert sorted(told) == sorted(set(causes))


def test_the_page_says_what_to_do_about_every_sentence_of_debug():
    written = re.findall(r'(?:#debug|warn)\(["`](.*?)["`]\)', LOADER)
    sentences = {re.sub(r"\$\{.*?\}", "...", one) for one in written}
    told = re.findall(r"`(.*?)`", "".join(rows("the console says")))
    assert len(sentences) >= 9
    for sentence in sentences:
        start = sentence.split("...")[0]
        matching = [one for one in told if start.startswith(one.split("...")[0].rstrip())]
        assert matching or sentence.startswith("...: see"), sentence
