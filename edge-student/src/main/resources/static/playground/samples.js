/**
 * Problems that neither demonstration model has seen in training. The student alone solves two of the six, the teacher
 * all but the last.
 */
export const SAMPLES = [
  {
    title: "Shells",
    question:
      "Tom has 47 shells. Lara has 3 more shells than Tom. Mia has 16 more shells than Lara. The walk home takes 50 minutes. How many shells does Mia have?",
    result: 66,
  },
  {
    title: "Bottles",
    question: "Bela starts with 38 bottles. Bela loses 24 bottles. Bela finds 7 bottles. How many bottles does Bela have now?",
    result: 21,
  },
  {
    title: "Bricks",
    question:
      "Grace has 32 bricks. Grace loses 20 bricks. Grace shares the bricks equally among 3 friends. Each friend already had 38 bricks. How many bricks does each friend have now?",
    result: 42,
  },
  {
    title: "Stamps",
    question:
      "The walk home takes 52 minutes. Eric makes 7 stamps a day for 3 days. Eric buys 7 more stamps. How many stamps does Eric have now?",
    result: 28,
  },
  {
    title: "Ribbons",
    question:
      "Karim has 81 ribbons. The walk home takes 6 minutes. Karim keeps 17 ribbons. Karim shares the ribbons equally among 2 friends. How many ribbons does each friend get?",
    result: 32,
  },
  {
    title: "Tickets",
    question:
      "Felix has 40 bottles. Felix has 11 tickets. Max has 35 more tickets than Felix. Elif has 8 more tickets than Max. How many tickets does Elif have?",
    result: 54,
  },
];

/** Whether an answer to a sample is right; null if the question is none, or the answer states no result. */
export function verdict(question, text) {
  const sample = SAMPLES.find((candidate) => candidate.question === question.trim());
  const stated = text.match(/The answer is (\d+)\./);
  return sample && stated ? Number(stated[1]) === sample.result : null;
}
