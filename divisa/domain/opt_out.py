"""Words by which people ask by text message not to get any more."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

OPT_OUT_WORDS: Final = frozenset(
    {
        *("alto", "baja", "cancelar", "dar de baja", "detener", "no mas", "parar", "salir"),  # Spanish, Portuguese
        *("cancelar inscricao", "pare", "remover", "sair"),  # Portuguese
        *("cancel", "end", "opt out", "optout", "quit", "revoke", "stop", "stop all", "stopall", "unsubscribe"),
        *("arret", "arreter"),  # French, which Canadian carriers ask for
    }
)
"""In small letters without accents. English ones as the CTIA's messaging principles name them."""
_NO_WORDS: Final = re.compile(r"[^a-z0-9]+")


def is_opt_out(text: str) -> bool:
    """Whether a message asks for no more messages: the whole of it is one of the words, in any case and accents.

    >>> is_opt_out(" ¡BAJA! "), is_opt_out("Arrêt"), is_opt_out("no pares, alto precio")
    (True, True, False)
    """
    letters = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return _NO_WORDS.sub(" ", plain).strip() in OPT_OUT_WORDS
