"""The words of a suggestion, in Spanish and English, as a text message of one segment; `push` and `email` have theirs.

Spanish texts for SMS avoid á, í, ó and ú, which the GSM 03.38 alphabet lacks: one of them makes the room less than
half.
"""

from __future__ import annotations

from string import Template
from typing import TYPE_CHECKING, Final

from divisa.domain.reasons import ReasonCode
from divisa.domain.recipient import Language
from divisa.domain.segments import segments
from divisa.domain.transaction import Side

if TYPE_CHECKING:
    from collections.abc import Sequence

    from divisa.domain.reasons import Reason
    from divisa.domain.suggestion import Suggestion

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
    (Language.ES, Side.BUY): "Divisa: sugerencia de COMPRAR $amount $base a $price $quote$because.",
    (Language.ES, Side.SELL): "Divisa: sugerencia de VENDER $amount $base a $price $quote$because.",
    (Language.EN, Side.BUY): "Divisa: suggestion to BUY $amount $base at $price $quote$because.",
    (Language.EN, Side.SELL): "Divisa: suggestion to SELL $amount $base at $price $quote$because.",
}


def sms_text(suggestion: Suggestion, link: str = "") -> str:
    """One segment: side, amount and price; the link if there is room for it, and then the strongest reason.

    Where one has to go, the reason goes: the page that the link leads to names it.
    """
    text = _SMS[suggestion.language, suggestion.side]
    bare, reasoned = (fill(text, suggestion, reasons) for reasons in ((), suggestion.reasons[:1]))
    linked = [f"{words} {link}" for words in (reasoned, bare)] if link else []
    return next((each for each in (*linked, reasoned) if segments(each).segments == 1), bare)


def reason_text(reason: Reason, language: Language) -> str:
    """A reason in words, with its number.

    >>> from divisa.domain.reasons import Reason
    >>> reason_text(Reason(ReasonCode.ABOVE_COST, 2.5), Language.EN)
    '2.5% above your average cost'
    """
    return Template(_REASONS[language][reason.code]).substitute(n=f"{reason.number:.1f}")


def fill(text: str, suggestion: Suggestion, reasons: Sequence[Reason], **more: str) -> str:
    """Put a suggestion into a text: its `$amount`, `$base`, `$price`, `$quote`, `$time`, and `more`, by their names.

    `$reason` are the reasons, and `$because` the same behind a colon, or nothing when there are none.
    """
    words = "; ".join(reason_text(reason, suggestion.language) for reason in reasons)
    return Template(text).substitute(
        amount=f"{suggestion.amount:f}",
        base=suggestion.pair.base,
        price=f"{suggestion.price:.4f}",
        quote=suggestion.pair.quote,
        reason=words,
        because=f": {words}" if words else "",
        time=suggestion.quote_time.strftime("%Y-%m-%d %H:%M"),
        **more,
    )
