"""Forged and replayed messages, stolen ports, swapped frames, foreign embedders.

Each has its counterpart: the same try against a page that is careless in the way that it needs.
"""

from urllib.parse import urlencode

from playwright.sync_api import Page, expect

from e2e.widget.frame import READY, frame_of, opened, sign_in, until
from e2e.widget.site import OPENED_ROOT, Site
from tests.demo.running import Demonstration

HEARD = """
window.heard = [];
for (const type of ["ready", "step", "error", "cancel", "success", "look-refused"])
  addEventListener("mag-" + type, (event) => {
    event.preventDefault();
    heard.push([event.type, event.detail]);
  });
"""
# A page of the embedder's, opened in a frame of its own beside MAG's, that says what MAG's says.
FORGER = """
parent.postMessage("mag-hello", "*");
const said = [{type: "ready", redirectUri: "https://evil.example/"},
              {type: "success", code: "forged", state: "forged", iss: "forged"}];
for (const one of said) parent.postMessage(one, "*");
addEventListener("message", (event) => {
  parent.postMessage("got " + (event.data?.type ?? event.data) + " " + event.ports.length, "*");
  for (const port of event.ports) for (const one of said) port.postMessage(one);
});
"""
FOREIGN = "default-src 'none'; script-src 'self'; frame-src *"
# What a loader would be that asks nobody who speaks.
CARELESS = """
addEventListener("message", (event) => {
  if (event.data === "mag-hello") {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data: detail }) =>
      dispatchEvent(new CustomEvent("mag-" + detail.type, { detail }));
    event.source.postMessage("mag-port", "*", [port2]);
  }
});
"""
# Attack: the page records the hello and dispatches it again with a window of its own choice.
REPLAY = """
window.stolen = [];
window.replayed = 0;
addEventListener("message", (event) => {
  if (event.data !== "mag-hello" || !event.isTrusted) return;
  const mine = document.body.appendChild(document.createElement("iframe")).contentWindow;
  mine.addEventListener("message", ({ ports }) => stolen.push(ports.length));
  const mag = event.origin;
  for (const [source, origin] of [[mine, mag], [window, mag],
                                  [event.source, location.origin], [event.source, "null"]]) {
    dispatchEvent(new MessageEvent("message", { data: "mag-hello", source, origin }));
    replayed += 1;
  }
});
"""
NOTED = """
addEventListener("message", ({ data }) => {
  if (String(data).startsWith("got")) heard.push(data);
});
"""


def heard(page: Page) -> list:
    said: list = page.evaluate("heard")
    return said


def test_a_forger_s_messages_are_not_heard(page: Page, site: Site, stranger: Site):
    forger = stranger.place("", script=FORGER, policy=FOREIGN)
    url = site.with_widget(script=HEARD + NOTED, around='{}<div id="beside"></div>')
    site.served[url.removeprefix(site.url)] = _with_frame_source(site, url, stranger)
    frame = opened(page, url)
    before = heard(page)
    page.evaluate(
        "(src) => beside.append(Object.assign(document.createElement('iframe'), {src}))", forger
    )
    frame_of(page, within=forger)
    page.wait_for_timeout(300)
    assert heard(page) == before
    expect(frame.locator("#sign-in")).to_be_visible()


def test_a_careless_loader_would_hear_them(page: Page, site: Site, stranger: Site):
    forger = stranger.place("", script=FORGER, policy=FOREIGN)
    page.goto(_careless(site, NOTED, body=f'<iframe src="{forger}"></iframe>'))
    expect(page.locator("iframe")).to_have_count(1)
    _until_heard(page, "mag-success")


def test_replaying_the_frame_s_hello_gets_no_port_away_from_mag(page: Page, site: Site):
    frame = opened(page, site.with_widget(script=HEARD + REPLAY))
    page.wait_for_timeout(300)
    assert page.evaluate("[replayed, stolen]") == [4, []]
    sign_in(frame)
    _until_heard(page, "mag-success")
    assert [name for name, _ in heard(page)].count("mag-success") == 1


def test_a_careless_loader_would_answer_the_replay(page: Page, site: Site):
    hello = "addEventListener('load', () => postMessage('mag-hello', location.origin));"
    page.goto(_careless(site, REPLAY + hello))
    until(page, "stolen.length")
    assert set(page.evaluate("stolen")) == {1}


def test_a_stolen_port_hears_the_answer_and_no_field(page: Page, site: Site):
    # The page may hold the port: it is the page's own. What it says is all there is on it.
    script = (
        HEARD
        + """
        window.carried = [];
        const Channel = window.MessageChannel;
        window.MessageChannel = function () {
          const made = new Channel();
          made.port1.addEventListener("message", ({ data }) => carried.push(data));
          return made;
        };"""
    )
    frame = opened(page, site.with_widget(script=script))
    sign_in(frame)
    expect(frame_of(page, within="/sign-in").locator("body[data-answer-code]")).to_have_count(1)
    until(page, "carried.some(one => one.type === 'success')")
    carried = page.evaluate("carried")
    kinds = {one["type"] for one in carried}
    assert {"ready", "size", "leaving", "success"} <= kinds
    allowed = {"type", "height", "redirectUri", "step", "code", "state", "iss"}
    assert {name for one in carried for name in one} <= allowed


