import { announce, byId, count, el, onEnter, time } from "./dom.js";
import { AnswerView, tokens } from "./answer.js";
import { SAMPLES, verdict } from "./samples.js";

const WAYS = [
  { mode: "off", title: "Student alone", note: "Nothing leaves this machine" },
  { mode: "auto", title: "With guidance", note: "The teacher begins, the student finishes" },
  { mode: "only", title: "Teacher alone", note: "The teacher writes all of it" },
];

/** One question, answered three ways. */
export class Comparison {
  #exchange;
  #settings;
  #asking = null;
  #question = byId("compare-question");

  /**
   * @param {Exchange} exchange with the edge
   * @param {Settings} settings of requests
   */
  constructor(exchange, settings) {
    this.#exchange = exchange;
    this.#settings = settings;
    this.#question.value = SAMPLES[0].question;
    byId("compare-samples").append(
      ...SAMPLES.map(({ title, question }) =>
        el("li", {}, el("button", { type: "button", className: "chip", onclick: () => (this.#question.value = question) }, title)),
      ),
    );
    byId("compare-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#run();
    });
    onEnter(this.#question, () => this.#run());
    byId("compare-stop").addEventListener("click", () => this.stop());
    byId("ways").append(...WAYS.map((way) => card(way, "Not asked yet.")));
  }

  /** Ends the comparison, if one runs. */
  stop() {
    this.#asking?.abort();
  }

  async #run() {
    const question = this.#question.value.trim();
    if (this.#asking || question === "") return;
    const asking = (this.#asking = new AbortController());
    this.#show();
    byId("saving").replaceChildren();
    const cards = WAYS.map((way) => card(way, "Waiting for its turn."));
    byId("ways").replaceChildren(...cards);
    byId("ways").scrollIntoView({ block: "nearest" });
    const answers = {};
    for (const [index, way] of WAYS.entries()) {
      if (asking.signal.aborted) break;
      byId("compare-progress").textContent = `${index + 1} of ${WAYS.length}: ${way.title.toLowerCase()}`;
      const view = new AnswerView();
      cards[index].replaceChildren(heading(way), view.element);
      const answer = await this.#exchange.run(this.#request(way.mode, question), view, asking.signal);
      if (answer) {
        cards[index].replaceChildren(heading(way, verdict(question, answer.text)), view.element);
        answers[way.mode] = answer;
      }
    }
    this.#asking = null;
    byId("compare-progress").textContent = asking.signal.aborted ? "Stopped." : "";
    this.#show();
    const saving = summary(answers);
    if (saving) byId("saving").replaceChildren(saving);
    announce("Comparison complete.");
  }

  #request(mode, question) {
    const request = this.#settings.request([{ role: "user", content: question }], { mode });
    // The length is that of guidance; a whole answer has as many tokens as it takes.
    if (mode !== "auto") request.guidance = { mode };
    return request;
  }

  #show() {
    const busy = this.#asking !== null;
    const hadFocus = document.activeElement === byId(busy ? "compare-run" : "compare-stop");
    byId("compare-run").hidden = busy;
    byId("compare-stop").hidden = !busy;
    if (hadFocus) byId(busy ? "compare-stop" : "compare-run").focus();
  }
}

function card(way, note) {
  return el(
    "section",
    { className: "way", "data-mode": way.mode, "aria-label": way.title },
    heading(way),
    el("p", { className: "note" }, note),
  );
}

function heading({ title, note }, right = null) {
  return el(
    "header",
    {},
    el("h3", {}, title),
    right === null ? null : el("span", { className: right ? "verdict right" : "verdict wrong" }, right ? "Right" : "Wrong"),
    el("p", { className: "note" }, note),
  );
}

/** What the three cost, side by side. */
function summary(answers) {
  const rows = WAYS.filter(({ mode }) => answers[mode]).map((way) => ({
    ...way,
    ...tokens(answers[way.mode], way.mode),
    firstMs: answers[way.mode].firstMs,
    totalMs: answers[way.mode].totalMs,
  }));
  if (rows.length === 0) return null;
  const most = Math.max(...rows.map(({ teacher, student }) => teacher + student));
  return el("div", { className: "saving" }, headline(answers), el("div", { className: "table-scroll" }, table(rows, most)));
}

function headline(answers) {
  if (!answers.auto || !answers.only) return null;
  const guided = tokens(answers.auto, "auto").teacher;
  const whole = tokens(answers.only, "only").teacher;
  if (guided === 0 || whole === 0) return null;
  const saved = Math.round(100 * (1 - guided / whole));
  return el(
    "p",
    { className: "headline" },
    saved > 0 ? el("b", {}, `${saved} % of the teacher's tokens saved.`) : el("b", {}, "No teacher tokens saved."),
    ` With guidance it wrote ${guided}; alone it wrote ${whole}.`,
  );
}

function table(rows, most) {
  return el(
    "table",
    {},
    el("caption", { className: "unseen" }, "Tokens and times of the three ways"),
    el(
      "thead",
      {},
      el("tr", {}, ...["", "Tokens", "Teacher", "Student", "First token", "Total"].map((name) => el("th", { scope: "col" }, name || el("span", { className: "unseen" }, "Way")))),
    ),
    el(
      "tbody",
      {},
      ...rows.map(({ title, teacher, student, firstMs, totalMs }) =>
        el(
          "tr",
          {},
          el("th", { scope: "row" }, title),
          el("td", { className: "bars" }, bars(teacher, student, most)),
          el("td", {}, String(teacher)),
          el("td", {}, String(student)),
          el("td", {}, time(firstMs)),
          el("td", {}, time(totalMs)),
        ),
      ),
    ),
  );
}

function bars(teacher, student, most) {
  const part = (kind, n) => {
    const element = el("i", { className: kind });
    element.style.flexGrow = n;
    return element;
  };
  const label = `${count(teacher, "teacher token")}, ${count(student, "student token")}`;
  const bar = el("span", { className: "bar", role: "img", "aria-label": label }, part("teacher-decode", teacher), part("student-decode", student));
  bar.style.width = `${(100 * (teacher + student)) / most}%`;
  return bar;
}
