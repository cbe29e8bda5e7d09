"""The words of a suggestion as an email, in Spanish and English: as plain text, and as HTML that a phone shows well.

The HTML loads nothing: no image, no font, no script, so that opening it tells nobody. Mail programs know tables and
styles on elements, and often nothing else. Text is at least 16 pixels, and 4.5 times as bright or dark as its ground
(WCAG 2.2, AA).
"""

from __future__ import annotations

import html
from dataclasses import dataclass
from string import Template
from typing import TYPE_CHECKING, Final

from divisa.domain.message import fill, reason_text
from divisa.domain.recipient import Language
from divisa.domain.transaction import Side

if TYPE_CHECKING:
    from divisa.domain.suggestion import Suggestion


@dataclass(frozen=True, slots=True)
class EmailLinks:
    """Where an email leads to.

    Attributes:
        suggestion: the page that shows the suggestion.
        unsubscribe: what ends emails to this person, by a visit of theirs or by one POST of their mail program.
    """

    suggestion: str
    unsubscribe: str


@dataclass(frozen=True, slots=True)
class Email:
    """An email in two forms that say the same; a mail program shows the one that it can.

    Attributes:
        subject: one line.
        text: plain text.
        html: a whole document.
        unsubscribe: the address for the headers by which a mail program unsubscribes with one click (RFC 8058).
        suggestion_id: what it is about; whatever is said to the email later says so of this.
    """

    subject: str
    text: str
    html: str
    unsubscribe: str
    suggestion_id: str


_SUBJECT: Final = {
    (Language.ES, Side.BUY): "Buen precio para comprar $base: $price $quote",
    (Language.ES, Side.SELL): "Buen precio para vender $base: $price $quote",
    (Language.EN, Side.BUY): "A good price to buy $base: $price $quote",
    (Language.EN, Side.SELL): "A good price to sell $base: $price $quote",
}
_ACTION: Final = {
    (Language.ES, Side.BUY): "Ahora puedes comprar",
    (Language.ES, Side.SELL): "Ahora puedes vender",
    (Language.EN, Side.BUY): "You can now buy",
    (Language.EN, Side.SELL): "You can now sell",
}
_TEXT: Final = {
    Language.ES: (
        "Hola:\n\n$action $amount $base a $price $quote cada uno.\n\nPor qué te lo decimos: $reason.\n\n"
        "Ver la sugerencia: $link\n\n"
        "El precio es de las $time UTC y puede haber cambiado. Es una sugerencia basada en cómo has operado, no una "
        "orden ni una garantía.\n\nDivisa\n\n"
        "Recibes este correo porque lo aceptaste en la app. Para no recibir más: $unsubscribe\n"
    ),
    Language.EN: (
        "Hello,\n\n$action $amount $base at $price $quote each.\n\nWhy we tell you: $reason.\n\n"
        "See the suggestion: $link\n\n"
        "The price is of $time UTC and may have changed. This is a suggestion based on how you have traded, not an "
        "order and not a guarantee.\n\nDivisa\n\n"
        "You get this email because you agreed to it in the app. To get no more: $unsubscribe\n"
    ),
}
_WORDS: Final = {
    Language.ES: {
        "at": "cada $base a",
        "why": "Por qué te lo decimos",
        "button": "Ver la sugerencia",
        "note": "El precio es de las $time UTC y puede haber cambiado. Es una sugerencia basada en cómo has operado, "
        "no una orden ni una garantía.",
        "sent": "Recibes este correo porque lo aceptaste en la app.",
        "stop": "No recibir más correos",
    },
    Language.EN: {
        "at": "each $base at",
        "why": "Why we tell you",
        "button": "See the suggestion",
        "note": "The price is of $time UTC and may have changed. This is a suggestion based on how you have traded, "
        "not an order and not a guarantee.",
        "sent": "You get this email because you agreed to it in the app.",
        "stop": "Get no more emails",
    },
}
_DOCUMENT: Final = """\
<!DOCTYPE html>
<html lang="$language">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light">
<title>$subject</title>
</head>
<body style="margin:0;padding:0;background-color:#f2f4f3">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="background-color:#f2f4f3">
<tr><td align="center" style="padding:16px">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" \
style="max-width:600px;background-color:#ffffff;border-radius:12px">
<tr><td style="padding:24px;font-family:Arial,Helvetica,sans-serif;font-size:16px;line-height:24px;color:#1d2521">
<p style="margin:0 0 16px;font-weight:bold;color:#0b5d3b">Divisa</p>
<h1 style="margin:0;font-size:16px;line-height:24px;font-weight:normal">$action</h1>
<p style="margin:0;font-size:28px;line-height:36px;font-weight:bold">$amount&nbsp;$base</p>
<p style="margin:8px 0 0">$at</p>
<p style="margin:0 0 24px;font-size:28px;line-height:36px;font-weight:bold">$price&nbsp;$quote</p>
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0">
<tr><td align="center" style="background-color:#0b5d3b;border-radius:8px">
<a href="$link" style="display:block;padding:14px 24px;font-size:18px;line-height:24px;font-weight:bold;\
color:#ffffff;text-decoration:none">$button</a>
</td></tr>
</table>
<h2 style="margin:24px 0 8px;font-size:16px;line-height:24px">$why</h2>
<ul style="margin:0;padding:0 0 0 24px">
$items
</ul>
<p style="margin:24px 0 0;color:#48524d">$note</p>
<p style="margin:24px 0 0;padding:16px 0 0;border-top:1px solid #d5dbd8;color:#48524d">$sent<br>
<a href="$unsubscribe" style="color:#0b5d3b">$stop</a></p>
</td></tr>
</table>
</td></tr>
</table>
</body>
</html>
"""
_REASON: Final = '<li style="margin:0 0 4px">$words</li>'


def email_text(suggestion: Suggestion, links: EmailLinks) -> Email:
    """Subject, text and HTML: side, amount, price, every reason, the time of the price, and where it all leads to."""
    language, case = suggestion.language, (suggestion.language, suggestion.side)
    words = {"action": _ACTION[case], "link": links.suggestion, "unsubscribe": links.unsubscribe}
    text = fill(_TEXT[language], suggestion, suggestion.reasons, **words)
    subject = fill(_SUBJECT[case], suggestion, ())
    words |= {name: fill(each, suggestion, ()) for name, each in _WORDS[language].items()}
    words |= {"subject": subject, "language": language.value}
    escaped = {name: html.escape(each) for name, each in words.items()}
    reasons = (html.escape(reason_text(reason, language)) for reason in suggestion.reasons)
    items = "\n".join(Template(_REASON).substitute(words=each) for each in reasons)
    document = fill(_DOCUMENT, suggestion, (), **escaped, items=items)
    return Email(subject, text, document, links.unsubscribe, suggestion.suggestion_id)
