/** What became of a request's guidance, in words. */
const OUTCOMES = {
  used: { kind: "expected", title: "Guided", text: "The teacher began this answer and the student finished it." },
  complete: { kind: "expected", title: "Teacher's answer", text: "The teacher's text is the whole answer; the student did not run." },
  given: { kind: "expected", title: "Guidance given", text: "The answer begins with guidance that came with the request." },
  skipped: { kind: "expected", title: "Student alone", text: "The question stayed on this machine." },
  empty: {
    kind: "warning",
    title: "Guidance too short",
    text: "The teacher wrote less than a word, so the student answered alone. Longer guidance helps.",
  },
  fallback_timeout: {
    kind: "warning",
    title: "Teacher too slow",
    text: "No guidance came in time, so the student answered alone. A longer wait may help; it is in the settings.",
  },
  fallback_circuit_open: {
    kind: "warning",
    title: "Teacher left alone",
    text: "The teacher failed repeatedly, so the edge does not ask it for some seconds. The student answered alone.",
  },
  fallback_rejected: { kind: "warning", title: "Teacher busy", text: "The teacher refused for now, so the student answered alone." },
  fallback_error: {
    kind: "warning",
    title: "Teacher away",
    text: "The teacher could not be reached or failed, so the student answered alone.",
  },
};

/**
 * @param {string} outcome as the API has it
 * @param {{teacherConfigured: boolean, mode?: string}} circumstances
 */
export function describe(outcome, { teacherConfigured, mode }) {
  if (outcome === "skipped" && !teacherConfigured) {
    return { kind: "plain", title: "Student alone", text: "No teacher is configured, so the student answered alone." };
  }
  // Asked for a whole answer, the teacher may have stopped at the most tokens it was allowed.
  if (outcome === "used" && mode === "only") return OUTCOMES.complete;
  return OUTCOMES[outcome] ?? { kind: "plain", title: outcome, text: "" };
}

export const isFallback = (outcome) => outcome.startsWith("fallback_");

export const helped = (outcome) => ["used", "complete"].includes(outcome);
