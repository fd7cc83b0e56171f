/** What requests say beyond their messages: the parameters there are, and what this browser remembers of them. */
const KEY = "gkt.settings";

/**
 * A parameter: {@code name} is a path in the request. Without a value it is left out, and the server decides.
 * Ranges are those of the API; {@code slider} narrows what is worth sliding through.
 */
export const GROUPS = [
  {
    title: "Guidance",
    parameters: [
      { name: "guidance.mode", label: "Who answers", type: "choice", choices: { auto: "Both", off: "Student", only: "Teacher" } },
      { name: "guidance.max_tokens", label: "Guidance length", unit: "tokens", type: "integer", min: 1, max: 4096, slider: [1, 64] },
      { name: "guidance.timeout_ms", label: "Guidance timeout", unit: "ms", type: "integer", min: 1, max: 600000 },
    ],
  },
  {
    title: "Sampling",
    parameters: [
      { name: "temperature", label: "Temperature", type: "number", min: 0, max: 2, step: 0.05, slider: [0, 2] },
      { name: "top_p", label: "Top p", type: "number", min: 0, max: 1, step: 0.01, slider: [0.01, 1] },
      { name: "top_k", label: "Top k", type: "integer", min: -1 },
      { name: "min_p", label: "Min p", type: "number", min: 0, max: 1, step: 0.01 },
      { name: "seed", label: "Seed", type: "integer" },
    ],
  },
  {
    title: "Length",
    parameters: [
      { name: "max_completion_tokens", label: "Max tokens", type: "integer", min: 1 },
      { name: "min_tokens", label: "Min tokens", type: "integer", min: 0 },
      { name: "ignore_eos", label: "Ignore end of sequence", type: "flag" },
      { name: "stop", label: "Stop sequences", type: "lines", note: "One a line, at most 4" },
    ],
  },
  {
    title: "Penalties",
    parameters: [
      { name: "repetition_penalty", label: "Repetition", type: "number", min: 0.05, max: 10, step: 0.05 },
      { name: "presence_penalty", label: "Presence", type: "number", min: -2, max: 2, step: 0.1 },
      { name: "frequency_penalty", label: "Frequency", type: "number", min: -2, max: 2, step: 0.1 },
      { name: "logit_bias", label: "Logit bias", type: "json", note: 'JSON by token id, such as {"42": -100}' },
    ],
  },
  {
    title: "Conversation",
    parameters: [{ name: "system", label: "System message", type: "text" }],
  },
];

export const PARAMETERS = GROUPS.flatMap((group) => group.parameters);

/** The values that are set, by parameter name; saved whenever one changes. */
export class Settings {
  #values;
  #suggested = {};

  constructor() {
    this.#values = load();
  }

  get(name) {
    return this.#values[name];
  }

  /** Undefined leaves the parameter to the server again. */
  set(name, value) {
    if (value === undefined) delete this.#values[name];
    else this.#values[name] = value;
    this.#save();
  }

  /** Sends this value where none is set. */
  suggest(name, value) {
    this.#suggested[name] = value;
  }

  /** What is sent; undefined leaves it to the server. */
  value(name) {
    return this.#values[name] ?? this.#suggested[name];
  }

  reset() {
    this.#values = {};
    this.#save();
  }

  #save() {
    try {
      localStorage.setItem(KEY, JSON.stringify(this.#values));
    } catch {
      // Not saved, then.
    }
  }

  /**
   * @param {{role: string, content: string}[]} messages the conversation
   * @param {object} [guidance] guidance fields that win over those set
   * @returns {object} the body of a request
   */
  request(messages, guidance = {}) {
    const system = this.get("system");
    const request = {
      messages: system ? [{ role: "system", content: system }, ...messages] : messages,
      stream: true,
      stream_options: { include_usage: true },
    };
    for (const { name } of PARAMETERS) {
      const value = this.value(name);
      if (value === undefined || name === "system") continue;
      const [outer, inner] = name.split(".");
      if (inner) (request[outer] ??= {})[inner] = value;
      else request[name] = value;
    }
    if (request.guidance || Object.keys(guidance).length) request.guidance = { ...request.guidance, ...guidance };
    return request;
  }
}

/** What is saved, less what this version does not know. */
function load() {
  try {
    const saved = JSON.parse(localStorage.getItem(KEY)) ?? {};
    const known = new Set(PARAMETERS.map((parameter) => parameter.name));
    return Object.fromEntries(Object.entries(saved).filter(([name]) => known.has(name)));
  } catch {
    return {};
  }
}
