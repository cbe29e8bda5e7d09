"""The API's routes about people over a world in memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from api_handlers.app import Application
from api_handlers.routes import devices, me, preferences, suggestions, unsubscribe
from tests.unit.api_handlers.requests import ALICE, BOB, ask
from tests.unit.services.people import PeopleWorld

if TYPE_CHECKING:
    import pytest

    from tests.unit.api_handlers.requests import Answered


@dataclass
class PeopleApi:
    """Alice and Bob, of whom everything is kept, and the application that they talk to."""

    world: PeopleWorld = field(default_factory=PeopleWorld)
    application: Application = field(
        default_factory=lambda: Application(
            devices.router, me.router, preferences.router, suggestions.router, unsubscribe.router
        )
    )

    def __post_init__(self) -> None:
        self.world.settle(ALICE)
        self.world.settle(BOB)

    def ask(self, method: str, path: str, **event: Any) -> Answered:
        return ask(self.application, method, path, **event)

    def serve(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Let the routes find this world's use cases."""
        monkeypatch.setattr(preferences, "_keep", lambda: self.world.keep_preferences)
        monkeypatch.setattr(devices, "_keep", lambda: self.world.keep_devices)
        monkeypatch.setattr(suggestions, "_list", lambda: self.world.list_suggestions)
        monkeypatch.setattr(suggestions, "_answer", lambda: self.world.answer_suggestion)
        monkeypatch.setattr(suggestions, "_open", lambda: self.world.open_suggestion)
        monkeypatch.setattr(unsubscribe, "_unsubscribe", lambda: self.world.unsubscribe)
        monkeypatch.setattr(me, "_export", lambda: self.world.export_person)
        monkeypatch.setattr(me, "_erase", lambda: self.world.request_erasure)
