"""Each cause is found on a page that is ill in that one way, with the line that mends it."""

import re
import shlex
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape
from itertools import product
from pathlib import Path
from urllib.parse import urlencode

import pytest

from mag_server.base import places
from mag_server.base.assets import Assets
from mag_server.base.fetch import Unreachable
from mag_server.doctor import checks, page, request
from mag_server.doctor.markup import read_markup
from tests.doctor.clinic import Clinic, Headers, close_by_frame_options, close_by_policy

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


def _written_by_a_script(clinic: Clinic) -> None:
    clinic.write_page(element="<main></main>")
    clinic.set_policy("require-trusted-types-for 'script'")


def _of_a_full_page(clinic: Clinic) -> None:
    del clinic.request["response_mode"]
    clinic.write_page()


def _behind_a_proxy(clinic: Clinic) -> None:
    clinic.register(redirect_uris=("https://portail.example/mag/callback",))
    _asking(clinic, redirect_uri="http://portail.example/mag/callback")


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
    "csp-script-nonce": (
        'nonce="..."',
        lambda c: c.set_policy(
            f"script-src 'nonce-n' 'strict-dynamic' {c.issuer}; frame-src {c.issuer}"
        ),
    ),
    "script-kind": (
        "mag.js",
        lambda c: _script(c, f'type="text/plain" src="{c.issuer}/widget/v1/mag.js"'),
    ),
    "trusted-types": ("as sent", _written_by_a_script),
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
    "response-mode": ("response_mode=web_message", _of_a_full_page),
    "redirect-uri-slash": (
        "/mag/callback",
        lambda c: _asking(c, redirect_uri=c.request["redirect_uri"] + "/"),
    ),
    "redirect-uri-http": ("redirect_uri=https://portail.example", _behind_a_proxy),
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


@pytest.mark.parametrize(
    "policy",
    [
        "script-src 'nonce-n'",
        "script-src 'nonce-n' 'strict-dynamic'",
        "script-src 'sha384-{hash}' 'strict-dynamic'",
        "script-src 'self' 'sha384-{hash}'",
    ],
)
def test_a_script_with_the_page_s_nonce_or_a_listed_hash_runs(clinic: Clinic, policy: str) -> None:
    loader = Assets.load()["mag.js"].integrity
    clinic.set_policy(policy.format(hash=loader.removeprefix("sha384-")))
    _pinned(clinic, loader, rest='crossorigin="anonymous" nonce="n"')
    assert clinic.examine() == []


def test_under_a_policy_of_nonces_a_trusted_script_may_add_ours(clinic: Clinic) -> None:
    clinic.set_policy("script-src 'nonce-n' 'strict-dynamic'")
    clinic.write_page(script="")
    assert [finding.cause for finding in clinic.examine()] == ["script-missing"]


@pytest.mark.parametrize(
    ("allowed", "is_denied"),
    [
        ("()", True),
        ("self", True),
        ("(self)", True),
        ('(self "https://other.example")', True),
        ("*", False),
        ('(self "{mag}")', False),
    ],
)
def test_a_permission_counts_only_when_it_names_mag(
    clinic: Clinic, allowed: str, *, is_denied: bool
) -> None:
    policy = f"camera=(), storage-access={allowed.format(mag=clinic.issuer)}"
    clinic.page.headers["Permissions-Policy"] = policy
    expected = ["permissions-policy"] if is_denied else []
    assert [finding.cause for finding in clinic.examine()] == expected


def test_the_permissions_are_those_that_the_frame_asks_for() -> None:
    loader = (places.WIDGET / "src/mag.js").read_text("utf-8")
    allow = re.search(r"const ALLOW = \[(.*?)\]", loader)
    assert allow
    assert tuple(re.findall(r'"([\w-]+)"', allow[1])) == page.FEATURES


def test_a_page_that_a_proxy_kept_does_not_accuse_the_clock(clinic: Clinic) -> None:
    hour_ago = datetime.now(UTC) - timedelta(hours=1)
    clinic.page.date = format_datetime(hour_ago, usegmt=True)
    assert [finding.cause for finding in clinic.examine()] == ["clock-off"]
    clinic.page.headers["Age"] = "3600"
    assert clinic.examine() == []


@pytest.mark.parametrize("path", ["/auth", "/authorize"])
def test_a_path_in_the_policy_must_hold_every_address_of_the_frame(
    clinic: Clinic, path: str
) -> None:
    clinic.set_policy(f"frame-src {clinic.issuer}{path}")
    assert [finding.cause for finding in clinic.examine()] == ["csp-frame-src"]
    clinic.set_policy(f"frame-src {clinic.issuer}/")
    assert clinic.examine() == []


def test_a_path_in_the_policy_must_hold_the_script_as_it_is_written(clinic: Clinic) -> None:
    loader = Assets.load()["mag.js"]
    clinic.set_policy(f"script-src {clinic.issuer}/widget/v1/mag.js")
    assert clinic.examine() == []
    _script(clinic, f'src="{clinic.issuer}/widget/v1/{loader.file}"')
    assert [finding.cause for finding in clinic.examine()] == ["csp-script-src"]


