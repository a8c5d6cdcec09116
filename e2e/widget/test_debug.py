"""`debug` on the element: why nothing shows, in the console, with what to write."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, Route, expect

from e2e.widget.frame import READY, opened, sign_in, until
from e2e.widget.site import POLICY, Site


@dataclass(frozen=True)
class Ill:
    """A page on which something is wrong, and what the console must say of it."""

    page: Callable[[Site], str]
    said: str


def _policy_without(site: Site, directive: str) -> str:
    policy = POLICY.replace(f"{directive} {{mag}}", directive)
    head = f'<script src="{site.demo.mag}/widget/v1/mag.js" async></script>'
    return site.place(_element(site), head=head, policy=policy)


def _element(site: Site, **asked: str) -> str:
    return f'<mag-signin debug request="{site.request(**asked)}"></mag-signin>'


def _asking(site: Site, **asked: str) -> str:
    return site.with_widget(attributes="debug", request=site.request(**asked))


CAUSES = {
    "no request": Ill(
        lambda site: site.place("<mag-signin debug></mag-signin>", head=_script(site)),
        "no request attribute",
    ),
    "a request of a full page": Ill(
        lambda site: _asking(site, response_mode="query"),
        "the request lacks response_mode=web_message",
    ),
    "a redirect_uri elsewhere": Ill(
        lambda site: _asking(site, redirect_uri="https://www.autre.example/callback"),
        "redirect_uri https://www.autre.example/callback is not on {site}",
    ),
    "a redirect_uri that is not registered": Ill(
        lambda site: _asking(site, redirect_uri=f"{site.url}/callback/"),
        "send redirect_uri as registered",
    ),
    "another partner's client_id": Ill(
        lambda site: _asking(site, client_id="mcf"), "Register {site}"
    ),
    "a policy without frame-src": Ill(
        lambda site: _policy_without(site, "frame-src"), "the CSP lacks frame-src {mag}"
    ),
    "a module": Ill(
        lambda site: site.place(_element(site), head=_script(site, "type=module")),
        "load mag.js by a plain script element",
    ),
}


def _script(site: Site, attributes: str = "async") -> str:
    return f'<script src="{site.demo.mag}/widget/v1/mag.js" {attributes}></script>'


def console(page: Page) -> list[str]:
    said: list[str] = []
    page.on("console", lambda one: said.append(one.text))
    return said


def comes(page: Page, said: list[str], sentence: str) -> None:
    until(page, lambda: any(one.startswith("MAG: ") and sentence in one for one in said))


@pytest.mark.parametrize("cause", CAUSES)
def test_the_console_says_why_nothing_shows(page: Page, site: Site, cause: str):
    ill, said = CAUSES[cause], console(page)
    page.goto(ill.page(site))
    comes(page, said, ill.said.format(site=site.url, mag=site.demo.mag))


@pytest.mark.own_browser
def test_a_mag_that_does_not_answer_is_said_with_the_command_that_says_more(page: Page, site: Site):
    said = console(page)
    page.clock.install()
    page.route("**/authorize?*", lambda route: route.abort())
    page.goto(site.with_widget(attributes="debug"))
    page.wait_for_timeout(500)
    page.clock.run_for(8_100)
    comes(page, said, f"no answer from {site.demo.mag} in 8 s")
    comes(page, said, f"mag doctor --partner {site.client_id} --page {page.url} --browser")


def test_a_policy_that_forbids_the_callback_is_said(page: Page, site: Site):
    said = console(page)
    policy = POLICY.replace("form-action 'self'", "form-action 'none'")
    frame = opened(page, site.place(_element(site), head=_script(site), policy=policy))
    sign_in(frame)
    comes(page, said, f"the CSP lacks form-action {site.url}")


def test_what_else_the_policy_holds_back_is_none_of_our_advice(page: Page, site: Site):
    said = console(page)
    head = _script(site) + '<img src="https://tracker.example/pixel.gif" alt="">'
    opened(page, site.place(_element(site) + '<p id="more"></p>', head=head))
    page.evaluate(
        """() => { const pixel = new Image();
                   pixel.src = "https://tracker.example/another.gif";
                   document.getElementById("more").append(pixel); }"""
    )
    until(page, lambda: any("tracker.example/another" in one for one in said))
    page.wait_for_timeout(300)
    assert [one for one in said if one.startswith("MAG: ")] == []


def test_a_refusal_in_the_frame_is_said_with_its_page_of_help(page: Page, site: Site):
    said = console(page)
    frame = opened(page, site.with_widget(attributes="debug"))
    sign_in(frame, password="wrong")
    comes(page, said, f"MAG-201: see {site.demo.mag}/docs/errors/MAG-201")


def test_a_page_without_tls_is_said(page: Page, site: Site):
    said = console(page)
    # Neither name is this machine's, whose own pages need none.
    loader = page.request.get(f"http://127.0.0.1:{site.demo.mag_port}/widget/v1/mag.js").text()
    script = '<script src="http://mag.example/mag.js"></script>'
    html = f"<!doctype html>{script}{_element(site)}"
    page.route("http://mag.example/mag.js", lambda route: route.fulfill(body=loader))
    page.route("http://mag.example/authorize?*", lambda route: route.abort())
    page.route("http://portail.example/", lambda route: route.fulfill(body=html))
    page.goto("http://portail.example/")
    comes(page, said, "this page needs TLS")


def test_frame_options_that_a_proxy_puts_in_the_place_of_mag_s_policy_are_said(
    page: Page, site: Site
):
    said = console(page)

    def close(route: Route) -> None:
        headers = {"content-type": "text/html", "x-frame-options": "DENY"}
        route.fulfill(body="<h1>MAG</h1>", headers=headers)

    page.route("**/authorize?*", close)
    page.goto(site.with_widget(attributes="debug"))
    comes(page, said, "let no proxy add X-Frame-Options")
    comes(page, said, f"mag doctor --partner {site.client_id} --page {page.url} --browser")


def test_a_page_that_requires_trusted_types_needs_no_word(page: Page, site: Site):
    assert "require-trusted-types-for 'script'" in POLICY
    said = console(page)
    opened(page, site.with_widget(attributes="debug"))
    assert [one for one in said if "Trusted" in one or one.startswith("MAG: ")] == []


@pytest.mark.parametrize("attributes", ["debug", ""])
def test_a_healthy_page_says_nothing(page: Page, site: Site, attributes: str):
    said = console(page)
    opened(page, site.with_widget(attributes=attributes))
    page.wait_for_timeout(1500)
    assert [one for one in said if one.startswith("MAG: ")] == []


def test_without_debug_an_ill_page_says_nothing_of_ours(page: Page, site: Site):
    said = console(page)
    page.goto(site.with_widget(request=site.request(client_id="mcf")))
    expect(page.locator("mag-signin")).to_have_count(1)
    page.wait_for_timeout(2500)
    expect(page.locator(READY)).to_have_count(0)
    assert [one for one in said if one.startswith("MAG: ")] == []
