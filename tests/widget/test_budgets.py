"""What a partner's page and its frame download, in brotli as a web server sends it (quality 11)."""

import re

import brotli
import pytest

from tests.widget.frames import Frame
from tests.world import Browser, World

MOST_ON_THE_PARTNER_S_PAGE = 3 * 1024
MOST_IN_THE_FRAME = 15 * 1024
THEMES = ("net-entreprises", "klesia", "mon-compte-formation", "reference")


def downloaded(visitor: Browser, address: str) -> bytes:
    with visitor.get(address) as answer:
        assert answer.status_code == 200
        return answer.data


def compressed(body: bytes) -> int:
    return len(brotli.compress(body))


def test_the_partner_s_page_downloads_at_most_3_kib(visitor: Browser):
    assert compressed(downloaded(visitor, "/widget/v1/mag.js")) <= MOST_ON_THE_PARTNER_S_PAGE


def test_the_loader_needs_nothing_else(visitor: Browser):
    loader = downloaded(visitor, "/widget/v1/mag.js").decode()
    assert not re.search(r"\bimport\b|\brequire\(|\beval\b|innerHTML|new Function", loader)
    # The one address it writes is MAG's own, from its script's address.
    assert "http" not in loader.replace("http-equiv", "")


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("state", ["fresh", "refused", "throttled"])
def test_the_frame_downloads_at_most_15_kib(mag: World, visitor: Browser, theme: str, state: str):
    mag.register_partner("measured", theme=theme)
    frame = Frame(visitor)
    page = frame.open(client_id="measured")
    for _ in range({"fresh": 0, "refused": 1, "throttled": 6}[state]):
        page = frame.submit(page, password="Mississippi1")
    loaded = re.findall(
        r'<link rel="stylesheet" href="([^"]+)"|<script[^>]* src="([^"]+)"', page.text
    )
    addresses = ["".join(found) for found in loaded]
    assert len(addresses) == 3, addresses
    bodies = [page.data, *(downloaded(visitor, address) for address in addresses)]
    assert sum(map(compressed, bodies)) <= MOST_IN_THE_FRAME


def test_the_frame_loads_no_style_of_the_pages_around_a_card(visitor: Browser):
    page = Frame(visitor).open()
    (sheet,) = re.findall(r'href="(/static/[^"]+\.css)"', page.text)
    assert "/static/frame." in sheet
    assert ".footer .column" not in downloaded(visitor, sheet).decode()
