"""`divisa buy` and `divisa sell`."""

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Annotated

import typer

from local.cli import output

if TYPE_CHECKING:
    from client.values import Side
    from local.trading import Trade

BUY_EXAMPLES = output.examples(
    ("divisa buy 100", "buy 100 dollars for Mexican pesos at the price of this moment"),
    ("divisa buy 100 --pair USD/BRL --max-slippage 0.002", "the same for reais, though the price rise by 0.2 %"),
)
SELL_EXAMPLES = output.examples(
    ("divisa sell 100", "sell 100 dollars for Mexican pesos at the price of this moment"),
    ("divisa sell 100 --json", "the same for programs"),
)

Quantity = Annotated[str, typer.Argument(help="How many dollars (the pair's first currency).", show_default=False)]
Pair = Annotated[str, typer.Option(help="What to trade, for example USD/MXN.")]
MaxSlippage = Annotated[
    str, typer.Option(help="How much worse than the quoted the price may have become, as a share: 0 to 0.05.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def buy(quantity: Quantity, pair: Pair = "USD/MXN", max_slippage: MaxSlippage = "0", as_json: AsJson = False) -> None:
    """Buy at the newest price, as whoever signed in last with `divisa login`.

    Goes over the API as an app does: a quote, an order at it, the portfolio. Prices must run: `divisa replay`.
    Exits with 1 when the order was refused; then nothing was bought.
    """
    _trade("BUY", quantity, pair, max_slippage, as_json=as_json)


def sell(quantity: Quantity, pair: Pair = "USD/MXN", max_slippage: MaxSlippage = "0", as_json: AsJson = False) -> None:
    """Sell at the newest price, as whoever signed in last with `divisa login`.

    Goes over the API as an app does: a quote, an order at it, the portfolio. Prices must run: `divisa replay`.
    Exits with 1 when the order was refused; then nothing was sold.
    """
    _trade("SELL", quantity, pair, max_slippage, as_json=as_json)


def in_words(trade: "Trade") -> list[str]:
    """A trade in a few lines: what was done at which price, and what its user has now."""
    made, quote, held = trade.transaction, trade.quote, trade.position
    base, _, quoted = made.pair.partition("/")
    done = "Bought" if made.side == "BUY" else "Sold"
    earned = "" if made.realised_pnl is None else f", which earned {made.realised_pnl:,} {quoted}"
    average = "" if held.average_cost is None else f" at an average cost of {held.average_cost:,.4f}"
    worth = "" if held.value is None else f"; the {base} are worth {held.value:,} {quoted} now"
    return [
        f"Quoted {quote.bid} to {quote.ask} {quoted}.",
        f"{done} {made.quantity:,} {base} at {made.price} {quoted}: {made.amount:,} {quoted}{earned}. "
        f"Entry {made.sequence} of the ledger, {made.transaction_id}.",
        f"Now {held.base_balance:,} {base}{average}, and {held.quote_balance:,} {quoted}{worth}.",
    ]


def _trade(side: "Side", quantity: str, pair: str, max_slippage: str, *, as_json: bool) -> None:
    from client import Client
    from divisa.domain.errors import Refused
    from local import accounts, cloud
    from local.trading import trade

    amount, slippage = _decimal("QUANTITY", quantity), _decimal("--max-slippage", max_slippage)
    running = cloud.running()
    with Client(accounts.api_url(running), accounts.token(running)) as api:
        try:
            made = trade(api, side, pair, amount, max_slippage=slippage)
        except Refused as refused:
            output.complain(str(refused))
            raise typer.Exit(1) from refused
    if as_json:
        import msgspec

        output.say_json(
            {
                "transaction": msgspec.to_builtins(made.transaction),
                "position": msgspec.to_builtins(made.position),
            }
        )
    else:
        for line in in_words(made):
            output.say(line)


def _decimal(name: str, text: str) -> Decimal:
    """A plain number of the command line.

    Raises:
        InvalidSetting: it is none.
    """
    from divisa.domain.errors import InvalidSetting

    try:
        found = Decimal(text)
    except InvalidOperation:
        raise InvalidSetting(name, "is not a number such as 100.50") from None
    if not found.is_finite() or found < 0:
        raise InvalidSetting(name, "is not a number of 0 or more")
    return found
