"""Writes tables.json: what each token's probability must be, in double precision and by definition.

    python3 tables.py > tables.json
"""

import collections
import json
import math

LOGITS = [0.5, 2.0, -1.0, 3.0, 1.25, -0.25, 2.5, 0.0]
NEUTRAL = {
    "temperature": 1, "top_k": 0, "top_p": 1, "min_p": 0, "repetition_penalty": 1, "presence_penalty": 0,
    "frequency_penalty": 0, "logit_bias": {}, "min_tokens": 0,
}


def probabilities(logits, prompt, output, end_of_sequence, p):
    logits = list(logits)
    if len(output) < p["min_tokens"]:
        for token in end_of_sequence:
            logits[token] = -math.inf
    for token, bias in p["logit_bias"].items():
        logits[int(token)] += bias
    for token in set(prompt + output):
        penalty = p["repetition_penalty"]
        logits[token] = logits[token] / penalty if logits[token] > 0 else logits[token] * penalty
    for token, count in collections.Counter(output).items():
        logits[token] -= p["presence_penalty"] + p["frequency_penalty"] * count
    order = sorted(range(len(logits)), key=lambda token: (-logits[token], token))
    if p["temperature"] == 0:
        return [1.0 if token == order[0] else 0.0 for token in range(len(logits))]
    weights = [math.exp((logit - logits[order[0]]) / p["temperature"]) for logit in logits]
    kept = [token for token in order if weights[token] > 0]
    # min-p: relative to the likeliest, after temperature
    kept = [token for token in kept if weights[token] >= p["min_p"] * weights[order[0]]]
    # top-k: of what min-p left
    if p["top_k"] > 0:
        kept = kept[:p["top_k"]]
    # top-p: a share of what top-k left
    total = sum(weights[token] for token in kept)
    nucleus, mass = [], 0
    for token in kept:
        nucleus.append(token)
        mass += weights[token]
        if p["top_p"] < 1 and mass >= p["top_p"] * total:
            break
    total = sum(weights[token] for token in nucleus)
    return [weights[token] / total if token in nucleus else 0.0 for token in range(len(logits))]


def case(name, prompt=(), output=(), end_of_sequence=(), logits=tuple(LOGITS), **parameters):
    p = {**NEUTRAL, **parameters}
    return {
        "name": name, "logits": list(logits), "prompt": list(prompt), "output": list(output),
        "end_of_sequence": list(end_of_sequence), "parameters": p,
        "probabilities": probabilities(logits, list(prompt), list(output), end_of_sequence, p),
    }


CASES = [
    case("nothing"),
    case("temperature", temperature=0.5),
    case("a high temperature", temperature=2),
    case("temperature 0", temperature=0),
    case("temperature 0 makes what comes after it matter no more", temperature=0, min_p=0.5, top_k=3, top_p=0.5),
    case("temperature 0 takes the lowest of equals", logits=(1, 2, 2, 0), temperature=0),
    case("logit bias", logit_bias={"0": 4, "3": -100}),
    case("repetition, by the sign of the logit", prompt=[3, 2], output=[5], repetition_penalty=1.5),
    case("repetition counts once", prompt=[3, 3, 3], output=[3, 3], repetition_penalty=1.5),
    case("presence, of the output only", prompt=[3], output=[6, 6, 1], presence_penalty=1.5),
    case("frequency, of the output only", prompt=[3], output=[6, 6, 1], frequency_penalty=0.75),
    case("negative penalties", output=[0, 0, 4], presence_penalty=-0.5, frequency_penalty=-1),
    case("min tokens, too early", output=[1], end_of_sequence=[3, 6], min_tokens=2),
    case("min tokens, reached", output=[1, 1], end_of_sequence=[3, 6], min_tokens=2),
    case("min-p", min_p=0.2),
    case("top-k", top_k=3),
    case("top-k of more than there are", top_k=100),
    case("top-p", top_p=0.8),
    case("top-p of next to nothing", top_p=1e-9),
    case("a biased token stays excluded before the minimum length", end_of_sequence=[3], min_tokens=1,
         logit_bias={"3": 100}),
    case("bias before repetition: it changes the sign", prompt=[2], logit_bias={"2": 3}, repetition_penalty=2),
    case("repetition before presence and frequency", prompt=[1], output=[6, 6], repetition_penalty=2,
         presence_penalty=0.5, frequency_penalty=0.25),
    case("penalties before temperature", output=[3, 3], presence_penalty=1, frequency_penalty=0.5, temperature=0.5),
    case("temperature before min-p: sharper", temperature=0.5, min_p=0.3),
    case("temperature before min-p: flatter", temperature=2, min_p=0.3),
    case("temperature before top-p", temperature=0.5, top_p=0.8),
    case("top-p is a share of what min-p left", min_p=0.25, top_p=0.8),
    case("top-p is a share of what top-k left", top_k=2, top_p=0.65),
    case("penalties decide what top-k keeps", output=[3], presence_penalty=2, top_k=2),
    case("all at once", prompt=[3, 1, 7], output=[6, 4, 6], end_of_sequence=[0], temperature=0.8, top_k=5, top_p=0.9,
         min_p=0.05, repetition_penalty=1.2, presence_penalty=0.3, frequency_penalty=0.2,
         logit_bias={"5": 2.5, "0": 10}, min_tokens=4),
]

print(json.dumps({"computed": "by tables.py beside this file", "cases": CASES}, indent=1))
