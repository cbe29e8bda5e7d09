"""The words of a suggestion, in Spanish and English, for SMS (one GSM-7 segment) and email."""

from __future__ import annotations

from dataclasses import dataclass
from string import Template
from typing import TYPE_CHECKING, Final

from divisa.domain.reasons import ReasonCode
from divisa.domain.recipient import Language
from divisa.domain.transaction import Side

if TYPE_CHECKING:
    from divisa.domain.reasons import Reason
    from divisa.domain.suggestion import Suggestion

SMS_SEGMENT: Final = 160
"""Characters of one SMS segment in the GSM 03.38 default alphabet, each of them one septet."""
GSM_7: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""The GSM 03.38 default alphabet. It has é and ñ, but not á, í, ó, ú: Spanish SMS texts avoid words that need them."""

_REASONS: Final = {
    Language.ES: {
        ReasonCode.BELOW_COST: "$n% bajo tu costo medio",
        ReasonCode.ABOVE_COST: "$n% sobre tu costo medio",
        ReasonCode.BELOW_LAST_SELL: "$n% bajo tu venta anterior",
        ReasonCode.ABOVE_LAST_BUY: "$n% sobre tu compra anterior",
        ReasonCode.MONTH_LOW: "cerca del precio menor de 30 d",
        ReasonCode.MONTH_HIGH: "cerca del precio mayor de 30 d",
        ReasonCode.BELOW_WEEK: "$n% bajo la media de 7 d",
        ReasonCode.ABOVE_WEEK: "$n% sobre la media de 7 d",
        ReasonCode.USUAL_DATES: "sueles vender por estas fechas",
        ReasonCode.DUE: "$n d desde tu compra o venta anterior",
        ReasonCode.USUAL_MOMENT: "un precio al que sueles operar",
    },
    Language.EN: {
        ReasonCode.BELOW_COST: "$n% below your average cost",
        ReasonCode.ABOVE_COST: "$n% above your average cost",
        ReasonCode.BELOW_LAST_SELL: "$n% below your last sale",
        ReasonCode.ABOVE_LAST_BUY: "$n% above your last purchase",
        ReasonCode.MONTH_LOW: "near its 30-day low",
        ReasonCode.MONTH_HIGH: "near its 30-day high",
        ReasonCode.BELOW_WEEK: "$n% below its 7-day average",
        ReasonCode.ABOVE_WEEK: "$n% above its 7-day average",
        ReasonCode.USUAL_DATES: "you usually sell around these days",
        ReasonCode.DUE: "$n days since your last trade",
        ReasonCode.USUAL_MOMENT: "a price at which you usually trade",
    },
}
_SMS: Final = {
    (
        Language.ES,
        Side.BUY,
    ): "Divisa: buen precio para COMPRAR $amount $base a $price $quote: $reason. Es una sugerencia.",
    (
        Language.ES,
        Side.SELL,
    ): "Divisa: buen precio para VENDER $amount $base a $price $quote: $reason. Es una sugerencia.",
    (
        Language.EN,
        Side.BUY,
    ): "Divisa: a good price to BUY $amount $base at $price $quote: $reason. This is a suggestion.",
    (
        Language.EN,
        Side.SELL,
    ): "Divisa: a good price to SELL $amount $base at $price $quote: $reason. This is a suggestion.",
}
_SUBJECT: Final = {
    (Language.ES, Side.BUY): "Buen precio para comprar $base: $price $quote",
    (Language.ES, Side.SELL): "Buen precio para vender $base: $price $quote",
    (Language.EN, Side.BUY): "A good price to buy $base: $price $quote",
    (Language.EN, Side.SELL): "A good price to sell $base: $price $quote",
}
_BODY: Final = {
    (Language.ES, Side.BUY): (
        "Hola:\n\nAhora puedes comprar $amount $base a $price $quote cada uno.\n\nPor qué te lo decimos: $reasons.\n\n"
        "El precio es de las $time UTC y puede haber cambiado. Es una sugerencia basada en cómo has operado, no una "
        "orden ni una garantía.\n\nDivisa"
    ),
    (Language.ES, Side.SELL): (
        "Hola:\n\nAhora puedes vender $amount $base a $price $quote cada uno.\n\nPor qué te lo decimos: $reasons.\n\n"
        "El precio es de las $time UTC y puede haber cambiado. Es una sugerencia basada en cómo has operado, no una "
        "orden ni una garantía.\n\nDivisa"
    ),
    (Language.EN, Side.BUY): (
        "Hello,\n\nYou can now buy $amount $base at $price $quote each.\n\nWhy we tell you: $reasons.\n\nThe price is "
        "of $time UTC and may have changed. This is a suggestion based on how you have traded, not an order and not "
        "a guarantee.\n\nDivisa"
    ),
    (Language.EN, Side.SELL): (
        "Hello,\n\nYou can now sell $amount $base at $price $quote each.\n\nWhy we tell you: $reasons.\n\nThe price is "
        "of $time UTC and may have changed. This is a suggestion based on how you have traded, not an order and not "
        "a guarantee.\n\nDivisa"
    ),
}


@dataclass(frozen=True, slots=True)
class Email:
    """An email as plain text."""

    subject: str
    body: str


def sms_text(suggestion: Suggestion) -> str:
    """One SMS segment: side, amount, price and the strongest reason."""
    return _fill(_SMS, suggestion)


def email_text(suggestion: Suggestion) -> Email:
    """Subject and body: as the SMS, with every reason and the time of the price."""
    return Email(_fill(_SUBJECT, suggestion), _fill(_BODY, suggestion))


def reason_text(reason: Reason, language: Language) -> str:
    """A reason in words, with its number.

    >>> from divisa.domain.reasons import Reason
    >>> reason_text(Reason(ReasonCode.ABOVE_COST, 2.5), Language.EN)
    '2.5% above your average cost'
    """
    return Template(_REASONS[language][reason.code]).substitute(n=f"{reason.number:.1f}")


def _fill(texts: dict[tuple[Language, Side], str], suggestion: Suggestion) -> str:
    reasons = [reason_text(reason, suggestion.language) for reason in suggestion.reasons]
    return Template(texts[suggestion.language, suggestion.side]).substitute(
        amount=f"{suggestion.amount:f}",
        base=suggestion.pair.base,
        price=f"{suggestion.price:.4f}",
        quote=suggestion.pair.quote,
        reason=reasons[0],
        reasons="; ".join(reasons),
        time=suggestion.quote_time.strftime("%Y-%m-%d %H:%M"),
    )
