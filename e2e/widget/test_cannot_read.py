"""What a page may try against MAG's frame, and what each try gets from a form in the page itself.

Every attack runs twice: against the widget, where it gets nothing, and against a form planted in
the page, where it succeeds. An attack that fails against both would prove nothing.
"""

import json

import pytest
from playwright.sync_api import Frame, Page, expect

from e2e.walk import TOM
from e2e.widget.frame import frame_of, opened, press, until
from e2e.widget.site import Site

STAY = "addEventListener('mag-success', (event) => { event.preventDefault(); });"
LOOT = "window.loot = []; const take = (value) => loot.push(JSON.stringify(value ?? null));"
# What a page without the widget would do: its own fields, its own script, its own requests.
PLANTED = """<form id="sign-in"><input id="siret"><input id="nom"><input id="prenom">
<input id="password" type="password"><button value="sign-in">Se connecter</button></form>"""
PLANTED_SCRIPT = """
addEventListener("DOMContentLoaded", () => {
  const form = document.getElementById("sign-in");
  const channel = new MessageChannel();
  channel.port2.onmessage = ({ data: body }) => {
    fetch("/planted", { method: "POST", body });
    const request = new XMLHttpRequest();
    request.open("POST", "/planted");
    request.send(body);
    navigator.sendBeacon("/planted", body);
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const typed = [...form.querySelectorAll("input")].map((input) => input.value);
    channel.port1.postMessage(typed.join(" "));
    document.body.dataset.sent = "";
  });
});
"""
READERS = {
    "walking the document": """
        const walk = (root) => {
          for (const element of root.querySelectorAll("*")) {
            if ("value" in element) take(element.value);
            if (element.shadowRoot) walk(element.shadowRoot);
            try { if (element.contentDocument) walk(element.contentDocument); } catch {}
          }
        };
        setInterval(() => walk(document), 20);""",
    "opening the shadow root, then the frame's document": """
        const attach = Element.prototype.attachShadow;
        Element.prototype.attachShadow = function () {
          return attach.call(this, { mode: "open" });
        };
        const look = (root) => {
          for (const frame of root.querySelectorAll("iframe")) {
            try { take(frame.contentWindow.document.forms[0].password.value); } catch {}
          }
          for (const field of root.querySelectorAll("input")) take(field.value);
          for (const { shadowRoot } of root.querySelectorAll("*")) if (shadowRoot) look(shadowRoot);
        };
        setInterval(() => look(document), 20);""",
    "listening to keys, input and the clipboard": """
        let keys = "";
        const types = ["keydown", "keyup", "beforeinput", "input", "change", "paste", "focusin"];
        for (const type of types) {
          addEventListener(type, (event) => {
            if (type === "keydown") { keys += event.key; take(keys); }
            take([event.key, event.data, event.target.value]);
          }, true);
        }""",
    "patching fetch": """
        const real = window.fetch;
        window.fetch = (...all) => { take(String(all[1]?.body)); return real(...all); };""",
    "patching XMLHttpRequest": """
        const send = XMLHttpRequest.prototype.send;
        XMLHttpRequest.prototype.send = function (body) {
          take(String(body));
          return send.call(this, body);
        };""",
    "patching beacons": """
        const beacon = navigator.sendBeacon;
        navigator.sendBeacon = function (...all) {
          take(all.map(String));
          return beacon.apply(this, all);
        };""",
    "patching the prototype of fields": """
        const value = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value");
        Object.defineProperty(HTMLInputElement.prototype, "value", {
          ...value, get() { const read = value.get.call(this); take(read); return read; } });""",
    "patching the prototype of lists": """
        const map = Array.prototype.map;
        Array.prototype.map = function (...all) {
          const made = map.apply(this, all);
          take(String(made));
          return made;
        };""",
    "catching the form as it is sent": """
        addEventListener("submit", ({ target }) => {
          for (const field of target.elements) take(field.value);
        }, true);""",
    "holding the port": """
        const post = MessagePort.prototype.postMessage;
        MessagePort.prototype.postMessage = function (...all) {
          take(all[0]);
          return post.apply(this, all);
        };
        const Channel = window.MessageChannel;
        window.MessageChannel = function () {
          const made = new Channel();
          made.port1.addEventListener("message", ({ data }) => take(data));
          return made;
        };""",
}


def looted(page: Page) -> str:
    return json.dumps(page.evaluate("loot"))


def has_the_person(loot: str) -> bool:
    return any(secret in loot for secret in (TOM.password, TOM.nom, "00072"))


def type_all(page: Page, form: Page | Frame) -> None:
    """Type with real keys, as a person does."""
    form.focus("#siret")
    for typed in (TOM.siret, TOM.nom, TOM.prenom, TOM.password):
        page.keyboard.type(typed)
        page.keyboard.press("Tab")


@pytest.mark.parametrize("attack", READERS)
def test_a_hostile_page_reads_nothing(page: Page, site: Site, attack: str):
    frame = opened(page, site.with_widget(script=LOOT + READERS[attack] + STAY))
    type_all(page, frame)
    expect(frame.locator("#password")).to_have_value(TOM.password)
    press(frame)
    answered = frame_of(page, within="/sign-in")
    expect(answered.locator("body[data-answer-code]")).to_have_count(1)
    assert not has_the_person(looted(page))


@pytest.mark.parametrize("attack", READERS)
def test_the_same_page_reads_a_form_of_its_own(page: Page, site: Site, attack: str):
    script = LOOT + READERS[attack] + PLANTED_SCRIPT
    policy = "default-src 'self'; script-src 'self'"
    page.goto(site.place(PLANTED, script=script, policy=policy))
    type_all(page, page)
    page.click("button")
    expect(page.locator("body[data-sent]")).to_have_count(1)
    until(page, lambda: has_the_person(looted(page)))
