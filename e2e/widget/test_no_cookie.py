"""With third-party cookies blocked or allowed, cross-site or same-site: no cookie, no storage."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright, Response, expect

from e2e.conftest import CHROMIUM_ARGUMENTS, find_chromium
from e2e.walk import open_form
from e2e.walk import sign_in as sign_in_at_top_level
from e2e.widget.frame import frame_of, opened, sign_in
from e2e.widget.site import POLICY, Site
from tests.demo.running import Demonstration

# Chromium's own setting: 0 allows every cookie, 1 blocks those of third parties.
WORLDS = {"allowed": 0, "blocked": 1}


@pytest.fixture(params=WORLDS)
def cookie_world(request, playwright: Playwright, tmp_path: Path) -> Iterator[BrowserContext]:
    """Give a browser that allows third-party cookies, and one that blocks them."""
    preferences = {"profile": {"cookie_controls_mode": WORLDS[request.param]}}
    (tmp_path / "Default").mkdir()
    (tmp_path / "Default" / "Preferences").write_text(json.dumps(preferences), "utf-8")
    context = playwright.chromium.launch_persistent_context(
        str(tmp_path),
        executable_path=find_chromium(),
        args=CHROMIUM_ARGUMENTS,
        headless=True,
        locale="fr-FR",
    )
    yield context
    context.close()


@pytest.fixture(params=["cross_site", "same_site"])
def partner(request) -> Site:
    """Give a partner at another site, and one at MAG's own."""
    site: Site = request.getfixturevalue(request.param)
    site.received.clear()
    return site


def session_is_sent(page: Page, partner: Site) -> bool:
    """Tell whether a frame in the partner's page brings MAG's session to MAG's host.

    The partner itself listens there, at its own port, which cookies do not look at: only a server
    sees what really left, the browser does not tell it for a frame.
    """
    frame = f"http://mag.localhost:{partner.port}/looking"
    policy = POLICY.replace("frame-src {mag}", f"frame-src {frame}")
    page.goto(partner.place(f'<iframe title="" src="{frame}"></iframe>', policy=policy))
    (seen,) = [one for one in partner.received if one.path == "/looking"]
    return "__Host-mag_session=" in seen.cookie


def test_a_sign_in_sets_no_cookie_and_stores_nothing(
    cookie_world: BrowserContext, partner: Site, demo: Demonstration
):
    cookies_set: list[str] = []

    def note(response: Response) -> None:
        if response.url.startswith(demo.mag) and response.header_value("set-cookie"):
            cookies_set.append(response.url)

    cookie_world.on("response", note)
    page = cookie_world.new_page()
    url = partner.with_widget(script="addEventListener('mag-success', e => e.preventDefault())")
    frame = opened(page, url)
    sign_in(frame)
    expect(frame_of(page, within="/sign-in").locator("body[data-answer-code]")).to_have_count(1)
    # Where third parties may keep nothing, looking already throws: nothing is kept there either.
    kept = frame.evaluate(
        """async () => {
            const look = async (into) => { try { return await into(); } catch { return []; } };
            return [document.cookie, await look(() => Object.keys(localStorage)),
                    await look(() => Object.keys(sessionStorage)),
                    await look(() => indexedDB.databases()), await look(() => caches.keys())];
        }"""
    )
    assert kept == ["", [], [], [], []]
    assert cookies_set == []
    assert cookie_world.cookies(demo.mag) == []


def test_a_session_at_top_level_is_not_used_in_the_frame(
    cookie_world: BrowserContext, partner: Site, demo: Demonstration
):
    page = cookie_world.new_page()
    open_form(page, demo)
    sign_in_at_top_level(page)
    expect(page).to_have_url(f"{demo.klesia}/espace/contrats")
    before = cookie_world.cookies(demo.mag)
    assert before
    # At MAG's own site the browser does send the cookie: it is the server that looks away.
    assert session_is_sent(page, partner) == (partner.host == "portail.mag.localhost")
    frame = opened(page, partner.with_widget())
    expect(frame.locator("#sign-in")).to_be_visible()
    sign_in(frame)
    expect(page).to_have_url(f"{partner.url}/callback")
    assert cookie_world.cookies(demo.mag) == before


def test_the_landing_is_one_post_of_code_state_and_iss(
    cookie_world: BrowserContext, partner: Site, demo: Demonstration
):
    page = cookie_world.new_page()
    frame = opened(page, partner.with_widget(request=partner.request(state="the-state-of-it")))
    sign_in(frame)
    expect(page).to_have_url(f"{partner.url}/callback")
    (landing,) = partner.landings
    assert landing.method == "POST"
    assert landing.origin == partner.url
    assert landing.query == {}
    assert set(landing.form) == {"code", "state", "iss"}
    assert (landing.form["state"], landing.form["iss"]) == ("the-state-of-it", demo.mag)
    assert "id_token" in partner.redeem(landing.form["code"])
    assert partner.redeem(landing.form["code"])["error"] == "invalid_grant"
