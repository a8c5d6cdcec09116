"""Each cause is found on a page that is ill in that one way, with the line that mends it."""

import re
from collections.abc import Callable
from dataclasses import replace
from html import escape
from pathlib import Path
from urllib.parse import urlencode

import pytest

from mag_server.base.assets import Assets
from mag_server.base.fetch import Fetched, Unreachable
from mag_server.doctor import checks, page, request
from tests.doctor.clinic import Clinic

Illness = Callable[[Clinic], None]


def _asking(clinic: Clinic, **changes: str) -> None:
    clinic.request |= changes
    clinic.write_page()


def _script(clinic: Clinic, attributes: str) -> None:
    clinic.write_page(script=f"<script {attributes} async></script>")


def _pinned(clinic: Clinic, integrity: str, rest: str = 'crossorigin="anonymous"') -> None:
    url = f"{clinic.issuer}/widget/v1/mag.js"
    _script(clinic, f'src="{url}" integrity="{integrity}" {rest}')


def _redirects(clinic: Clinic) -> None:
    clinic.page.status = 302
    clinic.page.headers["Location"] = "/login"


def _wrong_release(clinic: Clinic) -> None:
    _script(clinic, f'src="{clinic.issuer}/widget/v1/mag.0123456789abcdef.js"')


ILL: dict[str, tuple[str, Illness]] = {
    "page-status": ("--page", _redirects),
    "script-missing": ("mag.js", lambda c: c.write_page(script="")),
    "script-of-another-issuer": (
        "mag.js",
        lambda c: _script(c, 'src="https://mag.example/widget/v1/mag.js"'),
    ),
    "script-unreachable": ("widget/v1/mag.js", _wrong_release),
    "script-integrity": ("integrity=", lambda c: _pinned(c, "sha384-" + "A" * 64)),
    "script-crossorigin": (
        'crossorigin="anonymous"',
        lambda c: _pinned(c, Assets.load()["mag.js"].integrity, rest=""),
    ),
    "csp-script-src": (
        "script-src http://mag.localhost",
        lambda c: c.set_policy(f"script-src 'self'; frame-src {c.issuer}"),
    ),
    "csp-frame-src": (
        "frame-src http://mag.localhost",
        lambda c: c.set_policy(f"default-src 'self'; script-src {c.issuer}"),
    ),
    "csp-form-action": ("form-action 'self'", lambda c: c.set_policy("form-action 'none'")),
    "csp-sandbox": ("allow-forms", lambda c: c.set_policy("sandbox allow-scripts")),
    "embedder-policy": (
        "unsafe-none",
        lambda c: c.page.headers.update({"Cross-Origin-Embedder-Policy": "require-corp"}),
    ),
    "permissions-policy": (
        "publickey-credentials-get=(self",
        lambda c: c.page.headers.update({"Permissions-Policy": "publickey-credentials-get=()"}),
    ),
    "element-missing": ("<mag-signin", lambda c: c.write_page(element="<p>Bonjour</p>")),
    "request-missing": ("mag_widget", lambda c: c.write_page(element="<mag-signin></mag-signin>")),
    "other-client-id": ("client_id=klesia", lambda c: _asking(c, client_id="mcf")),
    "redirect-uri-slash": (
        "/mag/callback",
        lambda c: _asking(c, redirect_uri=c.request["redirect_uri"] + "/"),
    ),
    "redirect-uri-unknown": (
        "mag partners edit klesia --redirect-uri",
        lambda c: _asking(c, redirect_uri=c.page_origin + "/elsewhere"),
    ),
    "origin-not-registered": (
        "mag partners edit klesia --origin",
        lambda c: c.register(origins=()),
    ),
    "request-refused": ("PKCE", lambda c: _asking(c, code_challenge_method="plain")),
    "clock-off": (
        "set-ntp",
        lambda c: setattr(c.page, "date", "Mon, 02 Mar 2020 08:30:00 GMT"),
    ),
}


