"""Every error that Divisa raises on purpose, as one tree.

DivisaError
├── InvalidInput              what came in is not acceptable; the message says why, in plain words
│   ├── InvalidQuote          a price event that is not a quote (carries a reason code)
│   ├── InvalidRow            a row of a CSV contract (carries file, line and reason code)
│   ├── InvalidFile           a file of a CSV contract as a whole: missing, empty, wrong header
│   ├── UnknownPair           a currency pair that is not configured
│   ├── InvalidContact        a phone number or an address that no message can be sent to
│   ├── OtherVersion          a line of the decision log that another version of the code has written
│   ├── InvalidFields         fields of a request that are wrong beside each other, or for this deployment (names them)
│   └── Refused               a request that is well formed and cannot be done as things stand (carries a reason code)
├── Unauthenticated           who asks has not shown who they are; why not is not told
├── NotFound                  there is no such thing, or it is not the caller's
├── InvalidContract           a lake's contract that is wrong; names file and line, and says what to do
├── InvalidTable              a lake's table that does not fit its contract; names table, column and types
├── RowsUnaccounted           after a run, nobody knows what became of some rows; names the run and how many
├── QueryFailed               a question to the lake that could not be answered; says why in its engine's words
├── InvalidSetting            a setting is missing or wrong; names the setting
├── ConcurrentUpdate          somebody else moved the state first; read it again and retry
├── Unavailable               a component did not answer in time; retrying later is safe
│   ├── ScorerUnavailable     the model endpoint
│   ├── StreamUnavailable     the quote stream refused records after every retry
│   ├── StoreUnavailable      the database or the object store
│   │   └── MovesInterrupted  the database, after some watches were moved (carries which)
│   ├── NotifierUnavailable   the message channel surely did not take the message
│   └── SourceUnavailable     a source of files for the lake, or what it gave was not whole; names the source
├── StoreRefused              a database beside the lake refused what it was asked; trying again changes nothing
│   └── SchemaDrift           a table of it has other columns than its contract says; names them
├── NoContact                 the person has nothing on this channel that a message could be sent to
├── NoBudget                  the month's messages to this country have cost as much as they may
├── DeliveryUncertain         the message channel broke off: the message may have gone out, so it is not sent again
├── InvalidModel              a model artefact or a model answer does not fit this code
├── PromotionFailed           the endpoint did not move to a model; what served before it serves on
├── PackagingError            the artifact or the template could not be built; names the tool, ends with its output
└── LaptopCloudError          a part of the laptop cloud did not start, or stopped; names the part
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class DivisaError(Exception):
    """Base of every error that Divisa raises on purpose."""


class InvalidInput(DivisaError):
    """What came in is not acceptable; the message says why."""


class InvalidQuote(InvalidInput):
    """A price event that is not a quote.

    Attributes:
        reason: machine-readable reason code, used as quarantine prefix and metric dimension.
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


class InvalidRow(InvalidInput):
    """One row of a CSV contract that cannot be used.

    Attributes:
        source: name of the file.
        line: 1-based line number in that file.
        reason: machine-readable reason code.
    """

    def __init__(self, source: str, line: int, reason: str, detail: str) -> None:
        super().__init__(f"{source}:{line}: {reason}: {detail}")
        self.source = source
        self.line = line
        self.reason = reason
        self.detail = detail


class InvalidFile(InvalidInput):
    """A file of a CSV contract that cannot be read at all: missing, empty, wrong header."""


class UnknownPair(InvalidInput):
    """A currency pair that this deployment does not serve."""


class InvalidContact(InvalidInput):
    """A phone number or an address that no message can be sent to. Never carries the contact itself."""


class OtherVersion(InvalidInput):
    """A line of the decision log that another version of the code has written: this one cannot compare it."""


class InvalidFields(InvalidInput):
    """Fields of a request that are each well formed, and wrong all the same.

    Attributes:
        problems: each field and what is wrong with it, without its value.
    """

    def __init__(self, problems: Iterable[tuple[str, str]]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(f"{field} {problem}" for field, problem in self.problems))


class Refused(InvalidInput):
    """A request that is well formed and cannot be done as things stand: no funds, a price that has moved.

    Attributes:
        code: machine-readable, for example `insufficient_funds`.
    """

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


