"""One DynamoDB table: bounded, jittered retries of what a batch left over, and our errors instead of PynamoDB's."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar

from pynamodb.connection.base import MetaTable
from pynamodb.constants import ITEM, KEY
from pynamodb.exceptions import DeleteError, PutError, PynamoDBException, TransactWriteError, UpdateError
from pynamodb.types import HASH, RANGE

from divisa.adapters.aws.backoff import Backoff
from divisa.adapters.aws.failures import AWS_ERRORS, code_of
from divisa.domain.errors import InvalidInput, StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from pynamodb.connection import Connection
    from pynamodb.expressions.condition import Condition
    from pynamodb.expressions.update import Action
    from pynamodb.models import Model

Image: TypeAlias = "dict[str, dict[str, Any]]"
"""An item as DynamoDB spells it: typed attribute values by name."""

V = TypeVar("V")

GET_BATCH: Final = 100
PUT_BATCH: Final = 25
"""Items that BatchGetItem and BatchWriteItem take at once."""
_CONDITION_FAILED: Final = "ConditionalCheckFailed"


@dataclass(frozen=True, slots=True)
class Index:
    """A secondary index of a table: the items of a partition, sorted by an attribute; those without it left out.

    Attributes:
        name: the index's name.
        range_key: the attribute that sorts.
        hash_key: the attribute that the items of a partition share; None for the table's own partition key.
        is_local: it can be read as of now, and a partition with it has at most 10 GB; else it is a global one, which
            lags behind writes by moments.
        keys_only: its items have their keys and nothing else; else they are whole.
    """

    name: str
    range_key: str
    is_local: bool = False
    hash_key: str | None = None
    keys_only: bool = False

    def schema(self, hash_key: str) -> dict[str, Any]:
        """Name, keys and projection as DynamoDB's API spells them."""
        keys = [(self.hash_key or hash_key, HASH), (self.range_key, RANGE)]
        return {
            "IndexName": self.name,
            "KeySchema": [{"AttributeName": name, "KeyType": kind} for name, kind in keys],
            "Projection": {"ProjectionType": "KEYS_ONLY" if self.keys_only else "ALL"},
        }


def index_schemas(indexes: Iterable[Index], hash_key: str) -> dict[str, list[dict[str, Any]]]:
    """The indexes of a table as DynamoDB's API takes them: local and global ones apart, none of a kind left out."""
    schemas: dict[str, list[dict[str, Any]]] = {}
    for index in indexes:
        kind = "LocalSecondaryIndexes" if index.is_local else "GlobalSecondaryIndexes"
        schemas.setdefault(kind, []).append(index.schema(hash_key))
    return schemas


