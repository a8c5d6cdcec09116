/**
 * `<mag-signin>`: MAG's sign-in form in a partner's page.
 *
 * The element comes from a script of MAG's own (`<script src="https://MAG/widget/v1/mag.js" async>`).
 * This file only says what it takes and what it tells; README.md shows how to use it.
 */

/** What is written on the element in HTML, or by `setAttribute`. It has no property of these names. */
export interface MagSigninAttributes {
  /**
   * The query string of the authorization request, made by your back end (`attempt.widget_request`).
   * A new value begins again. Without it the element shows its own content, the fallback.
   */
  request: string;
  /** What a screen reader calls the frame. By default, « Connexion avec Net-Entreprises ». */
  "frame-title"?: string;
  /** `lazy` opens the frame only once the element is in view. By default it opens at once. */
  loading?: "lazy";
  /** Says in the console why nothing shows. */
  debug?: "" | boolean;
  /**
   * The language of the element's own words: those of `en...`, else French. By default that of the
   * nearest ancestor with a `lang`, else the browser's. The form's own language is in `request`.
   */
  lang?: string;
}

/** `document.querySelector("mag-signin")`. */
export interface MagSigninElement extends HTMLElement {
  /** Moves into the form, to its first field that waits. Call it when `mag-ready` was told. */
  focus(options?: FocusOptions): void;
}

/** Nothing is told with the event. */
export type MagNothing = Record<string, never>;

/**
 * What the frame shows: the `form`, again after each refusal of what was typed; `refused`, when MAG
 * refuses the request itself; `answer`, on the way out.
 */
export interface MagStep {
  step: "form" | "refused" | "answer";
}

/** What went wrong. Show `code` and `trace_id` to MAG's support: it finds the case by them. */
export interface MagErrorDetail {
  /**
   * Stable: `MAG-...`, as at `https://MAG/docs/errors/<code>`; `late` when MAG has not answered in 8 s.
   * `MAG-206` is your page's own: something covers the form or fades it, and the press was not sent.
   */
  code: `MAG-${number}` | "late";
  trace_id?: string;
  /** OAuth's own word (`access_denied`, `login_required` ...), where the answer is an error. */
  error?: string;
}

/** The answer. It is no proof of anything before your back end has redeemed it. */
export interface MagSuccess {
  code: string;
  state: string;
  iss: string;
}

/** A value of the live look that the frame left out, and why. */
export type MagLookRefused =
  | {
      type: "look-refused";
      reason: "shape";
      name: MagLookProperty;
      value: string;
    }
  | {
      type: "look-refused";
      /** Both were left out: `name` drawn on `on` has the contrast `ratio`, and needs `needs`. */
      reason: "contrast";
      name: MagLookProperty;
      on: MagLookProperty;
      ratio: number;
      needs: 3 | 4.5;
    };

/**
 * The CSS properties that the form takes from the page, set on the element or above it. A colour is
 * `#rgb` or `#rrggbb`; `--mag-field-radius` is 0px to 32px; `--mag-fonts` is a list of families.
 */
export type MagLookProperty =
  | "--mag-page"
  | "--mag-surface"
  | "--mag-subtle"
  | "--mag-line"
  | "--mag-field-line"
  | "--mag-text"
  | "--mag-text-2"
  | "--mag-mark"
  | "--mag-accent"
  | "--mag-primary"
  | "--mag-primary-hover"
  | "--mag-on-primary"
  | "--mag-link"
  | "--mag-focus"
  | "--mag-error"
  | "--mag-error-bg"
  | "--mag-ok"
  | "--mag-ok-bg"
  | "--mag-field-radius"
  | "--mag-fonts";

/** How much room is kept until the form tells its own height; a CSS length, by default 38rem. */
export type MagHeightProperty = "--mag-height";

/** The live look, as `Object.entries(look).forEach(([name, value]) => element.style.setProperty(name, value))`. */
export type MagLook = Partial<Record<MagLookProperty | MagHeightProperty, string>>;

/** What the element tells. All bubble, through shadow roots too. */
export interface MagEventMap {
  /** The form can be typed in; once for each opening. */
  "mag-ready": CustomEvent<MagNothing>;
  "mag-step": CustomEvent<MagStep>;
  "mag-error": CustomEvent<MagErrorDetail>;
  /** « Annuler » was pressed: the form has forgotten what was typed, nothing else happens. */
  "mag-cancel": CustomEvent<MagNothing>;
  /**
   * Someone signed in. By default the page then posts `code`, `state` and `iss` to your
   * `redirect_uri`, and leaves; `preventDefault()` keeps the page, and the rest is yours.
   */
  "mag-success": CustomEvent<MagSuccess>;
  "mag-look-refused": CustomEvent<MagLookRefused>;
}

declare global {
  interface HTMLElementTagNameMap {
    "mag-signin": MagSigninElement;
  }
  interface HTMLElementEventMap extends MagEventMap {}
  interface DocumentEventMap extends MagEventMap {}
  interface WindowEventMap extends MagEventMap {}
}
