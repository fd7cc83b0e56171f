import { announce, copyButton, count, el, time } from "./dom.js";
import { curl } from "./api.js";
import { describe } from "./outcome.js";
import { timeline } from "./timeline.js";

/** Those who write, as readers know them. */
const AUTHORS = { teacher: "Teacher", student: "Student" };

/** How many tokens each wrote, each in its own tokens. */
export function tokens(answer, mode) {
  const teacher = answer.gkt?.guidance.teacher_usage?.completion_tokens ?? 0;
  const alone = mode === "only" || answer.gkt?.guidance.outcome === "complete";
  const student = alone ? 0 : Math.max(0, (answer.usage?.completion_tokens ?? 0) - (answer.gkt?.guidance.tokens ?? 0));
  return { teacher, student };
}

/** An answer on the page, from its first token to its figures. */
export class AnswerView {
  #text = el("p", { className: "answer-text writing" });
  #below = el("div", { className: "answer-below" });
  #last = null;
  #written = "";

  constructor() {
    this.element = el("article", { className: "answer", "aria-busy": "true" }, this.#text, this.#below);
  }

  /** @returns {string} what has come of it so far */
  get text() {
    return this.#written;
  }

  /** Adds what teacher or student wrote. */
  append(text, source) {
    this.#written += text;
    if (this.#last?.dataset.source !== source) {
      const first = this.#last === null;
      this.#last = el("span", { className: `by-${source}`, "data-source": source });
      this.#text.append(el("span", { className: "unseen" }, `${AUTHORS[source]}: `), this.#last);
      if (first) text = text.trimStart();
    }
    this.#last.append(text);
  }

  /** Ends it with its figures. */
  finish(answer, request, circumstances) {
    this.#settle();
    const mode = request.guidance?.mode;
    const { kind, title, text } = describe(answer.gkt.guidance.outcome, { ...circumstances, mode });
    const { teacher, student } = tokens(answer, mode);
    this.#below.replaceChildren(
      el("p", { className: `outcome ${kind}` }, el("b", {}, title), " ", el("span", {}, text)),
      el(
        "ul",
        { className: "figures" },
        el("li", {}, el("span", { className: "by-teacher" }, AUTHORS.teacher), " ", el("b", {}, count(teacher, "token"))),
        el("li", {}, el("span", { className: "by-student" }, AUTHORS.student), " ", el("b", {}, count(student, "token"))),
        el("li", {}, "Time to first token ", el("b", {}, time(answer.firstMs))),
        el("li", {}, "Total ", el("b", {}, time(answer.totalMs))),
        answer.finishReason === "length" ? el("li", {}, "Ended at the most tokens allowed") : null,
      ),
      timeline(answer.gkt),
      inspection(request, answer.raw),
    );
    announce(`${title}. ${count(teacher, "token")} from the teacher, ${count(student, "token")} from the student.`);
  }

  /** Ends it early, on the reader's wish. */
  stopped(request) {
    this.#settle();
    this.#below.replaceChildren(
      el("p", { className: "outcome plain" }, el("b", {}, "Stopped"), " ", el("span", {}, "The edge was told to stop.")),
      inspection(request, []),
    );
    announce("Stopped.");
  }

  /** Ends it with what went wrong, and a button for what helps, if anything does. */
  failed(problem, request, wayOut) {
    this.#settle();
    this.#below.replaceChildren(problemView(problem, wayOut), inspection(request, []));
  }

  #settle() {
    this.#text.classList.remove("writing");
    if (!this.#text.hasChildNodes()) this.#text.hidden = true;
    this.element.setAttribute("aria-busy", "false");
  }
}

const TITLES = {
  0: "The edge is away",
  400: "The edge refuses this request",
  401: "The edge asks for an API key",
  404: "The edge refuses this request",
  413: "The request is too large",
  429: "The edge is busy",
  503: "No answer for now",
  504: "It took too long",
};

/** What went wrong, in words, and what to do. */
function problemView(problem, wayOut) {
  return el(
    "div",
    { className: "problem", role: "alert" },
    el("b", {}, TITLES[problem.status] ?? "Something went wrong"),
    el("p", {}, problem.message),
    problem.param ? el("p", { className: "note" }, "It is about ", el("code", {}, problem.param), ".") : null,
    problem.retryAfterMs
      ? el("p", { className: "note" }, `It says to try again after ${time(problem.retryAfterMs)}.`)
      : null,
    wayOut ? el("button", { type: "button", className: "quiet", onclick: wayOut.act }, wayOut.label) : null,
  );
}

/** The request for a shell, and what came back. */
function inspection(request, raw) {
  const command = curl(request);
  const response = raw.map((data) => `data: ${data}`).join("\n\n");
  return el(
    "div",
    { className: "inspection" },
    el(
      "details",
      {},
      el("summary", {}, "Request and response"),
      el("h3", {}, "Request"),
      el("pre", { tabindex: "0", role: "group", "aria-label": "Request as curl", className: "curl" }, command),
      ...(response
        ? [
            el("h3", {}, "Response", copyButton("Copy response", () => response)),
            el("pre", { tabindex: "0", role: "group", "aria-label": "Response, event by event" }, response),
          ]
        : []),
    ),
    copyButton("Copy curl", () => command),
  );
}
