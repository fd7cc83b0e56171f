import { el } from "./dom.js";
import { apiKey, isRemembered, keepApiKey } from "./key.js";

/** What a header can carry. */
const SENDABLE = /^[\x21-\x7e]*$/;

/** The field for the API key, at the end of the settings. */
export class Access {
  #open;
  #listeners = [];
  #key = el("input", { id: "api-key", type: "password", autocomplete: "off", spellcheck: "false", placeholder: "none" });
  #remember = el("input", { id: "api-key-remember", type: "checkbox" });
  #error = el("p", { className: "field-error", id: "api-key-error", hidden: true });

  /**
   * @param {HTMLFormElement} form of the settings, which the field is added to
   * @param {() => void} open      shows the settings
   */
  constructor(form, open) {
    this.#open = open;
    this.#key.value = apiKey();
    this.#remember.checked = isRemembered();
    form.append(
      el(
        "fieldset",
        {},
        el("legend", {}, "Access"),
        el(
          "div",
          { className: "parameter tall" },
          el("label", { for: this.#key.id }, "API key ", el("small", {}, "where the edge asks for one")),
          this.#key,
          this.#error,
        ),
        el(
          "div",
          { className: "parameter flag" },
          this.#remember,
          el("label", { for: this.#remember.id }, "Remember it in this browser"),
        ),
      ),
    );
    this.#key.addEventListener("change", () => this.#keep());
    this.#remember.addEventListener("change", () => this.#keep());
  }

  /** Calls the listener whenever another key holds. */
  onChange(listener) {
    this.#listeners.push(listener);
  }

  /** Says at the field why the edge let nobody in. */
  demand(message) {
    this.#error.textContent = message;
    this.#error.hidden = false;
    this.#key.setAttribute("aria-invalid", "true");
    this.#key.setAttribute("aria-describedby", this.#error.id);
  }

  /** Takes the reader to the field. */
  enter() {
    this.#open();
    this.#key.focus();
  }

  #keep() {
    const value = this.#key.value.trim();
    if (!SENDABLE.test(value)) {
      this.demand("An API key consists of letters, digits and signs, without spaces. This one is not used.");
      return;
    }
    this.#error.hidden = true;
    this.#key.removeAttribute("aria-invalid");
    const changed = value !== apiKey();
    keepApiKey(value, this.#remember.checked);
    if (changed) this.#listeners.forEach((listener) => listener());
  }
}