def test_a_sandbox_in_the_page_itself_is_none(clinic: Clinic) -> None:
    clinic.write_page(head='<meta http-equiv="Content-Security-Policy" content="sandbox">')
    assert clinic.examine() == []


@pytest.mark.parametrize(
    "attributes",
    [
        'integrity=""',
        'integrity="{ours} sha384-{other}" crossorigin',
        'integrity=" {ours} " crossorigin=""',
        'type=" application/x-javascript "',
        "type",
    ],
)
def test_a_script_that_browsers_run_is_not_accused(clinic: Clinic, attributes: str) -> None:
    written = attributes.format(ours=Assets.load()["mag.js"].integrity, other="A" * 64)
    _script(clinic, f'src="{clinic.issuer}/widget/v1/mag.js" {written}')
    assert clinic.examine() == []


def test_a_second_permissions_policy_counts_too(clinic: Clinic) -> None:
    read = clinic.evidence().read_page
    headers = ("camera=()", "storage-access=()")
    page = replace(read, headers=tuple(("permissions-policy", one) for one in headers))
    assert [finding.cause for finding in clinic.examine(page=page)] == ["permissions-policy"]


HEADERS = (
    "age",
    "date",
    "location",
    "content-security-policy",
    "permissions-policy",
    "x-frame-options",
    "cross-origin-embedder-policy",
)
HOSTILE = [
    "",
    "²",
    "9" * 5000,
    "http://[x",
    "https://x:99999/",
    "'none'; ; ,, script-src",
    "Mon, 02 Mar 2020 08:30:00 +" + "9" * 20,
    "\0\x1b[2J",
    "(((",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_header_and_no_attribute_stops_the_doctor(clinic: Clinic, text: str) -> None:
    _asking(clinic, redirect_uri=text, client_id=text)
    evidence = clinic.evidence()
    headers = tuple((name, text) for name in HEADERS)
    dated = (("date", format_datetime(datetime.now(UTC), usegmt=True)), *headers)
    bodies = (
        clinic.page.body,
        f'<script src="{text}/mag.js" integrity="{text}" nonce="{text}"></script>',
        f'<base href="{text}"><script src="mag.js"></script><mag-signin request="{text}">',
        f'<meta http-equiv="content-security-policy" content="frame-src {text}"><!{text}<![{text}',
    )
    for body, given in product(bodies, (headers, dated)):
        markup = read_markup(body, page_url=clinic.page_url)
        ill = replace(evidence.read_page, status=302, headers=given, body=body)
        found = checks.find_causes(replace(evidence, page=ill, markup=markup))
        assert "page-status" in [finding.cause for finding in found]


def test_a_script_of_another_machine_is_named_and_not_asked_for(clinic: Clinic) -> None:
    for address in (clinic.page_url, "http://127.0.0.1:9/"):
        _script(clinic, f'src="{address}mag.js"')
        assert clinic.evidence().script is None
        assert [finding.cause for finding in clinic.examine()] == ["script-of-another-issuer"]


def test_the_line_to_paste_is_never_a_command_of_the_page_s(clinic: Clinic) -> None:
    _asking(clinic, redirect_uri="https://x.example/;reboot $(id)")
    found = {finding.cause: finding.remedy for finding in clinic.examine()}
    words = shlex.split(found["redirect-uri-unknown"], comments=True)
    assert words[-1] == "https://x.example/;reboot $(id)"


@pytest.mark.parametrize("cause", ILL)
def test_the_cause_is_named_with_the_line_that_mends_it(clinic: Clinic, cause: str) -> None:
    line, illness = ILL[cause]
    illness(clinic)
    found = {finding.cause: finding for finding in clinic.examine()}
    assert cause in found
    assert line in found[cause].remedy


@pytest.mark.parametrize("written", [{}, {"response_mode": ""}, {"response_mode": "form_post"}])
def test_the_request_of_a_full_page_is_that_and_no_proxy_s_doing(
    clinic: Clinic, written: dict[str, str]
) -> None:
    del clinic.request["response_mode"]
    _asking(clinic, **written)
    assert [finding.cause for finding in clinic.examine()] == ["response-mode"]


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
    ("cause", "rewrite"),
    [
        ("proxy-x-frame-options", close_by_frame_options),
        ("proxy-frame-ancestors", close_by_policy),
    ],
)
def test_a_header_that_a_proxy_adds_before_mag_is_named(
    clinic: Clinic, cause: str, rewrite: Callable[[Headers], Headers]
) -> None:
    clinic.rewrite = rewrite
    assert [finding.cause for finding in clinic.examine()] == [cause]


def test_every_cause_that_the_doctor_can_name_is_named_by_a_test() -> None:
    sources = [Path(module.__file__ or "").read_text("utf-8") for module in (checks, page, request)]
    causes = {cause for text in sources for cause in re.findall(r'Finding\(\s*"([a-z-]+)"', text)}
    assert len(causes) == 32
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