class Table:
    """A table on a connection that it shares with others; safe to share between threads.

    PynamoDB's models say what an item looks like; its own batch calls repeat what was left over without pause, and
    each of its models opens a client, so the calls are made here. Every method raises StoreUnavailable when DynamoDB
    does not answer.
    """

    def __init__(
        self,
        connection: Connection,
        name: str,
        model: type[Model],
        backoff: Backoff | None = None,
        indexes: Sequence[Index] = (),
    ) -> None:
        self.name = name
        self._connection = connection
        self._backoff = backoff or Backoff()
        attributes = model.get_attributes().values()
        keys = [each for each in attributes if each.is_hash_key] + [each for each in attributes if each.is_range_key]
        self._key_names = [key.attr_name for key in keys]
        described = {*self._key_names, *(index.hash_key for index in indexes)}
        connection.add_meta_table(
            MetaTable(
                {
                    "TableName": name,
                    "KeySchema": [
                        {"AttributeName": key.attr_name, "KeyType": HASH if key.is_hash_key else RANGE} for key in keys
                    ],
                    "AttributeDefinitions": [
                        {"AttributeName": each.attr_name, "AttributeType": each.attr_type}
                        for each in attributes
                        if each.attr_name in described
                    ],
                    **index_schemas(indexes, self._key_names[0]),
                }
            )
        )

    def read(self, image: Image, decode: Callable[[Image], V]) -> V:
        """The value that an item stands for.

        Raises:
            InvalidInput: the item is not of this version of the code; names its key, and nothing else of it.
        """
        try:
            return decode(image)
        except (ValueError, TypeError, KeyError, AttributeError, InvalidInput) as error:
            key = "/".join(str(next(iter(image[name].values()))) for name in self._key_names)
            raise InvalidInput(f"{self.name}: the item {key} cannot be read ({type(error).__name__})") from error

    def read_all(self, images: Iterable[Image], decode: Callable[[Image], V]) -> Iterator[V]:
        """The values that items stand for, in their order; raises as `read`."""
        return (self.read(image, decode) for image in images)

    def get(self, hash_key: str, range_key: str | None = None) -> Image | None:
        """The item of a key as of now (a consistent read); None when there is none."""
        with self._answers():
            answer = self._connection.get_item(self.name, hash_key, range_key, consistent_read=True)
        image: Image | None = answer.get(ITEM)
        return image

    def get_many(self, keys: Iterable[tuple[str, ...]], *, consistent: bool = False) -> Iterator[Image]:
        """The items of keys, in no order; keys without an item are passed over.

        Args:
            keys: hash key and, where there is one, range key of each.
            consistent: as of now, at twice the price; else they may lag behind by moments.
        """
        distinct = iter(dict.fromkeys(keys))
        while chunk := list(islice(distinct, GET_BATCH)):
            pending: list[Any] = [dict(zip(self._key_names, key, strict=True)) for key in chunk]
            for _ in self._backoff.tries():
                with self._answers():
                    answer = self._connection.batch_get_item(self.name, pending, consistent_read=consistent)
                yield from answer["Responses"].get(self.name, ())
                pending = answer.get("UnprocessedKeys", {}).get(self.name, {}).get("Keys", [])
                if not pending:
                    break
            else:
                raise StoreUnavailable(f"{self.name}: {len(pending)} items were not read after every retry")

    def put_many(self, items: Iterable[Model]) -> None:
        """Write items, whatever was there; of two with one key the last counts."""
        images = (item.serialize() for item in items)
        distinct = {tuple(str(image[name]) for name in self._key_names): image for image in images}
        write = partial(self._connection.batch_write_item, self.name)
        self._in_batches(iter(distinct.values()), lambda images: write(put_items=images), ("PutRequest", ITEM))

    def delete_many(self, keys: Iterable[tuple[str, ...]]) -> None:
        """Delete the items of keys; keys without an item are passed over."""
        distinct = (dict(zip(self._key_names, key, strict=True)) for key in dict.fromkeys(keys))
        write = partial(self._connection.batch_write_item, self.name)
        self._in_batches(distinct, lambda keys: write(delete_items=keys), ("DeleteRequest", KEY))

    def _in_batches(self, what: Iterator[V], write: Callable[[list[V]], dict[str, Any]], path: tuple[str, str]) -> None:
        """Write batch by batch; `path` is where, in a request that was left over, its image or key is."""
        request, content = path
        while pending := list(islice(what, PUT_BATCH)):
            for _ in self._backoff.tries():
                with self._answers():
                    answer = write(pending)
                pending = [each[request][content] for each in answer.get("UnprocessedItems", {}).get(self.name, [])]
                if not pending:
                    break
            else:
                raise StoreUnavailable(f"{self.name}: {len(pending)} items were not written after every retry")

    def put(self, item: Model, condition: Condition) -> bool:
        """Write an item; False, and nothing written, when the stored one does not meet the condition."""
        with self._answers():
            try:
                self._connection.put_item(self.name, **self._put_arguments(item), condition=condition)
            except PutError as error:
                return _unless_condition_failed(error)
        return True

    def update(
        self, hash_key: str, range_key: str | None, actions: Sequence[Action], condition: Condition
    ) -> Image | None:
        """Change attributes of an item, which is made when there is none; returns the item after that.

        None, and nothing written, when the stored one does not meet the condition.
        """
        with self._answers():
            try:
                answer = self._connection.update_item(
                    self.name, hash_key, range_key, actions, condition, return_values="ALL_NEW"
                )
            except UpdateError as error:
                _unless_condition_failed(error)
                return None
        image: Image = answer["Attributes"]
        return image

    def delete(self, hash_key: str, range_key: str | None, condition: Condition) -> bool:
        """Delete an item; False when the stored one does not meet the condition."""
        with self._answers():
            try:
                self._connection.delete_item(self.name, hash_key, range_key, condition)
            except DeleteError as error:
                return _unless_condition_failed(error)
        return True

    def pages(
        self,
        hash_key: str,
        *,
        index: Index | None = None,
        within: Condition | None = None,
        where: Condition | None = None,
        start: Image | None = None,
        page: int | None = None,
        descending: bool = False,
        consistent: bool = False,
    ) -> Iterator[list[Image]]:
        """The items of one partition in the order of the range key, page by page, none empty; each page is one request.

        Args:
            hash_key: the partition.
            index: in the order of this index; a global one may lag behind writes by moments.
            within: a condition on the range key, the index's if there is one.
            where: a condition on other attributes; items that do not meet it are read, paid for and left out.
            start: the keys, also the index's, of the item after which to begin; they meet `within`.
            page: at most so many items are read for a page; a page has at most 1 MB anyhow.
            descending: the other way round.
            consistent: as of now, at twice the price; not of a global index.
        """
        request = partial(
            self._connection.query,
            self.name,
            hash_key,
            within,
            where,
            index_name=None if index is None else index.name,
            limit=page,
            consistent_read=consistent,
            scan_index_forward=False if descending else None,
        )
        yield from self._pages(request, start)

    def scan(self) -> Iterator[Image]:
        """Every item, in no order."""
        for page in self._pages(partial(self._connection.scan, self.name)):
            yield from page

    def _pages(self, request: Callable[..., dict[str, Any]], start: Any = None) -> Iterator[list[Image]]:
        while True:
            with self._answers():
                answer = request(exclusive_start_key=start)
            if answer["Items"]:
                yield answer["Items"]
            start = answer.get("LastEvaluatedKey")
            if not start:
                return

    def _put_arguments(self, item: Model) -> dict[str, Any]:
        image = item.serialize()
        hash_key, *range_key = (image.pop(name)["S"] for name in self._key_names)
        return {"hash_key": hash_key, "range_key": range_key[0] if range_key else None, "attributes": image}

    @contextmanager
    def _answers(self) -> Iterator[None]:
        try:
            yield
        except PynamoDBException as error:
            raise StoreUnavailable(f"{self.name}: {_code_of(error)}") from error

    @classmethod
    def put_together(cls, puts: Sequence[tuple[Table, Model, Condition]]) -> frozenset[int]:
        """Write items of several tables, all or none.

        Another transaction on the same items is waited for.

        Returns:
            Which of the puts, by their place, stand against it because their condition is not met: then nothing was
            written. None of them when all were.

        Raises:
            StoreUnavailable: DynamoDB did not answer, or the other transactions did not end.
        """
        connection, backoff = puts[0][0]._connection, puts[0][0]._backoff
        requests = [
            connection.get_operation_kwargs(table.name, **table._put_arguments(item), key=ITEM, condition=condition)
            for table, item, condition in puts
        ]
        failure: TransactWriteError | None = None
        for _ in backoff.tries():
            try:
                connection.transact_write_items([], [], requests, [])
            except TransactWriteError as error:
                codes = [None if reason is None else reason.code for reason in error.cancellation_reasons]
                if unmet := frozenset(place for place, code in enumerate(codes) if code == _CONDITION_FAILED):
                    return unmet
                failure = error
                if any(codes):
                    continue
                break
            return frozenset()
        names = " and ".join(table.name for table, _, _ in puts)
        raise StoreUnavailable(f"{names}: {_code_of(failure) if failure else 'no answer'}") from failure


def _unless_condition_failed(error: PynamoDBException) -> bool:
    if _code_of(error).startswith(_CONDITION_FAILED):
        return False
    raise error


def _code_of(error: PynamoDBException) -> str:
    # PynamoDB's own `cause_response_code` fails when the answer never came.
    cause = error.cause
    return code_of(cause) if isinstance(cause, AWS_ERRORS) else type(cause or error).__name__
