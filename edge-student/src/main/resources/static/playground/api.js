import { apiKey } from "./key.js";

/** The edge, as this page talks to it. */

/** What came instead of an answer. {@code status} is 0 if the edge could not be reached at all. */
export class Problem extends Error {
  constructor(status, message, { param = null, code = null, retryAfterMs = null } = {}) {
    super(message);
    Object.assign(this, { status, param, code, retryAfterMs });
  }
}

export const CHAT = "/v1/chat/completions";

async function reach(path, { headers, ...options } = {}) {
  const key = apiKey();
  try {
    return await fetch(path, { ...options, headers: key ? { ...headers, Authorization: `Bearer ${key}` } : headers });
  } catch (failure) {
    if (failure.name === "AbortError") throw failure;
    throw new Problem(0, `Nothing answers at ${location.origin}. Is edge-student still running?`);
  }
}

async function refusal(response) {
  let error = {};
  try {
    error = (await response.json()).error ?? {};
  } catch {
    // Not JSON: something between this page and the edge answered.
  }
  const millis = Number(response.headers.get("retry-after-ms"));
  const seconds = Number(response.headers.get("retry-after"));
  return new Problem(response.status, error.message ?? `The edge answered with status ${response.status}.`, {
    param: error.param,
    code: error.code,
    retryAfterMs: millis || seconds * 1000 || null,
  });
}

/** @returns {Promise<{demo: boolean, teacher: boolean, guidance: object, model: string, parameters: number}>} */
export async function facts() {
  const [edge, models] = await Promise.all(
    ["/playground/edge", "/v1/models"].map(async (path) => {
      const response = await reach(path);
      if (!response.ok) throw await refusal(response);
      return response.json();
    }),
  );
  const { id: model, parameters } = models.data[0];
  return { ...edge, model, parameters };
}

/** The events of a stream, as the texts of their {@code data}. */
async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  while (true) {
    const { done, value } = await reader.read();
    if (done) return;
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    for (const line of lines) {
      if (line.startsWith("data:")) yield line.slice(5).trim();
    }
  }
}

/**
 * Asks, and streams the answer.
 *
 * @param {object} request body without {@code stream}
 * @param {{onPiece: (text: string, source: string) => void, signal: AbortSignal}} options
 * @returns {Promise<Answer>} {@code text}, {@code gkt}, {@code usage}, {@code finishReason}, {@code firstMs} and
 *     {@code totalMs} as this browser saw them, and the {@code raw} events
 * @throws {Problem} if there is no answer, or it breaks off; then with the {@code partial} answer
 */
export async function ask(request, { onPiece, signal }) {
  const started = performance.now();
  const answer = { text: "", gkt: null, usage: null, finishReason: null, firstMs: null, totalMs: null, raw: [] };
  const response = await reach(CHAT, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(request),
    signal,
  });
  if (!response.ok) throw await refusal(response);
  try {
    for await (const data of events(response.body)) {
      answer.raw.push(data);
      if (data === "[DONE]") {
        answer.totalMs = performance.now() - started;
        return answer;
      }
      read(JSON.parse(data));
    }
  } catch (failure) {
    if (failure.name === "AbortError" || failure instanceof Problem) throw failure;
    throw new Problem(0, "The connection to the edge broke while it answered.");
  }
  throw new Problem(0, "The edge broke off its answer.");

  function read(chunk) {
    if (chunk.error) throw new Problem(500, chunk.error.message, chunk.error);
    answer.usage = chunk.usage ?? answer.usage;
    const choice = chunk.choices?.[0];
    if (!choice) return;
    const text = choice.delta?.content;
    if (text) {
      answer.firstMs ??= performance.now() - started;
      answer.text += text;
      onPiece(text, chunk.gkt?.source ?? "student");
    }
    if (choice.finish_reason) {
      answer.finishReason = choice.finish_reason;
      answer.gkt = chunk.gkt ?? null;
    }
  }
}

/** The same request for a shell, which has the API key in a variable. */
export function curl(request) {
  const body = JSON.stringify(request, null, 2).replaceAll("'", "'\\''");
  const lines = [`curl -N ${location.origin}${CHAT}`, "-H 'Content-Type: application/json'"];
  if (apiKey()) lines.push('-H "Authorization: Bearer $GKT_API_KEY"');
  return [...lines, `-d '${body}'`].join(" \\\n  ");
}