class Unauthenticated(DivisaError):
    """Who asks has not shown who they are. The message is the same for every reason there may be."""


class NotFound(DivisaError):
    """There is no such thing, or it is not the caller's; who asks is not told which."""


class InvalidContract(DivisaError):
    """A contract of the lake is wrong.

    Attributes:
        source: name of the file.
        line: 1-based line number in that file.
    """

    def __init__(self, source: str, line: int, cure: str) -> None:
        super().__init__(f"{source}, line {line}: {cure}")
        self.source = source
        self.line = line


class InvalidTable(DivisaError):
    """A table of the lake has a column of another type than it has to have; it is not changed by itself."""

    def __init__(self, table: str, column: str, has: str, wanted: str) -> None:
        super().__init__(f"{table}: {column} is {has} and would have to be {wanted}: migrate the table first")


class RowsUnaccounted(DivisaError):
    """After a run of the lake, nobody knows what became of some rows of its datasets."""

    def __init__(self, run: str, rows: int) -> None:
        super().__init__(f"{run}: nobody knows what became of {rows} rows; `divisa lake status` names their files")


class QueryFailed(DivisaError):
    """A question to the lake could not be answered; the message says why in the words of its engine."""


class InvalidSetting(DivisaError):
    """A setting is missing or wrong.

    Attributes:
        name: the name of the setting (an environment variable or an option).
    """

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"{name}: {problem}")
        self.name = name


class ConcurrentUpdate(DivisaError):
    """Somebody else moved the state first; read it again and retry."""


class Unavailable(DivisaError):
    """A component did not answer in time; retrying later is safe."""


class ScorerUnavailable(Unavailable):
    """The model endpoint did not answer."""


class StreamUnavailable(Unavailable):
    """The quote stream refused records after every retry."""


class StoreUnavailable(Unavailable):
    """The database or the object store did not answer."""


class MovesInterrupted(StoreUnavailable):
    """The database did not answer about one move of a watch, while others were made.

    Attributes:
        done: of each move, in their order, whether it was made; None when it was not begun, or nobody can tell.
    """

    def __init__(self, problem: str, done: Iterable[bool | None]) -> None:
        super().__init__(problem)
        self.done = tuple(done)


class NotifierUnavailable(Unavailable):
    """The message channel did not take the message, for sure: sending it again makes no second one."""


class StoreRefused(DivisaError):
    """A database beside the lake refused what it was asked: a right is missing, or a value does not fit."""


class SchemaDrift(StoreRefused):
    """A table beside the lake has other columns than its contract says.

    Attributes:
        table: which one.
        differences: what is different, a column at a time.
    """

    def __init__(self, table: str, differences: Iterable[str]) -> None:
        self.table = table
        self.differences = tuple(differences)
        super().__init__(f"the table {table} is another one than its contract says: {'; '.join(self.differences)}")


class SourceUnavailable(Unavailable):
    """A source of files for the lake gave none, or not a whole one.

    Attributes:
        source: the source's name; its address may carry a key, and is never told.
    """

    def __init__(self, source: str, problem: str) -> None:
        super().__init__(f"{source}: {problem}")
        self.source = source


class NoContact(DivisaError):
    """The person has nothing on this channel that a message could be sent to."""


class NoBudget(DivisaError):
    """The month's messages to this country have cost as much as they may."""


class DeliveryUncertain(DivisaError):
    """The message channel broke off after the message was handed over: it may have gone out, or not."""


class InvalidModel(DivisaError):
    """A model artefact or a model answer does not fit this code."""


class PromotionFailed(DivisaError):
    """The endpoint did not move to a model, or there is none to go back to; what served before it serves on."""


class PackagingError(DivisaError):
    """The artifact or the template could not be built.

    Attributes:
        tool: the program or the step that failed.
    """

    def __init__(self, tool: str, problem: str) -> None:
        super().__init__(f"{tool}: {problem}")
        self.tool = tool


class LaptopCloudError(DivisaError):
    """A part of the laptop cloud did not start, or stopped.

    Attributes:
        part: the part's name, as `divisa status` prints it.
    """

    def __init__(self, part: str, problem: str) -> None:
        super().__init__(f"{part}: {problem}")
        self.part = part
