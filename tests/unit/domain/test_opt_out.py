from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from divisa.domain.opt_out import OPT_OUT_WORDS, is_opt_out


@pytest.mark.parametrize(
    "text",
    [
        *("STOP", "stop", " Stop.\n", "STOP!!", "Stop all", "STOPALL", "Unsubscribe", "UNSUBSCRIBE", "QUIT", "END"),
        *("BAJA", "baja", "¡Baja!", "Dar de baja", "ALTO", "álto", "CANCELAR", "Cancélar", "no más", "NO MAS"),
        *("CANCELAR SUSCRIPCIÓN", "Cancelar mi suscripción.", "DARSE DE BAJA", "darme de baja por favor", "Suspender"),
        *(
            "DESUSCRIBIR",
            "desuscribirme",
            "ANULAR",
            "STOP SMS",
            "baja-sms",
            "BAJA SMS.",
            "Remove",
            "REMOVE ME",
            "remove…",
        ),
        *("No más mensajes", "stop, please", "Stop texting me!", "descadastrar"),
        *("ARRET", "arrêt", "ARRÊT", "SAIR", "cancelar inscrição", "ＳＴＯＰ", "S\u0301top"),
    ],
)
def test_a_word_in_any_case_and_accents_ends_messages(text: str) -> None:
    assert is_opt_out(text)


@pytest.mark.parametrize(
    "text",
    ["", " ", "?", "hola", "no pares", "stop loss 17.05", "alto precio", "I will not stop", "cancelar pedido", "st op"]
    + ["sms", "por favor", "gracias", "baja el precio", "suspender no", "remove the limit 17"],
)
def test_what_says_more_or_something_else_does_not(text: str) -> None:
    assert not is_opt_out(text)


@given(st.sampled_from(sorted(OPT_OUT_WORDS)), st.text(" .!¡\n\t", max_size=5), st.booleans())
def test_what_stands_around_a_word_does_not_matter(word: str, around: str, loud: bool) -> None:
    assert is_opt_out(around + (word.upper() if loud else word) + around)


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    assert is_opt_out(text) in {True, False}
