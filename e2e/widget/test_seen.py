"""The button answers only while the frame is really seen; a manager's icon over it is no attack."""

import pytest
from playwright.sync_api import Page, expect

from e2e.widget.frame import be_seen, fill, opened, press, until
from e2e.widget.site import Site
from tests.demo.running import Demonstration

COVERS = {
    "an overlay that lets clicks through": """
        Object.assign(document.body.appendChild(document.createElement("div")).style,
          {position: "fixed", inset: 0, background: "white", pointerEvents: "none", zIndex: 9});""",
    "a nearly transparent frame": "document.querySelector('mag-signin').style.opacity = .02;",
    "a blurred page": "document.body.style.filter = 'blur(8px)';",
    "a frame scaled and turned": """
        document.querySelector("mag-signin").style.transform = "scale(.5) rotate(9deg)";""",
}
# What a page's own style does without meaning any harm.
SHADOW = "main { filter: drop-shadow(0 2px 6px rgb(0 0 0 / 20%)); }"
HEADER = """header { position: sticky; top: 0; height: 60px; background: #fff; z-index: 2; }
main { margin: 240px 0 900px; }"""
HARMLESS = {
    "a shadow drawn by a filter": SHADOW,
    "a hair of transparency": "main { opacity: .99; }",
    "a blend": "main { mix-blend-mode: multiply; }",
    "a sticky header over the frame's top": HEADER,
}
HEARD = """window.told = [];
addEventListener("mag-error", ({ detail }) => told.push(detail.code));"""

# A form of the page's own, in the frame's place.
PLANTED = (
    '<mag-signin style="display:block"><form id="sign-in" method="post" action="/callback">'
    '<input id="password" name="password" value="Mississippi1876">'
    '<button value="sign-in">Se connecter</button></form></mag-signin>'
)
PLANTED_POLICY = "default-src 'self'; style-src 'unsafe-inline'; form-action 'self'"
UNCOVERED_FOR_A_MOMENT = """() => {
  const { style } = document.querySelector("mag-signin");
  setTimeout(() => {
    style.opacity = "";
    setTimeout(() => { style.opacity = .02; }, 200);
  }, 600);
  return Date.now() + 600;
}"""
# A click every 20 ms until short of half a second after that moment, by the clock of both.
CLICKS = """(uncovered) => new Promise((done) => {
  const button = document.querySelector("button[value=sign-in]");
  const clicking = setInterval(() => {
    if (Date.now() < uncovered + 400) return button.click();
    clearInterval(clicking);
    done();
  }, 20);
})"""
# Until the frame, seen only just, has answered one of them by words.
CLICKS_UNTIL_ANSWERED = """() => new Promise((done) => {
  const button = document.querySelector("button[value=sign-in]");
  const clicking = setInterval(() => {
    button.click();
    if (document.getElementById("pressed-too-soon").hidden) return;
    clearInterval(clicking);
    done();
  }, 20);
})"""
TOP_OF_THE_BUTTON = """() =>
  document.querySelector("button[value=sign-in]").getBoundingClientRect().top"""


def posted(page: Page, demo: Demonstration) -> list[str]:
    sent: list[str] = []
    page.on(
        "request", lambda one: sent.append(one.url) if one.url == f"{demo.mag}/sign-in" else None
    )
    return sent


@pytest.mark.parametrize("cover", COVERS)
def test_a_covered_button_sends_nothing_and_offers_the_full_page(
    page: Page, site: Site, demo: Demonstration, cover: str
):
    frame = opened(page, site.with_widget())
    sent = posted(page, demo)
    fill(frame)
    be_seen(frame)
    page.evaluate(COVERS[cover])
    expect(frame.locator("html[data-armed]")).to_have_count(0)
    frame.evaluate("document.querySelector('button[value=sign-in]').click()")
    expect(frame.locator("#unseen-offer")).to_be_visible()
    link = frame.locator("#unseen-offer a")
    assert (link.get_attribute("target"), sent) == ("_top", [])
    assert "response_mode=query" in (link.get_attribute("href") or "")


@pytest.mark.parametrize("style", HARMLESS)
def test_a_page_whose_own_style_covers_the_form_is_told_so(
    page: Page, site: Site, demo: Demonstration, style: str
):
    said: list[str] = []
    page.on("console", lambda one: said.append(one.text))
    page.set_viewport_size({"width": 390, "height": 700})
    around = "<header>Un portail</header><main>{}</main>"
    frame = opened(
        page,
        site.with_widget(attributes="debug", around=around, style=HARMLESS[style], script=HEARD),
    )
    sent = posted(page, demo)
    fill(frame)
    page.evaluate("scrollTo(0, 300)")
    page.wait_for_timeout(300)  # Chromium looks ten times a second
    expect(frame.locator("html[data-armed]")).to_have_count(0)
    frame.evaluate("document.querySelector('button[value=sign-in]').click()")
    expect(frame.locator("#unseen-offer a")).to_be_visible()
    until(page, "told.length")
    assert page.evaluate("told") == ["MAG-206"]
    help_page = f"{demo.mag}/docs/errors/MAG-206"
    assert f"MAG: MAG-206: see {help_page}" in said
    answer = page.request.get(help_page.replace("mag.localhost", "127.0.0.1"))
    assert "box-shadow" in answer.text()
    assert sent == []


