"""With third-party cookies blocked or allowed, cross-site or same-site: no cookie, no storage."""

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from e2e.walk import open_form
from e2e.walk import sign_in as sign_in_at_top_level
from e2e.widget.frame import frame_of, opened, sign_in
from e2e.widget.site import POLICY, Site
from tests.demo.running import Demonstration


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
    context: BrowserContext, page: Page, site: Site, demo: Demonstration, touched: list[str]
):
    url = site.with_widget(script="addEventListener('mag-success', e => e.preventDefault())")
    frame = opened(page, url)
    sign_in(frame)
    expect(frame_of(page, within="/sign-in").locator("body[data-answer-code]")).to_have_count(1)
    assert touched == []
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
    assert context.cookies(demo.mag) == []
    # The traps that every test of the widget stands on do snap.
    assert {name.rpartition(" ")[2] for name in touched} >= {"cookie", "localStorage", "caches"}
    touched.clear()


def test_the_browser_is_in_the_world_that_it_says(
    request: pytest.FixtureRequest, page: Page, cross_site: Site, stranger: Site
):
    other = stranger.place("<p>rien</p>")
    policy = POLICY.replace("frame-src {mag}", f"frame-src {stranger.url}")
    page.goto(cross_site.place(f'<iframe title="" src="{other}"></iframe>', policy=policy))
    kept = frame_of(page, within=other).evaluate(
        "() => { document.cookie = 'third=party; SameSite=None; Secure'; return document.cookie; }"
    )
    allowed = "allowed" in request.node.callspec.id
    assert kept == ("third=party" if allowed else "")


def test_a_session_at_top_level_is_not_used_in_the_frame(
    context: BrowserContext, page: Page, site: Site, demo: Demonstration
):
    open_form(page, demo)
    sign_in_at_top_level(page)
    expect(page).to_have_url(f"{demo.klesia}/espace/contrats")
    before = context.cookies(demo.mag)
    assert before
    # At MAG's own site the browser does send the cookie: it is the server that looks away.
    assert session_is_sent(page, site) == (site.host == "portail.mag.localhost")
    frame = opened(page, site.with_widget())
    expect(frame.locator("#sign-in")).to_be_visible()
    sign_in(frame)
    expect(page).to_have_url(f"{site.url}/callback")
    assert context.cookies(demo.mag) == before


def test_the_landing_is_one_post_of_code_state_and_iss(page: Page, site: Site, demo: Demonstration):
    frame = opened(page, site.with_widget(request=site.request(state="the-state-of-it")))
    sign_in(frame)
    expect(page).to_have_url(f"{site.url}/callback")
    (landing,) = site.landings
    assert landing.method == "POST"
    assert landing.origin == site.url
    assert landing.query == {}
    assert set(landing.form) == {"code", "state", "iss"}
    assert (landing.form["state"], landing.form["iss"]) == ("the-state-of-it", demo.mag)
    assert "id_token" in site.redeem(landing.form["code"])
    assert site.redeem(landing.form["code"])["error"] == "invalid_grant"
