"""WebKitGTK signs people in: on MAG's page over TLS, and in a page where no cookie is kept at all.

It refuses `Secure` cookies over http, on *.localhost too.
"""

from urllib.parse import urlsplit

import pytest

from e2e.engines.over_tls import running_over_tls
from e2e.engines.webkit import OPEN_ROOTS, opened_webkit
from e2e.walk import TOM, UNKNOWN

ADD_WIDGET = """
const [loader, request] = arguments;
const element = document.createElement("mag-signin");
element.setAttribute("request", request);
document.body.append(element, Object.assign(document.createElement("script"), { src: loader }));
"""
# The portal's own element again, now that its root can be looked into.
SHOW_WIDGET = """
const made = document.createElement("mag-signin");
const old = document.querySelector("mag-signin");
made.setAttribute("request", old.getAttribute("request"));
document.getElementById("choice").hidden = true;
document.getElementById("widget").hidden = false;
old.replaceWith(made);
"""


@pytest.fixture
def webkit():
    with opened_webkit() as opened:
        yield opened


def open_widget(webkit, demo, tiny) -> None:
    """Show the form in the partner's page, and go into it."""
    asked = urlsplit(tiny.authorize_url(demo, response_mode="web_message", state="of-this-page"))
    webkit.open(tiny.url)
    webkit.run(OPEN_ROOTS)
    webkit.run(ADD_WIDGET, f"{demo.mag}/widget/v1/mag.js", asked.query)
    webkit.wait_for("document.querySelector('mag-signin[ready]')")
    webkit.enter_frame()


def test_the_full_page_signs_in_and_comes_back_to_the_page_asked_for(webkit, tmp_path):
    with running_over_tls(tmp_path) as sites:
        webkit.open(f"{sites.klesia}/espace/contrats")
        webkit.wait_for(f"location.origin === '{sites.mag}'")
        webkit.sign_in(TOM)
        webkit.wait_for(f"location.href === '{sites.klesia}/espace/contrats'")
        assert "SAWYER" in str(webkit.run("return document.body.innerText")).upper()
        assert "__Host-mag_session" in webkit.cookies_at(f"{sites.mag}/health/live")


def test_over_tls_too_the_form_in_the_page_leaves_no_cookie_of_mag(webkit, tmp_path):
    with running_over_tls(tmp_path) as sites:
        webkit.open(f"{sites.klesia}/")
        webkit.wait_for("customElements.get('mag-signin')")
        webkit.run(OPEN_ROOTS)
        webkit.run(SHOW_WIDGET)
        webkit.wait_for("document.querySelector('mag-signin[ready]')")
        webkit.enter_frame()
        webkit.sign_in(TOM)
        webkit.leave_frame()
        webkit.wait_for(f"location.href === '{sites.klesia}/espace'")
        assert "SAWYER" in str(webkit.run("return document.body.innerText")).upper()
        assert webkit.cookies_at(f"{sites.mag}/health/live") == []


def test_the_form_in_the_page_signs_in_and_posts_the_answer_to_the_partner(webkit, demo, tiny):
    open_widget(webkit, demo, tiny)
    assert webkit.run("return document.cookie") == ""
    webkit.sign_in(TOM)
    webkit.leave_frame()
    webkit.wait_for("location.pathname === '/callback'")
    (came,) = [one for one in tiny.received if one.path == "/callback"]
    assert (came.method, came.origin) == ("POST", tiny.url)
    assert came.form.keys() == {"code", "state", "iss"}
    assert (came.form["state"], came.form["iss"]) == ("of-this-page", demo.mag)


def test_a_refusal_in_the_frame_stays_in_it_and_can_be_mended(webkit, demo, tiny):
    open_widget(webkit, demo, tiny)
    webkit.sign_in(UNKNOWN)
    webkit.wait_for("document.getElementById('error')")
    webkit.sign_in(TOM)
    webkit.leave_frame()
    webkit.wait_for("location.pathname === '/callback'")
