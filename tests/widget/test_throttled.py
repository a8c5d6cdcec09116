"""A throttled frame offers the full page (protocol « Throttling »), where a device is known."""

import re
from html import unescape

import pytest
from werkzeug.test import TestResponse

from mag_server.base.hashing import Hasher
from tests.widget.frames import Frame
from tests.world import Browser, Form, World, code_in, shown_code

ELSEWHERE = "203.0.113.9"


def alert(page: TestResponse) -> str:
    found = re.search(r'<div class="alert" id="error".*?</div>', page.text, re.DOTALL)
    assert found
    return found[0]


def guessed_at(frame: Frame, *, times: int) -> TestResponse:
    page = frame.open()
    for _ in range(times):
        page = frame.submit(page, password="Mississippi1", address=ELSEWHERE)
    return page


def test_the_alert_of_who_must_wait_leads_to_the_full_page_where_a_known_device_need_not(
    frame: Frame, visitor: Browser
):
    visitor.sign_in()  # on the full page, from another network: the device is known there
    throttled = guessed_at(frame, times=6)
    assert throttled.status_code == 429
    (link,) = re.findall(r'<a href="([^"]+)" target="_top">', alert(throttled))
    again = frame.submit(throttled, address=ELSEWHERE)
    assert again.status_code == 429  # the right password, in the frame
    full_page = visitor.get(
        unescape(link).replace("state=", "prompt=login&state="),
        headers={"Sec-Fetch-Dest": "document"},
    )
    assert code_in(Form(visitor, full_page).submit(address=ELSEWHERE))


@pytest.mark.parametrize("times", [1, 5])
def test_no_other_refusal_in_the_frame_leads_away_from_it(frame: Frame, times: int):
    assert "<a " not in alert(guessed_at(frame, times=times))


def test_nor_does_a_service_in_great_demand_which_the_full_page_would_meet_too(
    frame: Frame, mag: World
):
    object.__setattr__(mag.equipment, "hasher", Hasher(queue_length=0))
    busy = guessed_at(frame, times=1)
    assert shown_code(busy) == "MAG-501"
    assert "<a " not in alert(busy)


def test_the_full_page_does_not_lead_to_itself(visitor: Browser):
    form = visitor.open_form()
    for _ in range(6):
        page = form.submit(password="wrong")
    assert page.status_code == 429
    assert "<a " not in alert(page)
