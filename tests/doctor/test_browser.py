"""`mag doctor --browser`: what a real Chromium shows of a page that is ill in one way."""

import json
import os
import re
import shutil
from collections.abc import Callable
from html import escape
from pathlib import Path
from urllib.parse import urlencode

import pytest

from mag_server.doctor import browser, sight
from mag_server.doctor.browser import NoBrowserError, judge, look
from mag_server.doctor.evidence import Finding, ask_as_seen
from tests.doctor.clinic import Clinic, Headers, apart, close_by_frame_options, close_by_policy

Illness = Callable[[Clinic], None]
Rewrite = Callable[[Headers], Headers]


def _module(clinic: Clinic) -> None:
    clinic.write_page(
        script=f'<script type="module" src="{clinic.issuer}/widget/v1/mag.js"></script>'
    )


def _added_by_a_script(clinic: Clinic, write: str) -> None:
    clinic.write_page(script="", element=f"<script nonce='n'>{write}</script>")
    clinic.set_policy(
        f"script-src 'nonce-n' {clinic.issuer}; frame-src {clinic.issuer}; "
        "require-trusted-types-for 'script'"
    )


def _loader_under_trusted_types(clinic: Clinic) -> None:
    loader = f"{clinic.issuer}/widget/v1/mag.js"
    write = (
        "document.body.append(document.createElement('mag-signin'));"
        f"document.createElement('script').src = '{loader}'"
    )
    _added_by_a_script(clinic, write)


def _element_under_trusted_types(clinic: Clinic) -> None:
    _added_by_a_script(clinic, "document.body.innerHTML = '<mag-signin></mag-signin>'")


def _pinned_to_another_release(clinic: Clinic) -> None:
    integrity = "sha384-" + "A" * 64
    url = f"{clinic.issuer}/widget/v1/mag.js"
    clinic.write_page(
        script=f'<script src="{url}" integrity="{integrity}" crossorigin="anonymous"></script>'
    )


def _styled(clinic: Clinic, style: str) -> None:
    clinic.write_page(head=f"<style>{style}</style>")
    body = clinic.page.body.replace("<mag-signin", "<main><mag-signin")
    clinic.page.body = body.replace("</body>", "</main><aside></aside></body>")


# The style, the words that name it, and the line that mends it.
OVER = "aside {{ position: fixed; inset: 0; {} }}"
HIDING = [
    (
        "main { filter: drop-shadow(0 0 9px grey) }",
        "main has filter: drop-shadow",
        "main { filter: none }",
    ),
    ("mag-signin { opacity: .99 }", "mag-signin has opacity: 0.99", "mag-signin { opacity: 1 }"),
    ("main { transform: scale(.9) }", "main has transform: matrix", "main { transform: none }"),
    (OVER.format(""), "aside lies over it", "Keep aside off the form"),
    (OVER.format("pointer-events: none"), "aside lies over it", "Keep aside off the form"),
    (
        "main::after { position: fixed; inset: 0; content: ''; pointer-events: none }",
        "main::after lies over it",
        "Keep main::after off the form",
    ),
]
HARMLESS = """
  header, aside { position: fixed; top: 0; height: 40px; right: 0; width: 40px }
  main { transform: translate(5px, 3px); box-shadow: 0 0 9px grey; border-radius: 9px }
  main { margin-top: 900px; margin-bottom: 900px; overflow: hidden }
"""


