"""`divisa explain`."""

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from local.cli import output
from local.home import MODEL

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from divisa.domain.bands import Band
    from divisa.domain.decision import DecisionRecord, Judgement
    from divisa.domain.suggestion import Delivery, Suggestion
    from divisa.services.explain_decision import ExplainDecision, ExplainedDecision

EXAMPLES = output.examples(
    ("divisa suggestions", "find the suggestion's id"),
    ("divisa explain 4f1c0a9be2d7836510cc94e1ab", "why somebody was told, or was not"),
    ("divisa explain 4f1c0a9be2d7836510cc94e1ab --json", "the same for programs"),
)

_CAUSES = {
    "broken": "broken by the price",
    "refresh": "refreshed",
    "reevaluated": "evaluated again, since the user had traded",
}


def explain(
    suggestion: Annotated[str, typer.Argument(help="The suggestion's id.", show_default=False)],
    model: Annotated[
        Path, typer.Option(help="Artefact of the model that decided; asked where its version is the decision's.")
    ] = MODEL,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show why a suggestion was made: the price, the model's answer, what weighed most, each rule, what became of it.

    Of one that quiet hours held back the same follows for the moment at which it was looked at again.
    Everything but the end is what the decision log has of the moment. A weight is by how much the log-odds of the
    decision fall, on average, when one feature takes the values of other logged decisions.
    """
    from divisa.services.explain_decision import ExplainDecision
    from local import cloud
    from local.stores import open_decisions, open_stores

    running = cloud.running()
    stores = open_stores(running)
    explained = ExplainDecision(open_decisions(running))
    logged = explained.about(suggestion)
    found = [_weighed(explained, record, model) for record in logged.records]
    made = stores.suggestions.find(found[0].record.user_id, suggestion)
    deliveries = list(stores.deliveries.of_suggestions([suggestion]))
    if as_json:
        output.say_json({**_as_json(found, made, deliveries), "of_another_version": logged.foreign})
    else:
        _show(suggestion, found, made, deliveries)
        if logged.foreign:
            output.say(f"\n{logged.foreign:,} lines about it are of another version of the code, not comparable")


def _weighed(explained: "ExplainDecision", record: "DecisionRecord", artefact: Path) -> "ExplainedDecision":
    """The decision, with what weighed in it where its model is still there."""
    from divisa.domain.errors import InvalidModel, LaptopCloudError, ScorerUnavailable
    from local.artefact import scorer_for

    try:
        return explained(record, scorer_for(record.model_version, artefact))
    except (InvalidModel, LaptopCloudError, ScorerUnavailable):
        return explained(record, None)


def _as_json(
    found: "Sequence[ExplainedDecision]", made: "Suggestion | None", deliveries: "Sequence[Delivery]"
) -> dict[str, Any]:
    first, *later = map(_decision_as_json, found)
    return {
        **first,
        "looked_at_again": later,
        "response": made.response.value if made is not None and made.response is not None else None,
        "deliveries": {each.channel.value: each.status.value for each in deliveries},
    }


def _decision_as_json(found: "ExplainedDecision") -> dict[str, Any]:
    import json

    from divisa.adapters.wire.decision import decision_to_json
    from local.feature_words import in_words

    pair = found.record.quote.pair
    weights = [
        {
            "feature": each.feature,
            "value": None if math.isnan(each.value) else each.value,
            "words": in_words(each.feature, each.value, pair),
            "weight": each.weight,
        }
        for each in found.weights or ()
    ]
    return {
        "decision": json.loads(decision_to_json(found.record)),
        "weights": None if found.weights is None else weights,
        "others": found.others,
        "others_of_another_version": found.foreign,
    }


def _show(
    suggestion: str,
    found: "Sequence[ExplainedDecision]",
    made: "Suggestion | None",
    deliveries: "Sequence[Delivery]",
) -> None:
    record = found[0].record
    output.say(f"{record.user_id}, {record.quote.pair}, suggestion {suggestion}")
    for each in found:
        output.say("")
        _show_facts(each.record)
        _show_model(each)
        if each.record.judgement is not None:
            _show_rules(each.record.judgement)
    output.say("\nWhat became of it")
    output.say(_fate(found[-1].record, made))
    for delivery in deliveries:
        output.say(f"{delivery.channel.value}: {delivery.status.value}, {_time(delivery.at)}")


def _show_facts(record: "DecisionRecord") -> None:
    from rich.table import Table

    quote, answer, judgement, held = record.quote, record.answer, record.judgement, record.reconsidered
    facts = Table(box=None, pad_edge=False, show_header=False)
    amount = "" if judgement is None else f" {judgement.facts.amount:f} {quote.pair.base}"
    facts.add_row("Decision", f"{answer.decision.name}{amount}, visit {record.episode}")
    if held is None:
        why = f"the watch was {_CAUSES[record.cause.value]}"
        facts.add_row("Made", f"{_time(record.at)} by {record.model_version}; {why}")
    else:
        why = f"held until {_time(held.held_until)}"
        facts.add_row("Looked at again", f"{_time(record.at)} by {record.model_version}; {why}")
    spread = f"bid {quote.bid}, ask {quote.ask} {quote.pair.quote} for 1 {quote.pair.base}"
    facts.add_row("Price", f"{_price(quote.log_mid)} ({spread}), {_time(quote.event_time)}")
    for name, band in (("The same", answer.band), ("One visit", answer.reach), ("No news", answer.quiet)):
        facts.add_row(name, _range(band))
    output.show(facts)


def _show_model(found: "ExplainedDecision") -> None:
    from rich.table import Table

    from divisa.domain.evaluation import Decision
    from local.feature_words import in_words

    answer, pair = found.record.answer, found.record.quote.pair
    said = Table(*(f"P({decision.name})" for decision in Decision), box=None, pad_edge=False)
    said.add_row(*(f"{100 * p:.1f} %" for p in answer.probabilities))
    output.say("\nThe model said")
    output.show(said)
    if found.weights is None:
        output.say(
            f"\nThe model {found.record.model_version} is not here any more, so what weighed in it is not known."
        )
        return
    name = answer.decision.name
    output.say(f"\nWhat weighed most (+ for {name}, - against it), compared with {found.others} other users' decisions")
    if found.foreign:
        output.say(f"({found.foreign:,} decisions of another version of the code, not comparable, were passed over)")
    weights = Table("Feature", "In words", "Weight", box=None, pad_edge=False)
    for each in found.weights:
        weights.add_row(each.feature, in_words(each.feature, each.value, pair), f"{each.weight:+.2f}")
    output.show(weights)
    if not found.weights:
        output.say("nothing: the model says the same with any other value of any one feature")


def _show_rules(judgement: "Judgement") -> None:
    from rich.table import Table

    output.say("\nThe rules said, in their order")
    rules = Table("Rule", "Outcome", box=None, pad_edge=False)
    for outcome in judgement.outcomes:
        rules.add_row(outcome.rule, "pass" if outcome.reason is None else f"no: {outcome.reason.value}")
    output.show(rules)


def _fate(last: "DecisionRecord", made: "Suggestion | None") -> str:
    """What became of a suggestion, by the last decision about it and what is stored."""
    said = f"; the user {made.response.value} it" if made is not None and made.response is not None else ""
    judgement, held = last.judgement, last.reconsidered
    if judgement is not None and judgement.held_until is not None:
        until = _time(judgement.held_until)
        if made is not None and made.suppressed is not None:
            return f"held until {until} and then dropped: {made.suppressed.value}"
        return f"held until {until}{said}"
    if held is not None:
        before = f"held until {_time(held.held_until)} and then"
        return f"{before} dropped: {held.dropped.value}" if held.dropped is not None else f"{before} let out{said}"
    if judgement is not None and judgement.suppressed is not None:
        return f"not let out: {judgement.suppressed.value}"
    return f"let out{said}" if made is not None else "let out; the suggestion itself is not there any more"


def _range(band: "Band") -> str:
    lower, upper = math.isfinite(band.lower), math.isfinite(band.upper)
    if lower and upper:
        return f"from {_price(band.lower)} to below {_price(band.upper)}"
    if lower:
        return f"from {_price(band.lower)} up"
    return f"below {_price(band.upper)}" if upper else "at any price"


def _price(x: float) -> str:
    return f"{math.exp(x):.4f}"


def _time(moment: "datetime | None") -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC" if moment is not None else "never"
