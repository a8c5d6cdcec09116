"""What only a browser knows: blocked scripts, an element never defined, a frame that stays mute.

Needs the package `playwright` and a Chromium; without them the other causes are still found.
"""

import shutil
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from mag_server.doctor.evidence import Finding

PATIENCE_MS = 9000
_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
_CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class NoBrowserError(Exception):
    """There is no browser to open the page with; the message says what to install."""


@dataclass
class Seen:
    """What happened in the browser."""

    failures: list[tuple[str, str]] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    has_element: bool = False
    is_defined: bool = False
    is_ready: bool = False


def look(page_url: str, *, issuer: str, chromium: str | None = None) -> Seen:
    """Open the page in Chromium and wait until the widget is ready, 9 s at most.

    Raises:
        NoBrowserError: playwright or Chromium is missing.
    """
    path = chromium or next((p for name in _CHROMIUMS if (p := shutil.which(name))), None)
    if path is None or find_spec("playwright") is None:
        raise NoBrowserError(
            "--browser needs Chromium and the package playwright: "
            "apt-get install chromium; pip install playwright"
        )
    seen = Seen()
    with import_module("playwright.sync_api").sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_ARGUMENTS)
        page = browser.new_page(locale="fr-FR")
        page.on("requestfailed", lambda r: seen.failures.append((r.url, r.failure or "")))
        page.on("console", lambda message: seen.complaints.append(message.text))
        page.goto(page_url, wait_until="domcontentloaded")
        _watch(page, seen)
        browser.close()
    seen.failures = [(url, why) for url, why in seen.failures if url.startswith(issuer)]
    return seen


def _watch(page: Any, seen: Seen) -> None:
    waited = 0
    while waited < PATIENCE_MS and not seen.is_ready:
        page.wait_for_timeout(300)
        waited += 300
        seen.has_element = page.evaluate("Boolean(document.querySelector('mag-signin'))")
        seen.is_defined = page.evaluate("Boolean(customElements.get('mag-signin'))")
        seen.is_ready = page.evaluate("Boolean(document.querySelector('mag-signin[ready]'))")


def judge(seen: Seen, *, issuer: str) -> list[Finding]:
    """Return the causes that the browser showed; none when the widget got ready."""
    if seen.is_ready:
        return []
    for url, why in seen.failures:
        if "BLOCKED_BY_CLIENT" in why:
            return [_blocked_by_client(url)]
        if "csp" in why.lower() or "BLOCKED_BY_CSP" in why:
            return [_blocked_by_policy(url, issuer)]
    if not seen.has_element:
        return [_no_element()]
    if not seen.is_defined:
        return [_never_defined(seen)]
    return [_mute(seen, issuer)]


def _blocked_by_client(url: str) -> Finding:
    return Finding(
        "blocked-by-extension",
        f"An extension or a filter list of the browser blocks {url}.",
        "Nothing to change: the fallback inside <mag-signin> leads on; keep a link in it.",
    )


def _blocked_by_policy(url: str, issuer: str) -> Finding:
    return Finding(
        "browser-csp",
        f"The browser blocks {url} by the page's Content-Security-Policy.",
        f"script-src {issuer}; frame-src {issuer}",
    )


def _no_element() -> Finding:
    return Finding(
        "element-never-added",
        "No <mag-signin> came into the page within 9 s, not even by a script.",
        '<mag-signin request="..."><a href="/login">Se connecter</a></mag-signin>',
    )


def _never_defined(seen: Seen) -> Finding:
    said = f" The console says: {seen.complaints[0]}" if seen.complaints else ""
    return Finding(
        "element-never-defined",
        f"mag.js did not run, so <mag-signin> stays an unknown element.{said}",
        "Load mag.js with a plain <script src async>, not as a module and not bundled.",
    )


def _mute(seen: Seen, issuer: str) -> Finding:
    said = f" The console says: {seen.complaints[-1]}" if seen.complaints else ""
    return Finding(
        "frame-mute",
        f"The frame opened and MAG's page in it said nothing within 9 s.{said}",
        f"frame-src {issuer}",
    )
