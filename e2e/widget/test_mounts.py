"""Taken away and put back, a hundred times: it works, and leaves nothing behind."""

from playwright.sync_api import Page, expect

from e2e.widget.frame import READY, frame_of, lands_once, opened, sign_in
from e2e.widget.site import Site


def test_100_mounts_leave_no_listener_no_port_and_no_frame(page: Page, site: Site):
    opened(page, site.with_widget())
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    mount = """async (times) => {
        const element = document.querySelector("mag-signin") ?? window.element;
        window.element = element;
        for (let turn = 0; turn < times; turn += 1) {
            element.remove();
            document.body.append(element);
            await new Promise((go) => element.addEventListener("mag-ready", go, { once: true }));
        }
        element.remove();
    }"""

    def left() -> dict[str, float]:
        for _ in range(3):
            session.send("HeapProfiler.collectGarbage")
            page.wait_for_timeout(100)
        told = {
            one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]
        }
        prototype = session.send("Runtime.evaluate", {"expression": "MessagePort.prototype"})
        id_ = prototype["result"]["objectId"]
        ports = session.send("Runtime.queryObjects", {"prototypeObjectId": id_})
        length = session.send(
            "Runtime.callFunctionOn",
            {
                "objectId": ports["objects"]["objectId"],
                "functionDeclaration": "function () { return this.length; }",
            },
        )
        kept = ("JSEventListeners", "Frames", "Documents", "Nodes")
        return {name: told[name] for name in kept} | {"ports": length["result"]["value"]}

    page.evaluate(mount, 3)
    before = left()
    page.evaluate(mount, 100)
    after = left()
    assert len(page.frames) == 1
    for name, count in after.items():
        assert count <= before[name] + 2, (before, after)


def test_an_element_taken_away_and_put_back_works(page: Page, site: Site):
    opened(page, site.with_widget())
    page.evaluate(
        """() => { const element = document.querySelector("mag-signin");
                   element.remove(); document.body.append(element); }"""
    )
    expect(page.locator(READY)).to_have_count(1)
    sign_in(frame_of(page))
    lands_once(page, site)


def test_a_new_request_begins_again(page: Page, site: Site):
    opened(page, site.with_widget())
    page.evaluate(
        "(request) => document.querySelector('mag-signin').setAttribute('request', request)",
        site.request(state="the-second-state"),
    )
    frame = frame_of(page, within="the-second-state")
    sign_in(frame)
    expect(page).to_have_url(f"{site.url}/callback")
    assert site.landings[0].form["state"] == "the-second-state"
