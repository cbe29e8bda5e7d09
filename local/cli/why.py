"""`divisa why`."""

import math
from typing import TYPE_CHECKING, Annotated, Any

import typer

from local.cli import output

if TYPE_CHECKING:
    from datetime import datetime

    from rich.table import Table

    from divisa.domain.bands import Band
    from divisa.domain.episodes import Visit
    from divisa.domain.evaluation import Watch
    from divisa.services.explain import Explanation, Said

EXAMPLES = output.examples(
    ("divisa why sim-000042 --pair USD/MXN", "what the model says about one user, and until which price"),
    ("divisa why sim-000042 --pair USD/MXN --json", "the same for programs"),
)


def why(
    user: Annotated[str, typer.Argument(help="Whom to explain.", show_default=False)],
    pair: Annotated[str, typer.Option(help="Which price, for example USD/MXN.", show_default=False)],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show what the model says about one user now, until which price that stays so, and what weighs most in it.

    A weight is by how much the log-odds of the decision fall, on average, when one feature takes others' values.
    Those are other users' of the pair; a feature of the market takes those of other prices of the last 30 days.
    """
    from divisa.adapters.aws import clients, scorer
    from divisa.domain.pair import Pair
    from divisa.services.evaluate_users import EvaluateUsers
    from divisa.services.explain import Explain
    from local import accounts, cloud
    from local.stores import open_stores

    wanted = Pair.parse(pair)
    running = cloud.running()
    stores = open_stores(running)
    model = scorer.SageMakerScorer(clients.sagemaker_runtime(), running.deployment.endpoint_name)
    explain = Explain(stores.pairs, stores.markets, stores.watches, EvaluateUsers(stores.summaries, model))
    found = explain(accounts.subjects(running).get(user, user), wanted)
    if as_json:
        output.say_json(_as_json(found))
    else:
        _show(found)


def _as_json(found: "Explanation") -> dict[str, Any]:
    from local.feature_words import in_words

    watch, quote = found.watch, found.quote
    visit = watch.visit
    return {
        "user_id": watch.user_id,
        "pair": str(watch.pair),
        "quote": {
            "bid": str(quote.bid),
            "ask": str(quote.ask),
            "mid": str(quote.mid),
            "event_time": quote.event_time.isoformat(),
            "source": quote.source,
        },
        "watch": {
            "decision": watch.decision.name,
            "band": _band(watch.band),
            "holds": watch.band.holds(quote.log_mid),
            "visit": None
            if visit is None
            else {
                "side": visit.side.value,
                "region": _band(visit.region),
                "left_at": None if visit.left_at is None else visit.left_at.isoformat(),
            },
            "episode": watch.episode,
            "evaluated_at": None if watch.evaluated_at is None else watch.evaluated_at.isoformat(),
            "refresh_at": None if watch.refresh_at is None else watch.refresh_at.isoformat(),
            "model_version": watch.model_version,
        },
        "model": {"version": found.model_version, **_said(found.now), "band": _band(found.band)},
        "below": None if found.below is None else _said(found.below),
        "above": None if found.above is None else _said(found.above),
        "weights": [
            {
                "feature": each.feature,
                "value": None if math.isnan(each.value) else each.value,
                "words": in_words(each.feature, each.value, watch.pair),
                "weight": each.weight,
            }
            for each in found.weights
        ],
        "others": found.others,
    }


def _band(band: "Band") -> dict[str, float | None]:
    """The edges as prices; null where the band has no end. One that holds no price has its edges crossed: both null."""
    return {
        "lower": math.exp(band.lower) if math.isfinite(band.lower) else None,
        "upper": math.exp(band.upper) if math.isfinite(band.upper) else None,
    }


def _said(said: "Said") -> dict[str, Any]:
    return {
        "price": math.exp(said.x),
        "decision": said.decision.name,
        "probabilities": {decision.name: p for decision, p in said.probabilities.items()},
    }


def _show(found: "Explanation") -> None:
    from rich.table import Table

    from local.feature_words import in_words

    watch, quote = found.watch, found.quote
    facts = Table(box=None, pad_edge=False, show_header=False)
    spread = f"bid {quote.bid}, ask {quote.ask} {watch.pair.quote} for 1 {watch.pair.base}"
    facts.add_row("Price", f"{_price(quote.log_mid)} ({spread}), {_time(quote.event_time)}")
    for name, words in _facts(watch, holds=watch.band.holds(quote.log_mid)):
        facts.add_row(name, words)
    output.say(f"{watch.user_id}, {watch.pair}\n")
    output.show(facts)

    output.say(f"\nThe model {found.model_version} says")
    output.show(_prices(found))

    decision = found.now.decision.name
    output.say(f"\nWhat weighs most (+ for {decision}, - against it), compared with {found.others} other users")
    weights = Table("Feature", "In words", "Weight", box=None, pad_edge=False)
    for each in found.weights:
        weights.add_row(each.feature, in_words(each.feature, each.value, watch.pair), f"{each.weight:+.2f}")
    output.show(weights)
    if not found.weights:
        output.say("nothing: the model says the same with any other value of any one feature")


def _facts(watch: "Watch", *, holds: bool) -> list[tuple[str, str]]:
    if watch.evaluated_at is None:
        return [("Watch", "not evaluated yet; the next price is decided about, whatever it is")]
    return [
        ("Watch", f"{watch.decision.name} {_range(watch.band)}"),
        ("", "the price is inside" if holds else "the price is outside: the next one is decided about"),
        ("Evaluated", f"{_time(watch.evaluated_at)} by {watch.model_version}"),
        (
            "Visit",
            f"number {watch.episode}: {_visit(watch.visit)}" if watch.visit else f"none now, {watch.episode} so far",
        ),
    ]


def _visit(visit: "Visit") -> str:
    state = "goes on" if visit.left_at is None else f"left at {_time(visit.left_at)}"
    return f"{visit.side.value}, {state}; one visit {_range(visit.region)}"


def _range(band: "Band") -> str:
    lower, upper = math.isfinite(band.lower), math.isfinite(band.upper)
    if band.lower >= band.upper:
        return "at no price: the next one is decided about, whatever it is"
    if not lower and not upper:
        return "at any price"
    if not lower:
        return f"below {_price(band.upper)}"
    return f"from {_price(band.lower)} to below {_price(band.upper)}" if upper else f"from {_price(band.lower)} up"


def _prices(found: "Explanation") -> "Table":
    """What the model says at the newest price, and on both sides of the band around it."""
    from rich.table import Table

    from divisa.domain.evaluation import Decision

    table = Table("At", "Decision", *(f"P({decision.name})" for decision in Decision), box=None, pad_edge=False)
    for where, said in (
        ("lower" if found.below is None else f"below {_price(found.band.lower)}", found.below),
        (f"now, {_price(found.now.x)}", found.now),
        ("higher" if found.above is None else f"from {_price(found.band.upper)}", found.above),
    ):
        if said is None:
            table.add_row(where, "the model never changes its mind in that direction")
        else:
            table.add_row(where, said.decision.name, *(f"{100 * p:.1f} %" for p in said.probabilities.values()))
    return table


def _price(x: float) -> str:
    return f"{math.exp(x):.4f}"


def _time(moment: "datetime") -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"
