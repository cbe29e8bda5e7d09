"""What the services need from the world, as small protocols.

Each has an adapter on AWS and a real one in memory, under the same file name in `divisa.adapters.aws` and
`divisa.adapters.memory`, held to the same contract tests. Every adapter raises `Unavailable` (or a subclass) when its
component does not answer, and nothing of a library.
"""

from divisa.ports.bars import Bars
from divisa.ports.decisions import DecisionLog, Decisions, Foreign, Logged
from divisa.ports.devices import Devices
from divisa.ports.erasure import ErasureMarkers, ErasureQueue, Erasures, PersonalRows, SignIn, SignIns
from divisa.ports.feeds import Feeds, Upload
from divisa.ports.holding import MAX_RELEASES, HeldSuggestions, Release
from divisa.ports.lake_doors import LakeDoors
from divisa.ports.ledger import Ledger, LedgerFilter, LedgerPage, LedgerPosition
from divisa.ports.ledger_stream import LedgerStream
from divisa.ports.market import MarketRecord, Markets, Quarantine, QuarantineEntry, QuoteStream
from divisa.ports.messages import (
    Announcement,
    Deliveries,
    EmailGateway,
    Pacing,
    PushGateway,
    SmsBudget,
    SmsGateway,
    Suggestions,
    SuggestionTopic,
)
from divisa.ports.nonces import Nonces
from divisa.ports.outcomes import Outcomes
from divisa.ports.people import Advance, Portfolios, Recipients, Summaries, SummaryRecord
from divisa.ports.policy import PolicySource
from divisa.ports.scoring import Scorer, Scores
from divisa.ports.secrets import Secrets
from divisa.ports.throttle import Throttle
from divisa.ports.time import Clock
from divisa.ports.watching import Backlog, Move, Watches

__all__ = [
    "MAX_RELEASES",
    "Advance",
    "Announcement",
    "Backlog",
    "Bars",
    "Clock",
    "DecisionLog",
    "Decisions",
    "Deliveries",
    "Devices",
    "EmailGateway",
    "ErasureMarkers",
    "ErasureQueue",
    "Erasures",
    "Feeds",
    "Foreign",
    "HeldSuggestions",
    "LakeDoors",
    "Ledger",
    "LedgerFilter",
    "LedgerPage",
    "LedgerPosition",
    "LedgerStream",
    "Logged",
    "MarketRecord",
    "Markets",
    "Move",
    "Nonces",
    "Outcomes",
    "Pacing",
    "PersonalRows",
    "PolicySource",
    "Portfolios",
    "PushGateway",
    "Quarantine",
    "QuarantineEntry",
    "QuoteStream",
    "Recipients",
    "Release",
    "Scorer",
    "Scores",
    "Secrets",
    "SignIn",
    "SignIns",
    "SmsBudget",
    "SmsGateway",
    "SuggestionTopic",
    "Suggestions",
    "Summaries",
    "SummaryRecord",
    "Throttle",
    "Upload",
    "Watches",
]