def test_a_healthy_page_has_nothing(clinic: Clinic) -> None:
    assert clinic.examine() == []


def test_a_healthy_page_with_a_strict_policy_has_nothing(clinic: Clinic) -> None:
    clinic.set_policy(
        f"default-src 'none'; script-src {clinic.issuer}; frame-src {clinic.issuer}; "
        "form-action 'self'; require-trusted-types-for 'script'"
    )
    assert clinic.examine() == []


@pytest.mark.parametrize("cause", ILL)
def test_the_cause_is_named_with_the_line_that_mends_it(clinic: Clinic, cause: str) -> None:
    line, illness = ILL[cause]
    illness(clinic)
    found = {finding.cause: finding for finding in clinic.examine()}
    assert cause in found
    assert line in found[cause].remedy


def test_a_page_that_does_not_answer_is_said_first(clinic: Clinic) -> None:
    clinic.page_url = "http://klesia.localhost:9/"
    assert [finding.cause for finding in clinic.examine()] == ["page-unreachable"]


def test_a_page_over_http_on_the_network_is_named(clinic: Clinic) -> None:
    read = clinic.evidence().read_page
    found = clinic.examine(page=replace(read, url="http://portail.example/"))
    assert "http-page" in [finding.cause for finding in found]


def test_an_https_page_before_an_http_mag_is_named(clinic: Clinic) -> None:
    read = clinic.evidence().read_page
    found = clinic.examine(page=replace(read, url="https://portail.example/"))
    assert "mixed-content" in [finding.cause for finding in found]


def test_a_redirect_uri_on_another_origin_is_named(clinic: Clinic) -> None:
    elsewhere = "http://autre.localhost:8500/mag/callback"
    clinic.register(redirect_uris=(elsewhere,))
    _asking(clinic, redirect_uri=elsewhere)
    assert "redirect-uri-origin" in [finding.cause for finding in clinic.examine()]


def test_a_mag_that_is_away_is_named(clinic: Clinic) -> None:
    away = Unreachable(clinic.issuer, "Connection refused")
    assert "mag-unreachable" in [finding.cause for finding in clinic.examine(frame=away)]


@pytest.mark.parametrize(
    ("cause", "header"),
    [
        ("proxy-x-frame-options", ("x-frame-options", "DENY")),
        ("proxy-frame-ancestors", ("content-security-policy", "frame-ancestors 'none'")),
    ],
)
def test_a_header_that_a_proxy_adds_before_mag_is_named(
    clinic: Clinic, cause: str, header: tuple[str, str]
) -> None:
    frame = clinic.evidence().frame
    assert isinstance(frame, Fetched)
    found = clinic.examine(frame=replace(frame, headers=(*frame.headers, header)))
    assert [finding.cause for finding in found] == [cause]


def test_every_cause_that_the_doctor_can_name_is_named_by_a_test() -> None:
    sources = [Path(module.__file__ or "").read_text("utf-8") for module in (checks, page, request)]
    causes = {cause for text in sources for cause in re.findall(r'Finding\(\s*"([a-z-]+)"', text)}
    assert len(causes) >= 25
    tests = Path(__file__).read_text("utf-8")
    assert {cause for cause in causes if f'"{cause}"' not in tests} == set()


def test_a_policy_in_the_page_itself_counts_too(clinic: Clinic) -> None:
    policy = '<meta http-equiv="Content-Security-Policy" content="frame-src \'none\'">'
    clinic.write_page(head=policy)
    assert "csp-frame-src" in [finding.cause for finding in clinic.examine()]


def test_a_request_written_without_escaping_is_read_as_a_browser_reads_it(clinic: Clinic) -> None:
    text = urlencode(clinic.request)
    clinic.write_page(element=f'<mag-signin request="{text}"></mag-signin>')
    assert escape(text) != text
    assert clinic.examine() == []
