"""Train the second opinion of triage on the training utterances, and write its weights.

    .venv/bin/pip install -c constraints.txt scikit-learn
    .venv/bin/python scripts/train_second_opinion.py

The utterances come from several authors, and each fold of the cross-validation leaves whole authors
out: what is printed is how it does on authors that it has not read. The thresholds are taken from
there as well: how many harmless utterances they may raise is a figure at the top of this file. The
held-out half of the development set is not looked at.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections import Counter
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from config.load import DEFAULT_CLINIC, load_site  # noqa: E402
from config.opinion import WEIGHTS_FILE  # noqa: E402
from triage import TriageEngine  # noqa: E402
from triage.opinion import CLASSES, Weights, distinct, dump, parse_weights, pieces, word_features  # noqa: E402

TRAINING = ROOT / "benchmarks" / "utterances" / "training.jsonl"

ASKED = 0.03
"""The share of harmless utterances that may be raised to a question; the rules raise others."""
SENT = 0.003
"""The share of harmless utterances that may be raised to a nurse without a question."""
SECONDED = 0.012
"""The share of harmless utterances that may sound like 911 or 988."""

_FOLDS = 5
_RARE = 2
_STRENGTH = 5.0
_SMALLEST = 0.2

_LABELS = {disposition.value: number for number, disposition in enumerate(CLASSES, 1)}


def main() -> None:
    """Cross-validate, fit, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--training", type=Path, default=TRAINING)
    parser.add_argument("--config", type=Path, default=DEFAULT_CLINIC)
    parser.add_argument("--out", type=Path, default=WEIGHTS_FILE)
    args = parser.parse_args()
    rows = [json.loads(line) for line in args.training.read_text(encoding="utf-8").splitlines()]
    engine = TriageEngine(load_site(args.config).protocols)
    features = [_features(engine, row["text"]) for row in rows]
    labels = np.array([_LABELS.get(row["label"], 0) for row in rows])
    authors = [row["id"].split("-")[0] for row in rows]

    names = sorted(set(authors))
    likely = np.zeros((len(rows), 4))
    for fold in range(_FOLDS):
        out = set(names[fold::_FOLDS])
        inside = [at for at, author in enumerate(authors) if author not in out]
        outside = [at for at, author in enumerate(authors) if author in out]
        if not outside:
            continue
        model = _fit([features[at] for at in inside], labels[inside])
        likely[outside] = _likely(model, [features[at] for at in outside])
        print(f"fold {fold + 1} of {_FOLDS}: without {', '.join(sorted(out))}", flush=True)

    harmless = labels == 0
    urgent = 1.0 - likely[:, 0]
    ask_at = float(np.quantile(urgent[harmless], 1 - ASKED))
    nurse_at = float(np.quantile(urgent[harmless], 1 - SENT))
    second_at = float(np.quantile(np.maximum(likely[:, 1], likely[:, 2])[harmless], 1 - SECONDED))
    print(f"{len(rows)} utterances; on authors left out, raised to a question or more:")
    for label in sorted({row["label"] for row in rows}):
        here = np.array([row["label"] == label for row in rows])
        asked, sent = (urgent[here] >= ask_at).mean(), (urgent[here] >= nurse_at).mean()
        second = (np.maximum(likely[here, 1], likely[here, 2]) >= second_at).mean()
        print(f"  {label:10} {asked:6.1%}   to a nurse {sent:6.1%}   like 911/988 {second:6.1%}")

    rows_of, bias = _fit(features, labels)
    try:
        version = parse_weights(args.out.read_text(encoding="utf-8")).version + 1
    except OSError:
        version = 1
    weights = Weights(
        version=version,
        ask_at=round(ask_at, 3),
        nurse_at=round(nurse_at, 3),
        second_at=round(second_at, 3),
        bias=bias,
        rows=rows_of,
    )
    args.out.write_text(dump(weights), encoding="utf-8")
    print(f"version {version}: {len(rows_of)} weights, {args.out.stat().st_size / 1e3:.0f} kB")


def _features(engine: TriageEngine, text: str) -> dict[str, float]:
    """Every feature of an utterance with its share; as the engine will see it."""
    words = engine.left_standing(text)
    whole = word_features(words)
    parts = Counter(piece for word in distinct(words) for piece in pieces(word))
    found = {feature: 1 / math.sqrt(len(whole)) for feature in whole}
    root = math.sqrt(max(parts.total(), 1))
    return found | {piece: count / root for piece, count in parts.items()}


Model = tuple[dict[str, tuple[float, float, float]], tuple[float, float, float]]


def _fit(features: list[dict[str, float]], labels: np.ndarray) -> Model:
    seen = Counter(feature for row in features for feature in row)
    columns = {name: at for at, name in enumerate(sorted(n for n, c in seen.items() if c >= _RARE))}
    rarity = np.array([math.log(len(features) / seen[name]) + 1 for name in columns])
    model = LogisticRegression(C=_STRENGTH, max_iter=3000, class_weight="balanced")
    model.fit(_matrix(features, columns).multiply(rarity).tocsr(), labels)
    # Against "no red flag", whose weights are taken off the others: one row fewer to keep.
    weights = ((model.coef_[1:] - model.coef_[0]) * rarity).T
    bias = model.intercept_[1:] - model.intercept_[0]
    rows = {
        name: tuple(round(float(w), 2) for w in weights[at])
        for name, at in columns.items()
        if np.abs(weights[at]).max() * _reach(name) >= _SMALLEST
    }
    return rows, tuple(round(float(b), 2) for b in bias)


def _reach(name: str) -> float:
    """Pieces of words share their sum with many more than words do."""
    return 0.4 if name.startswith("~") else 1.0


def _matrix(features: list[dict[str, float]], columns: dict[str, int]) -> csr_matrix:
    at, to, value = [], [], []
    for number, row in enumerate(features):
        for name, share in row.items():
            if name in columns:
                at.append(number)
                to.append(columns[name])
                value.append(share)
    return csr_matrix((value, (at, to)), shape=(len(features), len(columns)))


def _likely(model: Model, features: list[dict[str, float]]) -> np.ndarray:
    rows, bias = model
    columns = {name: at for at, name in enumerate(rows)}
    scores = _matrix(features, columns) @ np.array(list(rows.values())) + np.array(bias)
    odds = np.exp(np.hstack([np.zeros((len(features), 1)), scores]))
    return odds / odds.sum(axis=1, keepdims=True)


if __name__ == "__main__":
    main()
