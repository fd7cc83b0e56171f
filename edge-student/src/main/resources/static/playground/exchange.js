import { ask } from "./api.js";

/** Puts requests to the edge; what comes of them is shown, and remembered of edge, settings and key. */
export class Exchange {
  #edge;
  #controls;
  #access;

  /**
   * @param {Edge} edge         learns from answers and failures
   * @param {Controls} controls marked when a refusal is about one of them
   * @param {Access} access     where a missing API key is filled in
   */
  constructor(edge, controls, access) {
    this.#edge = edge;
    this.#controls = controls;
    this.#access = access;
  }

  /**
   * @param {object} request  its body
   * @param {AnswerView} view shows the answer as it comes, or why there is none
   * @param {AbortSignal} signal
   * @returns {Promise<Answer | null>} null if it was stopped or failed
   */
  async run(request, view, signal) {
    this.#controls.unmarkAll();
    try {
      const answer = await ask(request, { signal, onPiece: (text, source) => view.append(text, source) });
      view.finish(answer, request, { teacherConfigured: this.#edge.teacherConfigured });
      this.#edge.answered(answer);
      return answer;
    } catch (failure) {
      if (failure.name === "AbortError") {
        view.stopped(request);
      } else {
        const wayOut = failure.status === 401 ? { label: "Enter the API key", act: () => this.#access.enter() } : null;
        view.failed(failure, request, wayOut);
        this.#edge.failed(failure);
        this.#controls.mark(failure);
      }
      return null;
    }
  }
}
