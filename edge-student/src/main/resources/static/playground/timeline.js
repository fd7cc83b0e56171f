import { el, time } from "./dom.js";

/** Less rounds to nothing. */
const SHOWN_MS = 0.05;

/**
 * Where a request's time went, in two lanes that run side by side. The API says how long each part took; where prompt
 * and guidance share the student's prefill, the part after the guidance is what the total leaves for it.
 *
 * @param {object} gkt of a finished answer
 * @returns {{total: number, cloud: Segment[], edge: Segment[]}} segments of {@code kind}, {@code label},
 *     {@code start} and {@code ms}
 */
export function lanes(gkt) {
  const { queue_ms: queue, guidance_ms: wait, prefill_ms: prefill, decode_ms: decode, total_ms: total } = gkt.timings;
  const teacher = gkt.guidance.teacher_timings;
  const asked = gkt.guidance.outcome !== "skipped" && gkt.guidance.outcome !== "given";

  const cloud = [];
  if (teacher) {
    const network = Math.max(0, wait - teacher.queue_ms - teacher.prefill_ms - teacher.decode_ms);
    place(cloud, queue, [
      ["network", "Network and HTTP, there", network / 2],
      ["teacher-queue", "Teacher's queue", teacher.queue_ms],
      ["teacher-prefill", "Teacher's prefill", teacher.prefill_ms],
      ["teacher-decode", "Teacher's decode", teacher.decode_ms],
      ["network", "Network and HTTP, back", network / 2],
    ]);
  } else if (asked) {
    place(cloud, queue, [["lost", "Waited for the teacher", wait]]);
  }

  const edge = [];
  const teacherAlone = decode === 0 && prefill === 0;
  if (!teacherAlone) {
    const late = Math.min(prefill, Math.max(0, total - queue - wait - decode));
    place(edge, 0, [["student-queue", "Student's queue", queue]]);
    place(edge, queue, [["student-prefill", "Prompt prefill", prefill - late]]);
    place(edge, total - decode - late, [
      ["student-prefill", asked ? "Guidance prefill" : "Prompt prefill", late],
      ["student-decode", "Student's decode", decode],
    ]);
  }
  return { total, cloud, edge };
}

function place(lane, start, parts) {
  for (const [kind, label, ms] of parts) {
    if (ms > 0) lane.push({ kind, label, start, ms });
    start += ms;
  }
}

/** The same label twice is one figure: the network, there and back. */
function figures(segments) {
  const sums = new Map();
  for (const { kind, label, ms } of segments) {
    if (ms < SHOWN_MS) continue;
    const name = kind === "network" ? "Network and HTTP" : label;
    const sum = sums.get(name) ?? { kind, ms: 0 };
    sum.ms += ms;
    sums.set(name, sum);
  }
  return sums;
}

/** Draws it. */
export function timeline(gkt) {
  const { total, cloud, edge } = lanes(gkt);
  const all = [...cloud, ...edge];
  const lane = (name, segments) =>
    el(
      "div",
      { className: "lane" },
      el("span", { className: "lane-name" }, name),
      el("div", { className: "track", "aria-hidden": "true" }, ...segments.map((segment) => bar(segment, total))),
    );
  return el(
    "figure",
    { className: "timeline", "aria-label": `Timeline, ${time(total)} in all` },
    cloud.length ? lane("Cloud", cloud) : null,
    edge.length ? lane("Edge", edge) : null,
    el(
      "figcaption",
      {},
      el(
        "ul",
        {},
        ...[...figures(all)].map(([label, { kind, ms }]) =>
          el("li", {}, el("i", { className: `swatch ${kind}` }), `${label} `, el("b", {}, time(ms))),
        ),
      ),
    ),
  );
}

function bar({ kind, label, start, ms }, total) {
  const part = el("span", { className: `segment ${kind}`, title: `${label}: ${time(ms)}` });
  part.style.left = `${(100 * start) / total}%`;
  part.style.width = `${(100 * ms) / total}%`;
  return part;
}
