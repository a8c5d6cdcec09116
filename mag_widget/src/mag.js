// <mag-signin>: MAG's sign-in form in a partner's page. One classic file, no import, inert without
// a page. The form lives in a frame of MAG's own origin: this page cannot read what is typed there.
(() => {
  "use strict";
  if (!globalThis.document || customElements.get("mag-signin")) return;
  const warn = (sentence) => console.warn("MAG: " + sentence);
  if (!document.currentScript) {
    if (document.querySelector("mag-signin[debug]")) warn("load mag.js by a plain script element");
    return;
  }
  const MAG = new URL(document.currentScript.src).origin;
  const PATIENCE_MS = 8000;
  const UNHEARD_MS = 1000;
  const DARK = matchMedia("(prefers-color-scheme: dark)");
  // For MAG alone: a feature that names no origin is for that of `src`.
  const ALLOW = ["publickey-credentials-get", "publickey-credentials-create", "identity-credentials-get", "storage-access"];
  const LOOK = ("page surface subtle line field-line text text-2 mark accent primary primary-hover on-primary link " +
    "focus error error-bg ok ok-bg field-radius fonts").split(" ").map((name) => "--mag-" + name);
  const WORDS = {
    fr: ["Connexion avec Net-Entreprises", "Le formulaire tarde à s’afficher.", "Réessayer", "Ouvrir la page de connexion"],
    en: ["Sign in with Net-Entreprises", "The form is slow to appear.", "Try again", "Open the sign-in page"],
  };
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(
    ":host{display:flow-root;position:relative}:host([hidden]){display:none}" +
      // The page's --mag-height is kept free, also by a form that needs less: nothing below ever moves.
      ":host([request]){min-height:var(--mag-height,38rem)}" +
      // The frame keeps 4 px around its content, so that a focus ring is not cut: taken back here.
      "iframe{display:block;min-width:240px;width:calc(100% + 8px);height:calc(var(--mag-height,38rem) + 8px);margin:-4px;border:0;background:none;opacity:0}" +
      // A form without scripts cannot tell its height: the browser measures it, where it knows how.
      "iframe.shown{opacity:1}iframe.mute{min-height:calc(var(--mag-height,38rem) + 8px);height:auto;frame-sizing:content-height}" +
      // The skeleton: two lines of title and a mark, four labelled fields, a button.
      ".bones{position:absolute;inset:0;display:flex;flex-direction:column;overflow:hidden;pointer-events:none}" +
      ".bones i{position:relative;flex:none;box-sizing:border-box;height:3rem;margin-top:2.875rem;border:1px solid;border-radius:var(--mag-field-radius,6px);opacity:.2}" +
      ".bones i:before{content:'';position:absolute;top:-1.375rem;width:30%;height:.75rem;border-radius:4px;background:currentColor}" +
      ".bones i:first-child{height:8.5rem;margin:0 0 -1.25rem;border:0}.bones i:first-child:before{top:.375rem;width:80%;height:1rem}" +
      ".bones i:last-child{margin-top:auto;background:currentColor}.bones i:last-child:before{content:none}" +
      ".late{padding-bottom:1rem}.late>*{color:inherit;font:inherit;margin-right:1rem}" +
      ".late button{border:1px solid;border-radius:var(--mag-field-radius,6px);background:none;padding:.75rem 1rem}",
  );

  const make = (name, properties, ...children) => {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  };

  class MagSignin extends HTMLElement {
    static observedAttributes = ["request", "frame-title"];
    #root = this.attachShadow({ mode: "closed" });
    #frame = null;
    #bones = null;
    #late = null;
    #port = null;
    #redirectUri = "";
    #timers = [];
    #leave = null;
    #worn = "";

    constructor() {
      super();
      this.#root.adoptedStyleSheets = [sheet];
    }

    connectedCallback() {
      this.#close();
      if (this.getAttribute("loading") !== "lazy") return this.#open();
      const sight = new IntersectionObserver(([{ isIntersecting }]) => isIntersecting && this.#open());
      this.#leave = new AbortController();
      this.#leave.signal.addEventListener("abort", () => sight.disconnect());
      sight.observe(this);
    }

    disconnectedCallback() {
      this.#close();
    }

    attributeChangedCallback(name, before, after) {
      if (!this.isConnected || before === after) return;
      if (name === "request") this.connectedCallback();
      else if (this.#frame) this.#frame.title = after || this.#words[0];
    }

    focus() {
      this.#frame?.focus();
      this.#say({ type: "focus" });
    }

    get #words() {
      return (this.closest("[lang]")?.lang || navigator.language).startsWith("en") ? WORDS.en : WORDS.fr;
    }

    get #fullPage() {
      const request = new URLSearchParams(this.getAttribute("request"));
      request.set("response_mode", "query");
      return MAG + "/authorize?" + request;
    }

    #open() {
      this.#close();
      const request = this.getAttribute("request");
      if (!request) {
        this.#root.replaceChildren(make("slot")); // no request: the page's own way in stays
        return this.#debug("no request attribute");
      }
      this.#frame = make("iframe", { title: this.getAttribute("frame-title") || this.#words[0], allow: ALLOW.join("; ") });
      this.#frame.src = MAG + "/authorize?" + new URLSearchParams(request);
      // A form without scripts says no hello: it is shown all the same.
      this.#frame.onload = () => this.#port || this.#after(UNHEARD_MS, () => this.#unheard());
      this.#bones = make("div", { className: "bones", ariaHidden: "true" }, ...Array.from({ length: 6 }, () => make("i")));
      this.#examine(new URLSearchParams(request));
      this.#watch();
      this.#wait();
      this.#root.replaceChildren(this.#frame, this.#bones);
    }

    #watch() {
      this.#leave = new AbortController();
      const { signal } = this.#leave;
      addEventListener("message", (event) => this.#hello(event), { signal });
      // Out of the browser's memory, after a sign-in: the answer has been spent, a form is due.
      addEventListener("pageshow", (event) => event.persisted && this.#open(), { signal });
      DARK.addEventListener("change", () => this.#wear(), { signal });
      addEventListener("transitionend", () => this.#wear(), { signal });
      document.addEventListener("securitypolicyviolation", (event) => this.#blocked(event), { signal });
      const looks = new MutationObserver(() => this.#wear());
      for (const element of [this, document.documentElement, document.body]) looks.observe(element, { attributeFilter: ["style", "class", "data-theme"] });
      signal.addEventListener("abort", () => looks.disconnect());
    }

    #close() {
      this.#calm();
      this.#leave?.abort();
      this.#port?.close();
      this.#port = this.#frame = this.#leave = this.#late = null;
      this.#worn = "";
      this.#root.replaceChildren();
      this.removeAttribute("ready");
    }

    // Each document in the frame says hello anew; only our own frame, at MAG's origin, is answered.
    #hello(event) {
      if (event.source !== this.#frame?.contentWindow || event.origin !== MAG || event.data !== "mag-hello") return;
      this.#port?.close();
      const { port1, port2 } = new MessageChannel();
      this.#port = port1;
      port1.onmessage = ({ data }) => this.#hear(data);
      const look = this.#look();
      this.#worn = JSON.stringify(look);
      event.source.postMessage({ type: "mag-port", ...look }, MAG, [port2]);
    }

    #hear(told) {
      if (told.type === "size") this.#frame.style.height = told.height + "px";
      if (told.type === "ready") this.#ready(told);
      if (told.type === "leaving") this.#wait();
      if (told.type === "error") this.#refused(told);
      if (told.type === "look-refused") this.#tell("mag-look-refused", told);
      if (told.type === "cancel") this.#tell("mag-cancel", {});
      if (told.type === "success") {
        const detail = { code: told.code, state: told.state, iss: told.iss };
        if (this.#tell("mag-success", detail)) this.#goOn(detail);
      }
    }

    // What else the page's policy holds back, a tracker or an advertisement, is none of our advice.
    #blocked({ effectiveDirective, blockedURI }) {
      const source = blockedURI.split("/", 3).join("/");
      if ([MAG, location.origin].includes(source)) this.#debug(`the CSP lacks ${effectiveDirective} ${source}`);
    }

    #refused({ code, traceId, error }) {
      this.#tell("mag-error", { code, trace_id: traceId, error });
      this.#debug(`${code}: see ${MAG}/docs/errors/${code}`);
    }

    #ready({ redirectUri, step }) {
      this.#calm();
      this.#late?.remove();
      this.#show("shown");
      this.#redirectUri = redirectUri ?? this.#redirectUri;
      if (!this.hasAttribute("ready")) {
        this.setAttribute("ready", "");
        this.#tell("mag-ready", {});
      }
      this.#tell("mag-step", { step });
    }

    #unheard() {
      this.#show("shown mute");
      this.#debug(`the form is not shown here. Register ${location.origin}, send redirect_uri as registered, let no proxy add X-Frame-Options. ${this.#doctor}`);
    }

    // What this page can tell by itself.
    #examine(request) {
      const uri = request.get("redirect_uri");
      if (!isSecureContext) this.#debug("this page needs TLS");
      if (request.get("response_mode") !== "web_message") this.#debug("the request lacks response_mode=web_message");
      if (!uri?.startsWith(location.origin + "/")) this.#debug(`redirect_uri ${uri} is not on ${location.origin}`);
    }

    get #doctor() {
      return `Then: mag doctor --partner ${new URLSearchParams(this.getAttribute("request")).get("client_id")} --page ${location.href} --browser`;
    }

    #show(how) {
      this.#frame.className = how;
      this.#bones.remove();
    }

    // The page's own POST to its own callback, where code, state and iss are judged.
    #goOn(detail) {
      const fields = Object.entries(detail).map(([name, value]) => make("input", { type: "hidden", name, value }));
      const form = make("form", { method: "post", action: this.#redirectUri, hidden: true }, ...fields);
      document.body.append(form);
      form.submit();
      form.remove();
    }

    #look() {
      const worn = getComputedStyle(this);
      const look = Object.fromEntries(LOOK.map((name) => [name, worn.getPropertyValue(name)]));
      // What is painted behind the frame, nearest first: the form must be read on it.
      const grounds = [];
      for (let at = this; at; at = at.parentElement) grounds.push(getComputedStyle(at).backgroundColor);
      return { look, schemes: worn.colorScheme, isDark: DARK.matches, grounds };
    }

    #wear() {
      const look = this.#look();
      if (this.#worn === JSON.stringify(look)) return;
      this.#worn = JSON.stringify(look);
      this.#say(look);
    }

    #after(milliseconds, then) {
      this.#timers.push(setTimeout(then, milliseconds));
    }

    #calm() {
      this.#timers.splice(0).forEach(clearTimeout);
    }

    #wait() {
      this.#after(PATIENCE_MS, () => this.#beLate());
    }

    // Beside the frame, never instead of it: what was slow may still come.
    #beLate() {
      const [, late, again, page] = this.#words;
      const retry = make("button", { type: "button", onclick: () => this.#open() }, again);
      const link = make("a", { href: this.#fullPage, target: "_top" }, page);
      this.#late?.remove();
      this.#late = make("div", { className: "late", role: "alert" }, make("p", {}, late), retry, link);
      // Under the button that was pressed; over a frame without a form, whose end may be far below.
      this.#root[this.#port ? "append" : "prepend"](this.#late);
      if (!this.#port) this.#show("shown mute");
      this.#tell("mag-error", { code: "late" });
      this.#debug(`no answer from ${MAG} in 8 s. ${this.#doctor}`);
    }

    #say(message) {
      this.#port?.postMessage(message);
    }

    #tell(type, detail) {
      return this.dispatchEvent(new CustomEvent(type, { bubbles: true, composed: true, cancelable: true, detail }));
    }

    #debug(sentence) {
      if (this.hasAttribute("debug")) warn(sentence);
    }
  }

  customElements.define("mag-signin", MagSignin);
})();
