"""Write ``triage/ordinary.py``: the ordinary words that could be taken for a word known by sound.

    sudo apt-get install wspanish
    .venv/bin/python scripts/ordinary_words.py

English words are those of the pronouncing dictionary that comes with PocketSphinx, Spanish ones
those of Debian's word list; and those that occur twice and more in the training utterances. Run it
again after a change of ``by_sound`` in a protocol.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

import pocketsphinx

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from config.load import DEFAULT_CLINIC, load_site  # noqa: E402 - the path comes first
from triage.sound import BySound  # noqa: E402
from triage.tokens import fold, tokenise  # noqa: E402

TRAINING = ROOT / "benchmarks" / "utterances" / "training.jsonl"
SPANISH = Path("/usr/share/dict/spanish")
TARGET = ROOT / "triage" / "ordinary.py"

_HEAD = '''"""Ordinary words that lie close to words known by sound.

Written by scripts/ordinary_words.py.
"""

from __future__ import annotations

ORDINARY: frozenset[str] = frozenset(
    """
'''
_TAIL = '''    """.split()  # noqa: SIM905 - a list would be as many lines as words
)
"""Folded."""
'''


def main() -> None:
    """Collect and write."""
    by_sound = BySound(map(fold, load_site(DEFAULT_CLINIC).protocols.by_sound))
    close = sorted(word for word in _words() if by_sound.misspelt(word))
    lines, line = [], "   "
    for word in close:
        if len(line) + len(word) > 95:
            lines.append(line)
            line = "   "
        line += f" {word}"
    text = "\n".join([*lines, line])
    TARGET.write_text(f"{_HEAD}{text}\n{_TAIL}", encoding="utf-8")
    print(f"{len(close)} words, {TARGET.relative_to(ROOT)}")


def _words() -> set[str]:
    words = set()
    dictionary = Path(pocketsphinx.get_model_path("en-us/cmudict-en-us.dict"))
    for line in dictionary.read_text(encoding="utf-8").splitlines():
        word = line.split(maxsplit=1)[0].partition("(")[0]
        words.update(tokenise(word).tokens)
    for word in SPANISH.read_text(encoding="utf-8").split():
        words.update(tokenise(word).tokens)
    seen: Counter[str] = Counter()
    for line in TRAINING.read_text(encoding="utf-8").splitlines():
        seen.update(set(tokenise(json.loads(line)["text"]).tokens))
    return words | {word for word, count in seen.items() if count > 1}


if __name__ == "__main__":
    main()
