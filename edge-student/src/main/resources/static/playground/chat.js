import { announce, byId, el, onEnter } from "./dom.js";
import { AnswerView } from "./answer.js";
import { SAMPLES } from "./samples.js";

/** The conversation. */
export class Chat {
  #exchange;
  #settings;
  #turns = [];
  #asking = null;
  #following = true;
  #question = byId("question");
  #scroll = byId("chat-scroll");

  /**
   * @param {Exchange} exchange with the edge
   * @param {Settings} settings of requests
   */
  constructor(exchange, settings) {
    this.#exchange = exchange;
    this.#settings = settings;
    byId("chat-samples").append(
      ...SAMPLES.map(({ title, question }) =>
        el(
          "li",
          {},
          el("button", { type: "button", onclick: () => this.#send(question) }, el("b", {}, title), el("span", {}, question)),
        ),
      ),
    );
    byId("chat-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send(this.#question.value);
    });
    onEnter(this.#question, () => this.#send(this.#question.value));
    this.#question.addEventListener("input", () => this.#grow());
    byId("stop").addEventListener("click", () => this.stop());
    this.#scroll.addEventListener("scroll", () => (this.#following = this.#isAtEnd()));
    new ResizeObserver(() => this.#asking && this.#follow(this.#following)).observe(byId("conversation"));
    byId("again").addEventListener("click", () => this.#again());
    byId("clear").addEventListener("click", () => this.#clear());
  }

  /** Ends the answer that is being written, if there is one. */
  stop() {
    this.#asking?.abort();
  }

  #send(text) {
    if (this.#asking || text.trim() === "") return;
    this.#question.value = "";
    this.#grow();
    const turn = { question: text.trim(), answer: null, view: null };
    this.#turns.push(turn);
    byId("chat-welcome").hidden = true;
    byId("conversation").append(el("article", { className: "user" }, el("h2", { className: "unseen" }, "You"), el("p", {}, turn.question)));
    this.#answer(turn);
  }

  async #answer(turn) {
    const view = new AnswerView();
    turn.view?.element.remove();
    turn.view = view;
    turn.answer = null;
    byId("conversation").append(view.element);
    const request = this.#settings.request(this.#messages());
    const asking = (this.#asking = new AbortController());
    this.#show();
    announce("Asking.");
    this.#follow(true);
    await this.#exchange.run(request, view, asking.signal);
    turn.answer = view.text || null;
    this.#asking = null;
    byId("again").textContent = turn.answer === null ? "Try again" : "Regenerate";
    this.#show();
    this.#follow(this.#following);
  }

  /** Asks the last question again. */
  #again() {
    this.#answer(this.#turns.at(-1));
    this.#question.focus();
  }

  /** What was said, up to the last question; what failed before it said anything is left out. */
  #messages() {
    return this.#turns.flatMap(({ question, answer }, index) => {
      const asked = { role: "user", content: question };
      if (index === this.#turns.length - 1) return [asked];
      return answer === null ? [] : [asked, { role: "assistant", content: answer }];
    });
  }

  #clear() {
    this.stop();
    this.#turns = [];
    byId("conversation").replaceChildren();
    byId("chat-welcome").hidden = false;
    this.#show();
    announce("Cleared.");
    this.#question.focus();
  }

  /** Buttons that apply now. */
  #show() {
    const busy = this.#asking !== null;
    const hadFocus = document.activeElement === byId(busy ? "send" : "stop");
    byId("send").hidden = busy;
    byId("stop").hidden = !busy;
    byId("after").hidden = busy || this.#turns.length === 0;
    if (hadFocus) this.#question.focus();
  }

  #grow() {
    this.#question.style.height = "auto";
    this.#question.style.height = `${this.#question.scrollHeight + 2}px`;
  }

  #isAtEnd() {
    return this.#scroll.scrollHeight - this.#scroll.scrollTop - this.#scroll.clientHeight < 80;
  }

  /** Keeps the end in sight, unless the reader has scrolled away from it. */
  #follow(following) {
    this.#following = following;
    if (following) this.#scroll.scrollTop = this.#scroll.scrollHeight;
  }
}