ILL: dict[str, Illness] = {
    "button-never-answers": lambda c: _styled(c, OVER.format("background: white")),
    "browser-csp": lambda c: c.set_policy(f"script-src 'self'; frame-src {c.issuer}"),
    "element-never-added": lambda c: c.write_page(element="<p>Bonjour</p>"),
    "element-never-defined": _module,
    "frame-refused": lambda c: c.register(origins=()),
    "browser-request-missing": lambda c: c.write_page(element="<mag-signin></mag-signin>"),
    "browser-trusted-types": _loader_under_trusted_types,
    "browser-cannot-open": lambda c: setattr(c, "page_url", "http://klesia.localhost:9/"),
}


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait a third as long for what will not come."""
    monkeypatch.setattr(browser, "PATIENCE_MS", 3000)


def causes(clinic: Clinic, chromium: str | None = None) -> list[str]:
    return [one.cause for one in findings(clinic, chromium)]


def findings(clinic: Clinic, chromium: str | None = None) -> list[Finding]:
    path = chromium or os.environ.get("MAG_CHROMIUM")
    seen = apart(lambda: look(clinic.page_url, issuer=clinic.issuer, chromium=path))
    return judge(seen, evidence=ask_as_seen(clinic.evidence(), request=seen.request))


def test_a_healthy_page_has_nothing(clinic: Clinic) -> None:
    assert causes(clinic) == []


def test_nor_one_whose_element_comes_by_a_script(clinic: Clinic) -> None:
    request = "&".join(f"{name}={value}" for name, value in clinic.request.items())
    late = (
        "<script>setTimeout(() => document.body.append(Object.assign("
        "document.createElement('mag-signin'), {})), 500);"
        f"setTimeout(() => document.querySelector('mag-signin').setAttribute('request', "
        f"'{request}'), 600)</script>"
    )
    clinic.write_page(element=late)
    assert causes(clinic) == []


def test_nor_one_whose_element_waits_to_be_swapped_into_view(clinic: Clinic) -> None:
    asked = escape(urlencode(clinic.request))
    element = f'<mag-signin loading="lazy" request="{asked}"></mag-signin>'
    clinic.write_page(element=f"<div hidden>{element}</div>")
    assert causes(clinic) == []


@pytest.mark.parametrize(("style", "words", "line"), HIDING)
def test_a_form_that_is_not_really_seen_is_named_with_what_hides_it(
    clinic: Clinic, style: str, words: str, line: str
) -> None:
    _styled(clinic, style)
    (found,) = findings(clinic)
    assert found.cause == "button-never-answers"
    assert words in found.sentence
    assert line in found.remedy


def test_a_form_that_is_seen_once_scrolled_to_has_nothing(clinic: Clinic) -> None:
    _styled(clinic, HARMLESS)
    assert causes(clinic) == []


def test_an_origin_that_is_not_registered_is_added_to_the_others(clinic: Clinic) -> None:
    clinic.register(origins=("https://one.example", "https://two.example"))
    (found,) = findings(clinic)
    assert found.cause == "frame-refused"
    assert found.remedy == (
        "mag partners edit klesia --origin https://one.example --origin https://two.example "
        f"--origin {clinic.page_origin}"
    )


def test_a_frame_refused_for_its_request_is_not_mended_by_an_origin(clinic: Clinic) -> None:
    written = clinic.request["redirect_uri"]
    asked = json.dumps(urlencode(clinic.request | {"redirect_uri": written + "/"}))
    late = (
        f"<script>const made = document.createElement('mag-signin'); "
        f"made.setAttribute('request', {asked}); document.body.append(made)</script>"
    )
    clinic.write_page(element=late)
    (found,) = findings(clinic)
    assert found.cause == "frame-refused"
    assert "redirect-uri-slash" in found.sentence
    assert found.remedy == f"redirect_uri={written}"


def test_the_request_of_a_full_page_is_named_in_the_browser_too(clinic: Clinic) -> None:
    del clinic.request["response_mode"]
    clinic.write_page()
    (found,) = findings(clinic)
    assert found.remedy == "response_mode=web_message"


@pytest.mark.parametrize(("user", "is_boxed"), [(0, False), (1000, True)])
def test_chromium_keeps_its_sandbox_except_for_root(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, user: int, *, is_boxed: bool
) -> None:
    command, said = tmp_path / "chromium", tmp_path / "said"
    command.write_text(f'#!/bin/sh\necho "$@" > {said}\necho "No usable sandbox!" >&2\nexit 1\n')
    command.chmod(0o755)
    monkeypatch.setattr(os, "geteuid", lambda: user)
    with pytest.raises(NoBrowserError, match=r"does not start: .*sandbox.*: allow them"):
        apart(lambda: look("http://klesia.localhost/", issuer="", chromium=str(command)))
    assert ("--no-sandbox" in said.read_text("utf-8").split()) is not is_boxed


def test_an_element_that_trusted_types_keep_out_is_named(clinic: Clinic) -> None:
    _element_under_trusted_types(clinic)
    assert causes(clinic) == ["browser-trusted-types"]


@pytest.mark.parametrize("rewrite", [close_by_policy, close_by_frame_options])
def test_a_frame_that_a_proxy_closes_is_named(clinic: Clinic, rewrite: Rewrite) -> None:
    clinic.rewrite = rewrite
    (found,) = findings(clinic)
    assert found.cause == "frame-refused"
    assert "--origin" not in found.remedy


def test_frame_options_beside_mag_s_own_policy_close_nothing(clinic: Clinic) -> None:
    clinic.rewrite = lambda headers: [*headers, ("X-Frame-Options", "DENY")]
    assert causes(clinic) == []
    assert clinic.examine() == []


def test_a_script_of_another_release_is_named_in_the_browser_s_own_words(clinic: Clinic) -> None:
    _pinned_to_another_release(clinic)
    (found,) = findings(clinic)
    assert found.cause == "element-never-defined"
    assert "integrity" in found.sentence


def test_a_policy_of_nonces_runs_a_script_that_has_one(clinic: Clinic) -> None:
    clinic.set_policy(f"script-src 'nonce-n' 'strict-dynamic'; frame-src {clinic.issuer}")
    url = f"{clinic.issuer}/widget/v1/mag.js"
    clinic.write_page(script=f'<script src="{url}" nonce="n" async></script>')
    assert causes(clinic) == []
    clinic.write_page(script=f'<script src="{url}" async></script>')
    assert causes(clinic) == ["browser-csp"]


def test_a_frame_that_the_policy_forbids_is_named(clinic: Clinic) -> None:
    for policy in ("frame-src 'self'", "default-src 'self'"):
        clinic.set_policy(f"{policy}; script-src {clinic.issuer}")
        assert causes(clinic) == ["browser-csp"]


def test_a_frame_whose_script_does_not_run_is_named(clinic: Clinic) -> None:
    # What a proxy does that knows too little: the form comes, its script does not.
    clinic.lost_path = "/static/page."
    assert causes(clinic) == ["frame-mute"]


def test_a_filter_list_of_the_browser_is_named(clinic: Clinic, tmp_path: Path) -> None:
    assert causes(clinic, chromium=str(filtering_chromium(tmp_path))) == ["blocked-by-extension"]


def filtering_chromium(folder: Path) -> Path:
    """Write an extension that blocks the loader, and a command that runs Chromium with it."""
    block = {"urlFilter": "/widget/v1/mag.js", "resourceTypes": ["script"]}
    rules = [{"id": 1, "priority": 1, "action": {"type": "block"}, "condition": block}]
    resources = [{"id": "list", "enabled": True, "path": "rules.json"}]
    manifest = {
        "manifest_version": 3,
        "name": "filter",
        "version": "1",
        "permissions": ["declarativeNetRequest"],
        "host_permissions": ["<all_urls>"],
        "declarative_net_request": {"rule_resources": resources},
    }
    (folder / "rules.json").write_text(json.dumps(rules), "utf-8")
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    chromium = os.environ.get("MAG_CHROMIUM") or shutil.which("chromium")
    command = folder / "chromium"
    with_it = f"--disable-extensions-except={folder} --load-extension={folder}"
    allowed = "--disable-features=DisableLoadExtensionCommandLineSwitch"
    command.write_text(f'#!/bin/sh\nexec {chromium} {with_it} {allowed} "$@"\n', "utf-8")
    command.chmod(0o755)
    return command


def test_every_cause_that_a_browser_shows_is_named_by_a_test() -> None:
    modules = (browser.__file__, sight.__file__)
    source = "".join(Path(file).read_text("utf-8") for file in modules)
    named = set(re.findall(r'Finding\(\s*"([a-z-]+)"', source))
    tests = Path(__file__).read_text("utf-8")
    assert len(named) == 10
    assert {cause for cause in named if f'"{cause}"' not in tests} == set()


@pytest.mark.parametrize("cause", ILL)
def test_the_cause_is_named(clinic: Clinic, cause: str) -> None:
    ILL[cause](clinic)
    assert causes(clinic) == [cause]
