"""What the widget costs a page: bytes, script time on a slow processor, time to a form."""

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from html import escape
from pathlib import Path
from typing import Any

import brotli
from playwright.sync_api import Browser, Page, sync_playwright

from bench import npm
from bench.flows import authorize_query
from bench.mag import Mag, register
from bench.pages import Pages, running_pages
from e2e.conftest import CHROMIUM_ARGUMENTS, find_chromium
from mag_server.base.assets import Assets
from mag_server.base.places import STATIC

THROTTLE = 4
LOADS = 11
CLIENT_ID = "bench-page"
_FOLDER = Path(__file__).parent / "widget_peers"
# What each package's own documentation has a page load.
_PEERS = {
    "@teamhanko/hanko-elements": ("dist/elements.js", "module"),
    "@okta/okta-signin-widget": ("dist/js/okta-sign-in.min.js", "text/javascript"),
}
# The instant at which the frame said that its form can be typed in, on the page's own clock.
_LISTEN = "addEventListener('mag-ready', () => { window.readyAt = performance.now(); });"
_SINCE_THE_SCRIPT = """() => {
    const loads = performance.getEntriesByType("resource");
    return window.readyAt - loads.find((one) => one.name.endsWith("/mag.js")).startTime;
}"""
_LOAD = """([src, type]) => new Promise((done, failed) => {
    const script = Object.assign(document.createElement("script"), { src, type });
    script.onload = done;
    script.onerror = failed;
    document.head.append(script);
})"""
_INTERACTIVE = "performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"


@dataclass(frozen=True)
class Script:
    """One script: what a page downloads for it, and the time it takes before anything is asked."""

    name: str
    brotli_bytes: int
    script_ms: float


@dataclass(frozen=True)
class Waits:
    """Milliseconds until a form can be typed in, medians; the full page is the yardstick."""

    cold_ms: float
    warm_ms: float
    full_page_cold_ms: float
    full_page_warm_ms: float


def bench_widget(mag: Mag) -> dict[str, Any]:
    """Measure and print; return the figures."""
    with sync_playwright() as playwright, running_pages() as pages:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=CHROMIUM_ARGUMENTS
        )
        print(f"\nThe widget, Chromium {browser.version}")
        scripts = measure_scripts(browser, pages)
        waits = measure_waits(browser, pages, mag)
        browser.close()
    _print_waits(waits)
    return {"scripts": [asdict(one) for one in scripts], "waits": asdict(waits)}


def measure_scripts(browser: Browser, pages: Pages) -> list[Script]:
    """Load each script into an empty page, each time in a browser that never saw it."""
    own = (STATIC / Assets.load()["mag.js"].file).read_bytes()
    sources = {"mag.js": (own, "text/javascript")}
    missing = npm.why_not_installed(_FOLDER)
    if missing:
        print(f"  Scripts: not compared. {missing}.")
    else:
        for name, (file, kind) in _PEERS.items():
            body = (_FOLDER / "node_modules" / name / file).read_bytes()
            sources[f"{name} {npm.installed(_FOLDER, name)}"] = (body, kind)
    blank = pages.page("/blank")
    found = []
    for number, (name, (body, kind)) in enumerate(sources.items()):
        address = pages.script(f"/{number}.js", body)
        times = [_script_ms(browser, blank, address, kind) for _ in range(LOADS)]
        found.append(Script(name, len(brotli.compress(body)), statistics.median(times)))
    _print_scripts(found)
    return found


def _script_ms(browser: Browser, blank: str, address: str, kind: str) -> float:
    context = browser.new_context()
    page = context.new_page()
    page.goto(blank)
    devtools = context.new_cdp_session(page)
    devtools.send("Performance.enable")
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": THROTTLE})

    def spent() -> float:
        metrics = devtools.send("Performance.getMetrics")["metrics"]
        return sum(
            float(one["value"])
            for one in metrics
            if one["name"] in {"ScriptDuration", "V8CompileDuration"}
        )

    before = spent()
    page.evaluate(_LOAD, [address, kind])
    milliseconds = (spent() - before) * 1000
    context.close()
    return milliseconds


def measure_waits(browser: Browser, pages: Pages, mag: Mag) -> Waits:
    """Time from the request of mag.js to a form one can type in, and the full page's own form."""
    redirect_uri = f"{pages.origin}/callback"
    register(mag.equipment, client_id=CLIENT_ID, redirect_uri=redirect_uri)
    query = authorize_query(challenge="c" * 43, client_id=CLIENT_ID, redirect_uri=redirect_uri)
    framed = escape(f"{query}&response_mode=web_message")
    loader = f"{mag.issuer}/widget/v1/mag.js"
    page = pages.page(
        "/widget",
        head=f'<script>{_LISTEN}</script><script src="{loader}" async></script>',
        body=f'<mag-signin request="{framed}"></mag-signin>',
    )
    cold, warm = _cold_and_warm(browser, page, _widget_ms)
    full_cold, full_warm = _cold_and_warm(browser, f"{mag.issuer}/authorize?{query}", _full_page_ms)
    return Waits(cold, warm, full_cold, full_warm)


def _cold_and_warm(browser: Browser, address: str, took: Any) -> tuple[float, float]:
    cold, warm = [], []
    for _ in range(LOADS):
        context = browser.new_context(locale="fr-FR")
        page = context.new_page()
        for times in (cold, warm):
            page.goto("about:blank")
            page.goto(address)
            times.append(took(page))
        context.close()
    return statistics.median(cold), statistics.median(warm)


def _widget_ms(page: Page) -> float:
    page.wait_for_function("window.readyAt")
    return float(page.evaluate(_SINCE_THE_SCRIPT))


def _full_page_ms(page: Page) -> float:
    page.locator("#siret").wait_for()
    return float(page.evaluate(_INTERACTIVE))


def _print_scripts(scripts: Sequence[Script]) -> None:
    print(f"  Script time on a processor {THROTTLE} times slower, median of {LOADS} cold loads")
    for one in scripts:
        print(f"  {one.name:34} {one.brotli_bytes:8,d} bytes brotli {one.script_ms:8.1f} ms")
    own = scripts[0]
    for one in scripts[1:]:
        bytes_ratio, time_ratio = own.brotli_bytes / one.brotli_bytes, own.script_ms / one.script_ms
        print(f"  mag.js / {one.name}: bytes {bytes_ratio:.4f}, script time {time_ratio:.4f}")


def _print_waits(waits: Waits) -> None:
    print(f"  From the request of mag.js to a form one can type in, median of {LOADS}")
    for word, widget, page in (
        ("cold", waits.cold_ms, waits.full_page_cold_ms),
        ("warm", waits.warm_ms, waits.full_page_warm_ms),
    ):
        print(f"  {word}: {widget:.0f} ms; the full page {page:.0f} ms; {widget / page:.2f} of it")
