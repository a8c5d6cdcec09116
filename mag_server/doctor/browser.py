"""What only a browser knows: blocked scripts, an element never defined, a frame that stays mute.

Needs the package `playwright` and a Chromium; without them the other causes are still found.
"""

import os
import shutil
import tempfile
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from mag_server.doctor import request
from mag_server.doctor.evidence import Evidence, Finding
from mag_server.doctor.sight import Hidden, look_for_what_hides, never_armed

PATIENCE_MS = 9000
_ARGUMENTS = ["--disable-gpu", "--disable-quic", "--disable-background-networking"]
# Where the element waits to be scrolled or swapped into view (`loading="lazy"`), nobody does it.
_SHOW_LAZY = """() => document.querySelectorAll('mag-signin[loading=lazy]').forEach((element) => {
  element.removeAttribute('loading');
  document.body.append(element);
})"""
# Why MAG or a proxy before it lets no page show the frame.
_REFUSALS = (
    request.request_of_another_partner,
    request.response_mode,
    request.redirect_uri_unregistered,
    request.redirect_uri_origin,
    request.origin_unknown,
    request.mag_refuses,
    request.proxy_frame_options,
    request.proxy_frame_ancestors,
)
_CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class NoBrowserError(Exception):
    """There is no browser to open the page with; the message says what to install."""


@dataclass
class Seen:
    """What happened in the browser."""

    failures: list[tuple[str, str]] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    cannot_open: str = ""
    has_element: bool = False
    request: str = ""
    is_defined: bool = False
    is_ready: bool = False
    hidden: Hidden | None = None