def test_a_swapped_frame_gets_no_port_and_is_not_believed(page: Page, site: Site, stranger: Site):
    # Attack: the page puts another document where MAG's was, in the very same frame.
    forger = stranger.place("", script=FORGER, policy=FOREIGN)
    script = HEARD + NOTED + OPENED_ROOT
    url = site.with_widget(script=script)
    site.served[url.removeprefix(site.url)] = _with_frame_source(site, url, stranger)
    opened(page, url)
    before = heard(page)
    page.evaluate("(src) => { root.querySelector('iframe').src = src; }", forger)
    frame_of(page, within=forger)
    page.wait_for_timeout(300)
    assert heard(page) == before


def test_a_careless_loader_would_believe_a_swapped_frame(page: Page, site: Site, stranger: Site):
    forger = stranger.place("", script=FORGER, policy=FOREIGN)
    own = site.place("<form id='sign-in'></form>")
    page.goto(_careless(site, NOTED, body=f'<iframe src="{own}"></iframe>'))
    frame_of(page, within=own)
    assert heard(page) == []
    page.evaluate("(src) => { document.querySelector('iframe').src = src; }", forger)
    _until_heard(page, "mag-success")


def test_an_unregistered_site_is_shown_no_form(page: Page, site: Site, stranger: Site):
    stranger.client_id = site.client_id
    request = site.request()
    _refused_by_the_browser(page, stranger.with_widget(request=request))


def test_a_registered_partner_is_shown_no_form_of_another_s(
    page: Page, site: Site, other_partner: Site
):
    # Attack: a partner puts another partner's request into his own page.
    _refused_by_the_browser(page, other_partner.with_widget(request=site.request()))


def test_a_form_that_names_no_embedder_would_be_shown_to_anyone(
    page: Page, site: Site, stranger: Site
):
    careless = site.place("<form id='sign-in'><input id='siret'></form>")
    page.goto(stranger.place(f'<iframe src="{careless}"></iframe>', policy="default-src 'self' *"))
    expect(page.frame_locator("iframe").locator("#siret")).to_be_visible()


def test_a_partner_naming_another_s_redirect_uri_is_refused(
    page: Page, site: Site, other_partner: Site, demo: Demonstration
):
    request = other_partner.request(redirect_uri=f"{site.url}/callback")
    with page.expect_response(
        lambda answer: answer.url.startswith(f"{demo.mag}/authorize")
    ) as told:
        _refused_by_the_browser(page, site.with_widget(request=request))
    assert told.value.status == 400
    assert "frame-ancestors 'none'" in told.value.headers["content-security-policy"]


def test_a_provider_that_believes_the_request_would_answer_that_partner(
    page: Page, site: Site, other_partner: Site
):
    # A form of the page's own making that tells its answer to whoever the request names.
    believing = """
        const asked = new URLSearchParams(location.search).get("redirect_uri");
        parent.postMessage({ code: "for-" + asked }, new URL(asked).origin);"""
    form = site.place("", script=believing, policy="script-src 'self'")
    asked = urlencode({"redirect_uri": f"{other_partner.url}/callback"})
    told = "window.told = []; addEventListener('message', ({ data }) => told.push(data));"
    victim = other_partner.place(
        f'<iframe src="{form}?{asked}"></iframe>', script=told, policy="frame-src *"
    )
    page.goto(victim)
    until(page, "told.length")
    assert page.evaluate("told") == [{"code": f"for-{other_partner.url}/callback"}]


def _careless(site: Site, script: str, *, body: str = "") -> str:
    """Put a page on the site with the careless loader, and what is tried on it."""
    policy = "default-src 'self'; frame-src *"
    return site.place(body, script=HEARD + CARELESS + script, policy=policy)


def _refused_by_the_browser(page: Page, url: str) -> None:
    with page.expect_console_message(lambda said: "frame-ancestors" in said.text):
        page.goto(url)
    expect(page.locator(READY)).to_have_count(0)
    for frame in page.frames[1:]:
        assert frame.locator("#sign-in").count() == 0


def _until_heard(page: Page, name: str) -> None:
    until(page, f"heard.some(said => Array.isArray(said) && said[0] === '{name}')")


def _with_frame_source(site: Site, url: str, other: Site) -> tuple[str, str, str]:
    """Let a hostile page frame what it likes: its own policy protects nobody from it."""
    kind, html, policy = site.served[url.removeprefix(site.url)]
    return kind, html, policy.replace("frame-src", f"frame-src {other.url}")
