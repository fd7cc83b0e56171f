import { el } from "./dom.js";
import { GROUPS } from "./settings.js";

/** The settings form: a control for each parameter, in step with what is saved. */
export class Controls {
  #settings;
  #rows = new Map();

  /**
   * @param {HTMLFormElement} form filled with controls
   * @param {Settings} settings   read and written
   */
  constructor(form, settings) {
    this.#settings = settings;
    form.addEventListener("submit", (event) => event.preventDefault());
    for (const { title, parameters } of GROUPS) {
      const group = el("fieldset", {}, el("legend", {}, title));
      for (const parameter of parameters) {
        const row = BUILDERS[parameter.type](parameter, (value) => {
          settings.set(parameter.name, value);
          this.#unmark(parameter.name);
        });
        row.error = el("p", { className: "field-error", id: `${fieldId(parameter.name)}-error`, hidden: true });
        row.element.append(row.error);
        row.show(settings.get(parameter.name));
        this.#rows.set(parameter.name, row);
        group.append(row.element);
      }
      form.append(group);
    }
  }

  /** Shows what holds where nothing is set. */
  showDefault(name, value) {
    const row = this.#rows.get(name);
    row.fallback = value;
    row.show(this.#settings.get(name));
  }

  reset() {
    this.#settings.reset();
    for (const [name, row] of this.#rows) {
      row.show(undefined);
      this.#unmark(name);
    }
  }

  /** Marks the control that a refusal is about; says whether there is one. */
  mark(problem) {
    const name = [...this.#rows.keys()].find(
      (known) => problem.param === known || problem.param?.startsWith(`${known}[`) || problem.param?.startsWith(`${known}.`),
    );
    if (!name) return false;
    const row = this.#rows.get(name);
    row.error.textContent = problem.message;
    row.error.hidden = false;
    row.input.setAttribute("aria-invalid", "true");
    row.input.setAttribute("aria-describedby", row.error.id);
    return true;
  }

  /** Forgets what an earlier refusal marked. */
  unmarkAll() {
    for (const name of this.#rows.keys()) this.#unmark(name);
  }

  #unmark(name) {
    const row = this.#rows.get(name);
    if (row.malformed) return;
    row.error.hidden = true;
    row.input.removeAttribute("aria-invalid");
  }
}

const fieldId = (name) => `parameter-${name.replace(".", "-")}`;

function labelled(parameter, ...controls) {
  const { name, label, unit, note, min, max } = parameter;
  const range = min === undefined ? "" : max === undefined ? `${min} and up` : `${min} to ${max}`;
  const hint = note ?? [range, unit].filter(Boolean).join(" ");
  return el(
    "div",
    { className: "parameter" },
    el("label", { for: fieldId(name) }, label, " ", hint ? el("small", {}, hint) : null),
    ...controls,
  );
}

function number(parameter, changed) {
  const integer = parameter.type === "integer";
  const step = integer ? 1 : parameter.step;
  const input = el("input", {
    id: fieldId(parameter.name),
    type: "number",
    inputmode: integer ? "numeric" : "decimal",
    step: integer ? 1 : "any",
    min: parameter.min,
    max: parameter.max,
    placeholder: "default",
    autocomplete: "off",
  });
  const slider =
    parameter.slider &&
    el("input", {
      type: "range",
      min: parameter.slider[0],
      max: parameter.slider[1],
      step,
      "aria-label": `${parameter.label}, slider`,
    });
  const row = {
    input,
    element: labelled(parameter, input, slider),
    show(value) {
      input.value = value ?? "";
      input.placeholder = row.fallback ?? "default";
      if (slider) {
        slider.value = value ?? row.fallback ?? parameter.slider[1];
        slider.classList.toggle("unset", value === undefined);
      }
    },
  };
  input.addEventListener("input", () => {
    const value = input.value === "" ? undefined : Number(input.value);
    changed(value);
    if (slider) {
      slider.value = value ?? row.fallback ?? parameter.slider[1];
      slider.classList.toggle("unset", value === undefined);
    }
  });
  slider?.addEventListener("input", () => {
    const value = Number(slider.value);
    changed(value);
    row.show(value);
  });
  return row;
}

function area(parameter, rows, parse, write, changed) {
  const input = el("textarea", { id: fieldId(parameter.name), rows, spellcheck: "false", placeholder: "none" });
  const row = {
    input,
    element: labelled(parameter, input),
    malformed: false,
    show(value) {
      row.malformed = false;
      input.value = value === undefined ? "" : write(value);
    },
  };
  row.element.classList.add("tall");
  input.addEventListener("input", () => {
    try {
      const value = input.value === "" ? undefined : parse(input.value);
      row.malformed = false;
      changed(value);
    } catch {
      row.malformed = true;
      row.error.textContent = "This is not a JSON object yet, and is left out.";
      row.error.hidden = false;
      changed(undefined);
    }
  });
  return row;
}

const lines = (text) => {
  const texts = text.split("\n").filter((line) => line !== "");
  return texts.length ? texts : undefined;
};

function jsonObject(text) {
  const value = JSON.parse(text);
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new TypeError("no object");
  return value;
}

const BUILDERS = {
  number,
  integer: number,
  lines: (parameter, changed) => area(parameter, 2, lines, (value) => value.join("\n"), changed),
  text: (parameter, changed) => area(parameter, 3, String, String, changed),
  json: (parameter, changed) => area(parameter, 2, jsonObject, JSON.stringify, changed),

  flag(parameter, changed) {
    const input = el("input", { id: fieldId(parameter.name), type: "checkbox" });
    input.addEventListener("change", () => changed(input.checked || undefined));
    return {
      input,
      element: el("div", { className: "parameter flag" }, input, el("label", { for: input.id }, parameter.label)),
      show: (value) => (input.checked = value ?? false),
    };
  },

  choice(parameter, changed) {
    const radios = Object.entries(parameter.choices).map(([value, label]) => {
      const radio = el("input", { type: "radio", name: parameter.name, value });
      radio.addEventListener("change", () => changed(value));
      return { radio, label: el("label", {}, radio, el("span", {}, label)) };
    });
    const group = el(
      "div",
      { className: "choice", role: "radiogroup", "aria-label": parameter.label },
      ...radios.map(({ label }) => label),
    );
    const row = {
      input: group,
      element: el("div", { className: "parameter tall" }, el("span", { className: "label" }, parameter.label), group),
      show: (value) => radios.forEach(({ radio }) => (radio.checked = radio.value === (value ?? row.fallback))),
    };
    return row;
  },
};
