"""What was suggested to the caller, why, and what they say to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import ConfigDict, Field

from api_handlers.bodies.scalars import Absent, Answer, Body, Moment, Money, PairName, QuotedPrice
from api_handlers.cursor import CURSOR, cursor_of
from divisa.domain.message import reason_text

if TYPE_CHECKING:
    from datetime import datetime

    from divisa.domain.recipient import Language
    from divisa.domain.suggestion import Suggestion
    from divisa.services.list_suggestions import SuggestionPage

Said = Literal["accepted", "dismissed", "not_useful"]
SUGGESTION_ID: Final = r"^[0-9a-f]{26}$"


class ReasonAnswer(Answer):
    """What speaks for a suggestion."""

    model_config = ConfigDict(title="Reason")

    code: str = Field(description="Which reason it is.", examples=["above_cost"])
    number: float = Field(description="Its number; the code says of what.", examples=[2.1])
    text: str = Field(description="Both in the caller's language.", examples=["2.1% above your average cost"])


class SuggestionAnswer(Answer):
    """One suggestion."""

    model_config = ConfigDict(title="Suggestion")

    suggestion_id: str = Field(pattern=SUGGESTION_ID, examples=["b3a1f0c2d4e5968778695a4b3c"])
    pair: PairName
    side: Literal["BUY", "SELL"] = Field(description="What to do with the base currency.")
    amount: Money = Field(description="Base currency; 0 when the funds reached no amount worth a trade.")
    price: QuotedPrice = Field(description="Quote currency for one unit of base, when it was suggested.")
    quote_time: Moment = Field(description="When that price was seen.")
    reasons: list[ReasonAnswer] = Field(description="Strongest first.")
    propensity: float = Field(description="The model's probability that the caller would do this anyway.", ge=0, le=1)
    created_at: Moment
    expires_at: Moment = Field(description="Until when it is worth acting on.")
    status: Literal["open", "expired", "answered", "held", "suppressed"] = Field(
        description="`suppressed` was recorded and not sent; `answered` whether it was sent or not; `held`, in the "
        "export alone, waits for the end of quiet hours, and is then told anew or dropped."
    )
    suppressed: str | Absent = Field(default=None, description="Why it was not sent.", examples=["no_funds"])
    response: Said | Absent = Field(default=None, description="What the caller said.")
    responded_at: Moment | Absent = Field(default=None, description="When they said so.")
    opened_at: Moment | Absent = Field(default=None, description="When the caller first opened it.")
    held_until: Moment | Absent = Field(default=None, description="When the quiet hours end, or ended, that held it.")

    @classmethod
    def of(cls, suggestion: Suggestion, language: Language, now: datetime) -> SuggestionAnswer:
        """A suggestion as it stands at a moment, its reasons in a language."""
        return cls(
            suggestion_id=suggestion.suggestion_id,
            pair=suggestion.pair,
            side=suggestion.side.value,
            amount=suggestion.amount,
            price=suggestion.price,
            quote_time=suggestion.quote_time,
            reasons=[
                ReasonAnswer(code=each.code.value, number=each.number, text=reason_text(each, language))
                for each in suggestion.reasons
            ],
            propensity=suggestion.propensity,
            created_at=suggestion.created_at,
            expires_at=suggestion.expires_at,
            status=suggestion.status(now).value,
            suppressed=None if suggestion.suppressed is None else suggestion.suppressed.value,
            response=None if suggestion.response is None else suggestion.response.value,
            responded_at=suggestion.responded_at,
            opened_at=suggestion.opened_at,
            held_until=suggestion.held_until,
        )


class SuggestionsAnswer(Answer):
    """Some of the caller's suggestions, newest first."""

    model_config = ConfigDict(title="SuggestionPage")

    items: list[SuggestionAnswer]
    next_cursor: Annotated[str, Field(pattern=CURSOR)] | Absent = Field(
        default=None, description="Asks for what comes after these; absent at the end."
    )

    @classmethod
    def of(cls, page: SuggestionPage) -> SuggestionsAnswer:
        """A page of suggestions."""
        place = page.next
        return cls(
            items=[SuggestionAnswer.of(each, page.language, page.now) for each in page.suggestions],
            next_cursor=None if place is None else cursor_of(place.created_at, place.suggestion_id),
        )


class ResponseBody(Body):
    """What the caller says to a suggestion."""

    model_config = ConfigDict(title="Response")

    response: Said = Field(description="The first answer counts.")


class ResponseAnswer(Answer):
    """What the caller said to a suggestion."""

    model_config = ConfigDict(title="Responded")

    suggestion_id: str = Field(pattern=SUGGESTION_ID)
    response: Said
    responded_at: Moment


class OpenedAnswer(Answer):
    """The caller has opened a suggestion."""

    model_config = ConfigDict(title="Opened")

    suggestion_id: str = Field(pattern=SUGGESTION_ID)
    opened_at: Moment = Field(description="When they first did.")
