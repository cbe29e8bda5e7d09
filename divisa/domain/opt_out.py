"""Words by which people ask by text message not to get any more."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

OPT_OUT_WORDS: Final = frozenset(
    {
        *("alto", "anular", "anular suscripcion", "baja", "cancelar", "cancelar suscripcion", "suspender"),  # Spanish
        *("dar de baja", "darme de baja", "darse de baja", "dame de baja", "deme de baja", "quiero darme de baja"),
        *("desuscribir", "desuscribirme", "desuscribirse", "desuscripcion", "detener", "eliminar", "no enviar mas"),
        *("no mas", "no quiero mas", "parar", "salir"),
        *("cancelar assinatura", "cancelar inscricao", "descadastrar", "pare", "remover", "sair"),  # Portuguese
        *("cancel", "end", "opt out", "optout", "quit", "revoke", "stop", "stop all", "stopall", "unsubscribe"),
        *("remove", "remove me", "stop texting", "stop texting me", "unsubscribe me"),
        *("arret", "arreter"),  # French, which Canadian carriers ask for
    }
)
"""In small letters without accents, fillers left out. The English ones begin with those of the CTIA's principles."""
_FILLERS: Final = frozenset(
    {
        *("favor", "gracias", "la", "las", "los", "mensaje", "mensajes", "mi", "por", "porfavor", "sms"),
        *("texto", "textos"),
        *("messages", "my", "please", "texts", "thanks", "the", "ya"),
    }
)
"""Words that change nothing of what is asked for: BAJA SMS, stop please, cancelar mi suscripción."""
_NO_WORDS: Final = re.compile(r"[^a-z0-9]+")


def is_opt_out(text: str) -> bool:
    """Whether a message asks for no more messages: the whole of it is one of the words, in any case and accents.

    >>> is_opt_out(" ¡BAJA SMS! "), is_opt_out("Arrêt"), is_opt_out("no pares, alto precio")
    (True, True, False)
    """
    letters = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return " ".join(word for word in _NO_WORDS.split(plain) if word and word not in _FILLERS) in OPT_OUT_WORDS
