"""What the services need from the world, as small protocols.

Each has an adapter on AWS and a real one in memory, under the same file name in `divisa.adapters.aws` and
`divisa.adapters.memory`, held to the same contract tests. Every adapter raises `Unavailable` (or a subclass) when its
component does not answer, and nothing of a library.
"""

from divisa.ports.bars import Bars
from divisa.ports.ledger import Ledger, LedgerFilter, LedgerPage, LedgerPosition
from divisa.ports.market import MarketRecord, Markets, Quarantine, QuarantineEntry, QuoteStream
from divisa.ports.messages import Announcement, Deliveries, EmailGateway, SmsGateway, Suggestions, SuggestionTopic
from divisa.ports.people import Portfolios, Recipients, Summaries
from divisa.ports.scoring import Scorer, Scores
from divisa.ports.secrets import Secrets
from divisa.ports.time import Clock
from divisa.ports.watching import Backlog, Move, Watches

__all__ = [
    "Announcement",
    "Backlog",
    "Clock",
    "Deliveries",
    "EmailGateway",
    "Bars",
    "Ledger",
    "LedgerFilter",
    "LedgerPage",
    "LedgerPosition",
    "MarketRecord",
    "Markets",
    "Move",
    "Portfolios",
    "Quarantine",
    "QuarantineEntry",
    "QuoteStream",
    "Recipients",
    "Scorer",
    "Scores",
    "Secrets",
    "SmsGateway",
    "SuggestionTopic",
    "Suggestions",
    "Summaries",
    "Watches",
]