def test_scrolled_clear_of_a_sticky_header_the_form_is_sent(page: Page, site: Site):
    page.set_viewport_size({"width": 390, "height": 900})
    around = "<header>Un portail</header><main>{}</main>"
    frame = opened(page, site.with_widget(around=around, style=HEADER, script=HEARD))
    fill(frame)
    be_seen(frame)
    page.evaluate("scrollTo(0, 300)")
    expect(frame.locator("html[data-armed]")).to_have_count(0)
    page.evaluate("scrollTo(0, 200)")
    press(frame)
    expect(page).to_have_url(f"{site.url}/callback")


@pytest.mark.parametrize("cover", COVERS)
def test_a_form_of_the_page_s_own_is_sent_under_the_same_cover(page: Page, site: Site, cover: str):
    page.goto(site.place(PLANTED, policy=PLANTED_POLICY))
    page.evaluate(COVERS[cover])
    page.evaluate("document.querySelector('button[value=sign-in]').click()")
    expect(page).to_have_url(f"{site.url}/callback")
    assert site.landings[-1].form == {"password": "Mississippi1876"}


def test_a_form_of_the_page_s_own_is_sent_when_its_cover_goes_for_one_click(page: Page, site: Site):
    page.goto(site.place(PLANTED, policy=PLANTED_POLICY))
    page.evaluate("document.querySelector('mag-signin').style.opacity = .02")
    page.evaluate(UNCOVERED_FOR_A_MOMENT)
    page.evaluate("document.querySelector('button[value=sign-in]').click()")
    expect(page).to_have_url(f"{site.url}/callback")
    assert site.landings[-1].form == {"password": "Mississippi1876"}


def test_once_uncovered_the_button_answers_again(page: Page, site: Site):
    frame = opened(page, site.with_widget())
    fill(frame)
    be_seen(frame)
    page.evaluate("document.querySelector('mag-signin').style.opacity = .02")
    expect(frame.locator("html[data-armed]")).to_have_count(0)
    frame.evaluate("document.querySelector('button[value=sign-in]').click()")
    expect(frame.locator("#unseen-offer")).to_be_visible()
    page.evaluate("document.querySelector('mag-signin').style.opacity = ''")
    expect(frame.locator("#unseen-offer")).to_be_hidden()
    expect(frame.locator("#pressed-too-soon")).to_be_visible()
    press(frame)
    expect(page).to_have_url(f"{site.url}/callback")


def test_a_cover_taken_away_for_one_click_gets_no_click(
    page: Page, site: Site, demo: Demonstration
):
    # Attack: the overlay goes at the very moment of the click, and comes back.
    frame = opened(page, site.with_widget())
    sent = posted(page, demo)
    fill(frame)
    page.evaluate("document.querySelector('mag-signin').style.opacity = .02")
    expect(frame.locator("html[data-armed]")).to_have_count(0)
    frame.evaluate(CLICKS, page.evaluate(UNCOVERED_FOR_A_MOMENT))
    page.wait_for_timeout(300)
    assert sent == []


def test_a_press_that_comes_too_soon_is_answered_by_words_and_the_next_one_sends(
    page: Page, site: Site, demo: Demonstration
):
    frame = opened(page, site.with_widget())
    sent = posted(page, demo)
    fill(frame)
    page.evaluate("document.querySelector('mag-signin').style.opacity = .02")
    expect(frame.locator("html[data-armed]")).to_have_count(0)
    place = frame.evaluate(TOP_OF_THE_BUTTON)
    page.evaluate("document.querySelector('mag-signin').style.opacity = ''")
    frame.evaluate(CLICKS_UNTIL_ANSWERED)
    told = frame.get_by_role("alert").filter(visible=True)
    expect(told).to_have_count(1)
    expect(told).to_contain_text("appuyez de nouveau sur «\u00a0SE\u00a0CONNECTER\u00a0».")
    # What one is told to press again has not moved away.
    assert frame.evaluate(TOP_OF_THE_BUTTON) == place
    assert sent == []
    press(frame)
    expect(page).to_have_url(f"{site.url}/callback")
    assert len(sent) == 1


def test_a_password_manager_s_icon_over_a_field_disarms_nothing(page: Page, site: Site):
    frame = opened(page, site.with_widget())
    be_seen(frame)
    # What managers do: an element of theirs, over the field, in our own document.
    frame.evaluate(
        """() => {
            for (const field of document.querySelectorAll("#siret, #password")) {
                const box = field.getBoundingClientRect();
                const icon = document.createElement("div");
                const [left, top] = [box.right - 40 + "px", box.top + 8 + "px"];
                const look = {position: "absolute", zIndex: 2147483647, background: "green",
                    left, top, width: "32px", height: "32px"};
                for (const [name, value] of Object.entries(look)) icon.style[name] = value;
                document.documentElement.append(icon);
            }
        }"""
    )
    page.wait_for_timeout(400)
    expect(frame.locator("html[data-armed]")).to_have_count(1)
    fill(frame)
    press(frame)
    expect(page).to_have_url(f"{site.url}/callback")


def test_a_form_taller_than_the_screen_is_seen_all_the_same(page: Page, site: Site):
    page.set_viewport_size({"width": 390, "height": 420})
    frame = opened(page, site.with_widget())
    fill(frame)
    press(frame)
    expect(page).to_have_url(f"{site.url}/callback")
