"""`python -m model.cards`: write docs/model-card.md and docs/data-card.md."""

import json

from model.cards import DOCS, EVALUATION
from model.cards.text import cards

if __name__ == "__main__":
    for name, text in cards(json.loads(EVALUATION.read_text(encoding="utf-8"))).items():
        (DOCS / name).write_text(text, encoding="utf-8")
