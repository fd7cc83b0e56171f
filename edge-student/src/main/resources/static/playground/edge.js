import { byId, el } from "./dom.js";
import { facts } from "./api.js";
import { helped, isFallback } from "./outcome.js";

const LOOK_AGAIN_MS = 3000;

/** What is known of the edge and its teacher; shown at the top of the page. */
export class Edge {
  #access;
  #facts = null;
  #trouble = null;
  #nextLook = null;
  #looks = 0;
  #teacher = "unknown";
  #teacherModel = null;
  #listeners = [];

  /** @param {Access} access told where the edge asks for an API key */
  constructor(access) {
    this.#access = access;
    access.onChange(() => this.look());
  }

  get teacherConfigured() {
    return this.#facts?.teacher ?? true;
  }

  /** Calls the listener with the facts once they are there. */
  onFacts(listener) {
    this.#listeners.push(listener);
  }

  /** Asks the edge who it is, until it says. */
  async look() {
    clearTimeout(this.#nextLook);
    const look = ++this.#looks;
    try {
      const found = await facts();
      // Asked again in the meantime, with another key: what this one says is out of date.
      if (look !== this.#looks) return;
      this.#facts = found;
      this.#trouble = null;
      this.#listeners.splice(0).forEach((listener) => listener(this.#facts));
    } catch (problem) {
      if (look !== this.#looks) return;
      this.#troubled(problem);
      // A key is worth another look once it has changed.
      if (problem.status !== 401) this.#nextLook = setTimeout(() => this.look(), LOOK_AGAIN_MS);
    }
    this.#show();
  }

  #troubled(problem) {
    this.#trouble = problem;
    if (problem.status === 401) this.#access.demand(problem.message);
  }

  /** Learns from an answer how the teacher is. */
  answered({ gkt }) {
    const { outcome, model } = gkt.guidance;
    if (model) this.#teacherModel = model;
    if (helped(outcome) || outcome === "empty") this.#teacher = "there";
    else if (isFallback(outcome)) this.#teacher = "away";
    this.#show();
  }

  /** Learns from a failure whether the edge is there. */
  failed(problem) {
    if (problem.status === 401) this.#troubled(problem);
    else if (problem.status === 0 && this.#trouble === null) this.look();
    // Only a teacher that was to answer alone makes the edge say so.
    if (problem.status === 503 && problem.code === "unavailable") {
      this.#teacher = "away";
    }
    this.#show();
  }

  #show() {
    byId("pair").replaceChildren(...this.#parts());
  }

  #parts() {
    if (this.#trouble?.status === 401) {
      const enter = el("button", { type: "button", className: "quiet small", onclick: () => this.#access.enter() }, "Enter it");
      return [part("lost", "Edge", "asks for an API key"), enter];
    }
    if (this.#trouble) return [part("lost", "Edge", "away")];
    if (!this.#facts) return [];
    const student = part("student", "Student", this.#facts.model, millions(this.#facts.parameters));
    if (!this.#facts.teacher) return [student, part("none", "Teacher", "none configured")];
    if (this.#teacher === "away") return [student, part("lost", "Teacher", "away")];
    if (this.#teacher === "unknown") return [student, part("none", "Teacher", "not asked yet")];
    return [student, part("teacher", "Teacher", this.#teacherModel ?? "there")];
  }
}

function part(kind, role, text, size) {
  return el(
    "span",
    { className: `member ${kind}` },
    el("i", { "aria-hidden": "true" }),
    el("small", {}, role),
    ` ${text}`,
    size && el("small", { className: "size" }, ` ${size}`),
  );
}

function millions(parameters) {
  const [value, unit] = parameters >= 1e9 ? [parameters / 1e9, "B"] : [parameters / 1e6, "M"];
  return `${value < 10 ? value.toFixed(2) : Math.round(value)} ${unit}`;
}