def look(page_url: str, *, issuer: str, chromium: str | None = None) -> Seen:
    """Open the page in Chromium, wait until the widget is ready, 9 s at most, and is really seen.

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
    playwright_api = import_module("playwright.sync_api")
    # A profile, not a private window: there a person's own extensions would not run.
    with (
        playwright_api.sync_playwright() as playwright,
        tempfile.TemporaryDirectory(prefix="mag-doctor-") as profile,
    ):
        try:
            browser = playwright.chromium.launch_persistent_context(
                profile,
                executable_path=path,
                args=_ARGUMENTS,
                locale="fr-FR",
                # Attack: the partner's page, beside MAG's keys. For root Chromium has no sandbox.
                chromium_sandbox=os.geteuid() != 0,
            )
        except playwright_api.Error as error:
            raise NoBrowserError(_does_not_start(path, error.message)) from error
        page = browser.new_page()
        page.on("requestfailed", lambda r: seen.failures.append((r.url, r.failure or "")))
        page.on("console", lambda message: seen.complaints.append(message.text))
        page.on("pageerror", lambda error: seen.complaints.append(error.message))
        try:
            page.goto(page_url, wait_until="domcontentloaded")
            _watch(page, seen)
            if seen.is_ready:
                seen.hidden = look_for_what_hides(page, issuer=issuer)
        except playwright_api.Error as error:
            seen.cannot_open = error.message.splitlines()[0]
        browser.close()
    seen.failures = [(url, why) for url, why in seen.failures if url.startswith(issuer)]
    return seen


def _does_not_start(path: str, message: str) -> str:
    told = [line.strip() for line in message.splitlines() if line.strip()]
    reason = next((line for line in told if "sandbox" in line.lower()), told[0])[:300]
    return (
        f"{path} does not start: {reason} Except for root it runs in its sandbox, which needs "
        "user namespaces: allow them (sysctl kernel.unprivileged_userns_clone=1, AppArmor), or "
        "leave --browser out."
    )


def _watch(page: Any, seen: Seen) -> None:
    waited = 0
    while waited < PATIENCE_MS and not seen.is_ready:
        page.wait_for_timeout(300)
        waited += 300
        page.evaluate(_SHOW_LAZY)
        seen.has_element = _has(page, "mag-signin")
        seen.request = _request(page)
        seen.is_ready = _has(page, "mag-signin[ready]")
        seen.is_defined = page.evaluate("Boolean(customElements.get('mag-signin'))")


def _has(page: Any, selector: str) -> bool:
    return bool(page.locator(selector).count())


def _request(page: Any) -> str:
    written = page.locator("mag-signin[request]:not([request=''])")
    return str(written.first.get_attribute("request") or "") if written.count() else ""


def judge(seen: Seen, *, evidence: Evidence) -> list[Finding]:
    """Return the causes that the browser showed; none when the widget got ready and is seen.

    Args:
        seen: what happened in the browser.
        evidence: what was found before, with what MAG answers to the request that was seen.
    """
    issuer = evidence.issuer
    if seen.is_ready:
        return [never_armed(seen.hidden)] if seen.hidden else []
    if seen.cannot_open:
        return [_cannot_open(seen)]
    if blocked := _blocked(seen, evidence):
        return [blocked]
    return [_lacking(seen, issuer) or _mute(seen, issuer)]


def _lacking(seen: Seen, issuer: str) -> Finding | None:
    """Name what of the two lines the page lacks, once its scripts have run."""
    is_whole = seen.has_element and seen.is_defined
    if not is_whole and _is_about_trusted_types(seen):
        return _untrusted(seen, issuer)
    if not seen.has_element:
        return _no_element()
    if not seen.is_defined:
        return _never_defined(seen, issuer)
    return None if seen.request else _no_request()


def _is_about_trusted_types(seen: Seen) -> bool:
    return any("requires 'Trusted" in said for said in seen.complaints)


def _said(seen: Seen, about: str) -> str:
    for said in seen.complaints:
        if about in said:
            return f" The console says: {said}"
    return ""


def _cannot_open(seen: Seen) -> Finding:
    return Finding(
        "browser-cannot-open",
        f"Chromium cannot open the page: {seen.cannot_open}.",
        "Correct --page; mend the portal's certificate.",
    )


def _untrusted(seen: Seen, issuer: str) -> Finding:
    return Finding(
        "browser-trusted-types",
        "The page requires Trusted Types, and a script of it writes MAG's lines as text."
        + _said(seen, "requires 'Trusted"),
        f'<script src="{issuer}/widget/v1/mag.js" async></script> in the page as sent',
    )


def _no_request() -> Finding:
    return Finding(
        "browser-request-missing",
        "<mag-signin> got no request within 9 s: it goes on showing its fallback.",
        '{{ mag_widget(target="/espace") }}',
    )


def _blocked(seen: Seen, evidence: Evidence) -> Finding | None:
    issuer = evidence.issuer
    for url, why in seen.failures:
        if "BLOCKED_BY_CLIENT" in why:
            return _blocked_by_client(url)
        if "csp" in why.lower():
            return _blocked_by_policy(url, issuer)
    # A frame that is blocked is no failed request: the console alone tells.
    for said in seen.complaints:
        if "frame-ancestors" in said or "X-Frame-Options" in said:
            return _frame_refused(evidence)
        if "frame-src" in said and issuer in said:
            return _blocked_by_policy(f"the frame of {issuer}", issuer)
    return None


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


def _never_defined(seen: Seen, issuer: str) -> Finding:
    return Finding(
        "element-never-defined",
        "mag.js did not run, so <mag-signin> stays an unknown element." + _said(seen, issuer),
        "Load mag.js with a plain <script src async>, not as a module and not bundled.",
    )


def _frame_refused(evidence: Evidence) -> Finding:
    known = (check(evidence) for check in _REFUSALS)
    cause = next((finding for finding in known if finding), None)
    if cause is None:
        return Finding(
            "frame-refused",
            "The browser may not show MAG's page here, though the origin and the request are as "
            "registered: what stands between this browser and MAG changes MAG's headers.",
            "proxy_hide_header X-Frame-Options; proxy_pass_header Content-Security-Policy;",
        )
    return Finding(
        "frame-refused",
        f"The browser may not show MAG's page here ({cause.cause}). {cause.sentence}",
        cause.remedy,
    )


def _mute(seen: Seen, issuer: str) -> Finding:
    return Finding(
        "frame-mute",
        "The frame opened and MAG's page in it said nothing within 9 s." + _said(seen, issuer),
        f"Open {issuer}/health/ready from that network: whatever stands before MAG changes it.",
    )
