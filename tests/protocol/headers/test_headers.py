"""What every answer carries (protocol « Headers »; CSP Level 3; RFC 6265bis)."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from werkzeug.test import TestResponse

from mag_server.app import create_app
from tests.world import Browser, World

Opening = Callable[[Browser], TestResponse]
PAGES: dict[str, Opening] = {
    "the form": lambda visitor: visitor.authorize(),
    "the form, refused": lambda visitor: visitor.open_form().submit(password="wrong"),
    "the form, empty": lambda visitor: visitor.open_form().submit(password=""),
    "an unknown client": lambda visitor: visitor.authorize(client_id="nobody"),
    "a wrong redirect_uri": lambda visitor: visitor.authorize(redirect_uri="https://evil.example"),
    "an answer by form": lambda visitor: visitor.authorize(
        response_mode="form_post", prompt="none"
    ),
    "a sign-out": lambda visitor: visitor.get("/logout"),
    "a sign-out to confirm": lambda visitor: (visitor.sign_in(), visitor.get("/logout"))[1],
    "help with the password": lambda visitor: visitor.get("/forgotten-password?client_id=klesia"),
    "help with an account": lambda visitor: visitor.get("/sign-up"),
    "an error explained": lambda visitor: visitor.get("/docs/errors/MAG-101"),
    "the errors": lambda visitor: visitor.get("/docs/errors/"),
    "no page": lambda visitor: visitor.get("/nowhere"),
    "no form": lambda visitor: visitor.get("/sign-in"),
    "a refused method": lambda visitor: visitor.client.put("/authorize"),
}
TO_THE_PARTNER = {"the form", "the form, refused", "the form, empty", "an answer by form"}
ALWAYS = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "connect-src": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "require-trusted-types-for": "'script'",
}


def _policy(answer: TestResponse) -> dict[str, str]:
    (header,) = answer.headers.getlist("Content-Security-Policy")
    return dict(part.strip().split(" ", 1) for part in header.split(";"))


@pytest.mark.parametrize("page", PAGES)
def test_every_page_has_the_whole_policy(visitor: Browser, page: str) -> None:
    answer = PAGES[page](visitor)
    form_action = "'self'"
    if page in TO_THE_PARTNER:
        form_action += " http://klesia.localhost:8500"
    assert answer.content_type == "text/html; charset=utf-8"
    assert _policy(answer) == ALWAYS | {"form-action": form_action}


@pytest.mark.parametrize("page", PAGES)
def test_every_page_is_kept_out_of_caches_frames_and_referrers(visitor: Browser, page: str) -> None:
    headers = PAGES[page](visitor).headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert len(headers["X-Trace-Id"]) == 22
    assert "Server" not in headers


@pytest.mark.parametrize("page", PAGES)
def test_no_page_has_a_script_or_a_style_in_it(visitor: Browser, page: str) -> None:
    html = PAGES[page](visitor).text.casefold()
    assert "<style" not in html
    assert " style=" not in html
    assert " onclick=" not in html
    assert "javascript:" not in html
    assert html.count("<script") == html.count('<script type="module" src="/static/')


def test_form_action_lists_every_registered_place_a_sign_in_may_end_at(mag: World) -> None:
    mag.register_partner(
        "sante",
        redirect_uris=("http://sante.localhost:8500/cb", "http://sante2.localhost:8501/cb"),
        origins=("http://widget.localhost:8502",),
        initiate_login_uri="http://start.localhost:8503/login",
        targets=("http://target.localhost:8504/page",),
    )
    page = mag.browser().authorize(client_id="sante", redirect_uri="http://sante.localhost:8500/cb")
    assert _policy(page)["form-action"].split() == [
        "'self'",
        "http://sante.localhost:8500",
        "http://sante2.localhost:8501",
        "http://start.localhost:8503",
        "http://target.localhost:8504",
        "http://widget.localhost:8502",
    ]


def test_the_cookies_are_this_hosts_alone(visitor: Browser) -> None:
    answer = visitor.open_form().submit()
    cookies = {c.partition("=")[0]: c.split("; ")[1:] for c in answer.headers.getlist("Set-Cookie")}
    assert set(cookies) == {"__Host-mag_session", "__Host-mag_device"}
    for attributes in cookies.values():
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(attributes)
        assert not any(one.startswith("Domain") for one in attributes)
    session = {one.partition("=")[0] for one in cookies["__Host-mag_session"]}
    assert not session & {"Max-Age", "Expires"}
    assert f"Max-Age={180 * 24 * 3600}" in cookies["__Host-mag_device"]


def test_no_answer_but_a_success_and_a_sign_out_sets_a_cookie(visitor: Browser) -> None:
    for page in sorted(set(PAGES) - {"a sign-out", "a sign-out to confirm"}):
        assert "Set-Cookie" not in PAGES[page](visitor).headers, page


def test_over_https_browsers_are_told_to_stay_there(mag: World) -> None:
    assert "Strict-Transport-Security" not in mag.browser().get("/logout").headers
    settings = replace(mag.equipment.settings, issuer="https://mag.example")
    secure = create_app(replace(mag.equipment, settings=settings), clock=lambda: mag.now)
    told = secure.test_client().get("/logout").headers["Strict-Transport-Security"]
    assert int(told.partition("max-age=")[2].partition(";")[0]) >= 31_536_000


@pytest.mark.parametrize(
    ("path", "seconds"), [("/.well-known/openid-configuration", 30), ("/jwks.json", 600)]
)
def test_what_everyone_may_read_is_cached_for_a_time_and_readable_from_anywhere(
    visitor: Browser, path: str, seconds: int
) -> None:
    headers = visitor.get(path).headers
    assert headers["Cache-Control"] == f"public, max-age={seconds}"
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "Set-Cookie" not in headers


def test_no_redirect_is_ever_a_307_or_308(visitor: Browser) -> None:
    rules = visitor.world.app.url_map.iter_rules()
    addresses = {rule.rule for rule in rules if "<" not in rule.rule}
    for address in sorted(addresses):
        for written in (address, address + "/", address.rstrip("/") or "/", "/" + address):
            for method in ("GET", "POST"):
                options = {"method": method, "base_url": visitor.world.issuer}
                with visitor.client.open(written, **options) as answer:
                    assert answer.status_code not in {301, 302, 307, 308}, written


def test_x_forwarded_for_is_not_believed_from_just_anyone(mag: World) -> None:
    # 20 failures from one address are told to wait, whatever address they claim to come from.
    codes = []
    for number in range(24):
        visitor = mag.browser()
        form = visitor.open_form()
        fields = {
            "form": form.token,
            "siret": "97050551700072",
            "nom": f"Nobody{'abcdefghijklmnopqrstuvwxyz'[number]}",
            "prenom": "Tom",
            "password": "wrong",
        }
        claimed = {
            "X-Forwarded-For": f"198.51.100.{number}",
            "Forwarded": f"for=203.0.113.{number}",
        }
        codes.append(visitor.post("/sign-in", fields, headers=claimed).status_code)
    assert codes[:20] == [400] * 20
    assert 429 in codes[20:]
