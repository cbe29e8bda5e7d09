"""A trading floor: a laptop cloud where prices run, people sign in, and requests may be as wrong as one likes."""

from __future__ import annotations

import http.client
import json
import random
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

import boto3

from client import ApiProblem, ApiUnreachable, Client, UnexpectedAnswer
from divisa.domain.evaluation import Watch
from divisa.domain.pair import Pair
from divisa.domain.portfolio import Portfolio
from divisa.domain.suggestion import Suppression, suggestion_id_of
from divisa.domain.transaction import Side
from divisa.ports import Move
from local import accounts
from tests.builders import a_suggestion
from tests.integration.api.books import PAIR, Account, Trader

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from local.cloud import LaptopCloud
    from local.live_prices import LivePrices
    from local.stores import Stores

COST = Decimal(17)
PATIENCE_SECONDS = 180.0
PROCESSES = 6
"""Of the API's function, at most."""
FIRST_WAIT_SECONDS = 0.1
LONGEST_WAIT_SECONDS = 2.0
T = TypeVar("T")


def insistently(call: Callable[[], T]) -> T:
    """Do it again for as long as the API is too busy or does not answer, as its page tells apps to.

    The waits grow, as those of an app: two hundred who ask ten times a second keep two cores busy with refusals.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    longest = FIRST_WAIT_SECONDS
    while True:
        try:
            return call()
        except (ApiProblem, ApiUnreachable, UnexpectedAnswer) as problem:
            # A gateway whose function is overrun says so in words of its own.
            passing = isinstance(problem, ApiUnreachable) or problem.status in {429, 502, 503, 504}
            if not passing or time.monotonic() > deadline:
                raise
        time.sleep(random.uniform(0.01, longest))
        longest = min(LONGEST_WAIT_SECONDS, 2 * longest)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came over the wire.

    Attributes:
        headers: names in small letters.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def media_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Floor:
    """The cloud with everything that a test of the API needs."""

    running: LaptopCloud
    home: Path
    stores: Stores
    prices: LivePrices
    _people: dict[str, Trader] = field(default_factory=dict)
    _tokens: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return accounts.api_url(self.running)

    def person(self, name: str, *, base: str = "1000.00", quote: str = "20000.00") -> Trader:
        """Somebody who is signed in; whoever was here before, as they are now."""
        if name not in self._people:
            subject = accounts.open_sign_ins(self.running, [name], home=self.home)[name]
            opening = Account(Decimal(base), Decimal(quote), Decimal(base) * COST)
            pair = Pair.parse(PAIR)
            self.stores.portfolios.put_many(
                [Portfolio(subject, pair, opening.base, opening.quote, base_cost=opening.cost)]
            )
            self._people[name] = Trader(Client(self.url, self.token(name)), subject, opening)
        return self._people[name]

    def trader(self, name: str, *, base: str = "1000.00", quote: str = "20000.00") -> Trader:
        """Somebody new."""
        assert name not in self._people
        return self.person(name, base=base, quote=quote)

    def token(self, name: str) -> str:
        if name not in self._tokens:
            self._tokens[name] = accounts.sign_in(self.running, name, home=self.home).token
        return self._tokens[name]

    def move_price(self, mid: Decimal) -> None:
        """Let USD/MXN cost something else, and wait until the market knows."""
        pair = Pair.parse(PAIR)
        self.prices.move(pair, mid)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (quote := self.stores.markets.load(pair).quote) is None or quote.mid != mid:
            assert time.monotonic() < deadline, "the market does not follow the price"
            time.sleep(0.02)

    def warm_up(self) -> None:
        """Start the function's processes one after the other, and no more of them than two cores can feed.

        As many as ask at once would start otherwise, and none would be ready in time. Who asks too much gets 429.
        """
        name = self.running.deployment.api_function_name
        functions: Any = boto3.client("lambda", **self.running.addresses.client_settings("lambda"))
        functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=PROCESSES)
        functions.close()
        client = self.person("warm").client
        for together in range(1, PROCESSES + 1):
            with ThreadPoolExecutor(together) as pool:
                list(pool.map(lambda _: insistently(client.get_portfolio), range(together)))

    def suggest(self, trader: Trader) -> str:
        """Record a suggestion that was held back; returns its id."""
        pair = Pair.parse(PAIR)
        self.stores.watches.insert([Watch(trader.user_id, pair)])
        suggestion = a_suggestion(
            suggestion_id=suggestion_id_of(trader.user_id, pair, Side.SELL, 1),
            user_id=trader.user_id,
            suppressed=Suppression.NO_FUNDS,
        )
        while True:  # until no consumer has moved the watch meanwhile
            before = self.stores.watches.get_many(pair, [trader.user_id])[trader.user_id]
            after = replace(before, generation=before.generation + 1)
            if self.stores.watches.move_all([Move(before, after, suggestion)]) == [True]:
                return suggestion.suggestion_id

    def send(
        self,
        method: str,
        target: str,
        content: bytes | None = None,
        *,
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send a request byte for byte, as no well-meaning client would.

        Args:
            method: of HTTP, or not.
            target: path and query.
            content: JSON unless `headers` say otherwise.
            token: of whom; None for nobody.
            headers: over the usual ones.
        """
        where = urlsplit(self.url)
        assert where.hostname is not None
        usual = {"Accept": "application/json"}
        if content is not None:
            usual["Content-Type"] = "application/json"
        if token is not None:
            usual["Authorization"] = f"Bearer {token}"
        connection = http.client.HTTPConnection(where.hostname, where.port, timeout=40)
        try:
            connection.putrequest(method, f"{where.path}{target}", skip_accept_encoding=True)
            for name, value in (usual | dict(headers or {})).items():
                connection.putheader(name, value)
            if content is not None:
                connection.putheader("Content-Length", str(len(content)))
            connection.endheaders(content)
            answer = connection.getresponse()
            return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def close(self) -> None:
        for trader in self._people.values():
            trader.client.close()
