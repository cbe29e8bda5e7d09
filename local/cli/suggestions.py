"""`divisa suggestions`."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from local.cli import output

if TYPE_CHECKING:
    from collections.abc import Sequence

    from divisa.domain.suggestion import Delivery, Suggestion

EXAMPLES = output.examples(
    ("divisa suggestions", "the newest 20, of everybody"),
    ("divisa suggestions --user sim-000042", "all of one user"),
    ("divisa suggestions --json --limit 0", "all of them, for a program"),
)


def suggestions(
    user: Annotated[str | None, typer.Option(help="Only this user's.", show_default=False)] = None,
    limit: Annotated[int, typer.Option(min=0, help="At most so many; 0 for all.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show what was suggested and why, what was held back and why, and what became of each message."""
    from local import accounts, cloud
    from local.stores import open_stores

    running = cloud.running()
    stores = open_stores(running)
    found = (
        stores.suggestions.of_user(accounts.subjects(running).get(user, user))
        if user
        else list(stores.suggestions.all())
    )
    newest = sorted(found, key=lambda each: (each.quote_time, each.suggestion_id), reverse=True)
    shown = newest[:limit] if limit else newest
    deliveries: dict[str, list[Delivery]] = {}
    for delivery in stores.deliveries.all():
        deliveries.setdefault(delivery.suggestion_id, []).append(delivery)
    if as_json:
        output.say_json([_as_json(each, deliveries.get(each.suggestion_id, [])) for each in shown])
    else:
        _show(shown, deliveries)
        output.say(f"{len(shown)} of {len(found)} suggestions.")


def _as_json(suggestion: "Suggestion", deliveries: "Sequence[Delivery]") -> dict[str, Any]:
    return {
        "suggestion_id": suggestion.suggestion_id,
        "user_id": suggestion.user_id,
        "pair": str(suggestion.pair),
        "side": suggestion.side.value,
        "amount": str(suggestion.amount),
        "price": str(suggestion.price),
        "quote_time": suggestion.quote_time.isoformat(),
        "reasons": [{"code": reason.code.value, "number": reason.number} for reason in suggestion.reasons],
        "propensity": suggestion.propensity,
        "model_version": suggestion.model_version,
        "suppressed": suggestion.suppressed.value if suggestion.suppressed else None,
        "held_until": suggestion.held_until.isoformat() if suggestion.held_until else None,
        "deliveries": {each.channel.value: each.status.value for each in deliveries},
    }


def _show(shown: "Sequence[Suggestion]", deliveries: "dict[str, list[Delivery]]") -> None:
    from rich.table import Table

    from divisa.domain.message import reason_text
    from divisa.domain.recipient import Language

    table = Table("Price of", "User", "Suggestion", "Why", "What became of it", box=None, pad_edge=False)
    for each in shown:
        made = deliveries.get(each.suggestion_id, [])
        fate = ", ".join(f"{delivery.channel.value} {delivery.status.value}" for delivery in made)
        table.add_row(
            f"{each.quote_time:%Y-%m-%d %H:%M}",
            each.user_id,
            f"{each.side.value} {each.amount:f} {each.pair.base} at {each.price} {each.pair.quote}",
            "; ".join(reason_text(reason, Language.EN) for reason in each.reasons),
            f"held back: {each.suppressed.value}" if each.suppressed else fate or _waiting(each),
        )
    output.show(table)


def _waiting(suggestion: "Suggestion") -> str:
    return f"held until {suggestion.held_until:%Y-%m-%d %H:%M}" if suggestion.is_held else "on its way"
