"""Both commands, step by step: a model goes live once every gate let it pass, and the one before it comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from divisa.domain.errors import PromotionFailed
from local.artefact import version_of
from local.promotion import blue_green
from local.promotion.bucket import download, upload
from local.promotion.candidate import find, note
from local.promotion.gates import judge_candidate
from local.promotion.history import PROMOTED, ROLLED_BACK, Change, History
from model.promotion.gate import refusals

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from local.promotion.candidate import Candidate
    from local.promotion.gates import Judged
    from local.promotion.logged import Log
    from local.promotion.stage import Stage
    from model.promotion.gate import GateName
    from model.promotion.limits import Limits
    from model.training_files import TrainingFiles


class Promotion(NamedTuple):
    """What became of a candidate.

    Attributes:
        judged: what the gates said.
        refused: the names that it was refused by; none when it may go live.
        key: of its artefact in the models bucket; None where it did not go live.
        configuration: what the endpoint serves it by; None likewise, and where there is no endpoint yet.
    """

    judged: Judged
    refused: tuple[GateName, ...]
    key: str | None = None
    configuration: str | None = None

    def document(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            "model_version": self.judged.version,
            "live_version": self.judged.live_version,
            "promoted": self.key is not None,
            "refused": [name.value for name in self.refused],
            "model_key": self.key,
            "endpoint_configuration": self.configuration,
            "gates": [gate.document() for gate in self.judged.gates],
        }


class RolledBack(NamedTuple):
    """What a rollback did: the version that answers now, and the keys of its artefact and of the one that was live."""

    version: str
    key: str
    before: str


class Promoting:
    """Promotes and rolls back on one stage.

    Args:
        stage: which.
        scratch: where artefacts are put meanwhile.
        bake_seconds: how long the old fleet stands by; None for what suits the stage.
        say: told in words what begins.
    """

    def __init__(
        self,
        stage: Stage,
        scratch: Path,
        *,
        bake_seconds: int | None = None,
        say: Callable[[str], None] = lambda stage: None,
    ) -> None:
        self._stage = stage
        self._scratch = scratch
        self._bake_seconds = bake_seconds
        self._say = say
        self._history = History(stage.ssm, stage.names.history)

    def judge(self, given: str, log: Log, files: TrainingFiles | None, limits: Limits) -> tuple[Candidate, Promotion]:
        """Find a candidate and ask every gate about it.

        Raises:
            InvalidModel: there is no such candidate.
            InvalidFile: the files are not of their contracts.
            PromotionFailed, StoreUnavailable: the live model cannot be looked at.
        """
        candidate = find(self._stage, given, self._scratch)
        live = None
        if (now := blue_green.serving(self._stage)) is not None:
            live = download(self._stage.s3, now.bucket, now.key, self._scratch / "live.tar.gz")
        judged = judge_candidate(candidate.artefact, live, log, files, limits=limits, on_stage=self._say)
        return candidate, Promotion(judged, refusals(judged.gates))

    def refuse(self, candidate: Candidate, promotion: Promotion) -> None:
        """Tell the registry by which gates a candidate was refused.

        Raises:
            PromotionFailed: the registry does not take it.
        """
        note(self._stage, candidate, promotion.refused)

    def bring_live(self, candidate: Candidate, promotion: Promotion) -> Promotion:
        """Have the endpoint serve a candidate that was judged, and remember what it served before.

        Where there is no endpoint yet, the artefact lies ready and the stage's next deployment makes the endpoint.

        Raises:
            PromotionFailed: it was refused, or the endpoint did not move; what served before serves on.
            StoreUnavailable: the artefact or the history cannot be written.
        """
        version = promotion.judged.version
        if promotion.refused or version is None:
            raise PromotionFailed(f"refused: {', '.join(promotion.refused)}")
        stage, before = self._stage, blue_green.serving(self._stage)
        self._say("Uploading the artefact")
        key = upload(stage.s3, stage.names.models_bucket, self._fit_for_stage(candidate.artefact))
        configuration = None
        if before is not None:
            if self._history.live_stack()[-1:] != [before.key]:
                # It came live by another way than this; a rollback has to find it all the same.
                self._history.write(Change(before.key, PROMOTED))
            configuration = blue_green.move(
                stage, key, version, watched=True, bake_seconds=self._bake_seconds, on_stage=self._say
            )
        self._history.write(Change(key, PROMOTED))
        note(stage, candidate, ())
        return promotion._replace(key=key, configuration=configuration)

    def roll_back(self) -> RolledBack:
        """Have the endpoint serve what it served before the newest promotion, the very same bytes.

        Raises:
            PromotionFailed: nothing was live before, or the endpoint did not move; what serves now serves on.
            StoreUnavailable, InvalidModel: the artefact from before cannot be had as it was.
        """
        stack = self._history.live_stack()
        if len(stack) < 2:
            raise PromotionFailed("nothing was promoted before what is live: there is nothing to go back to")
        stage, key = self._stage, stack[-2]
        self._say("Fetching the artefact that was live before")
        artefact = download(stage.s3, stage.names.models_bucket, key, self._scratch / "before.tar.gz")
        version = version_of(artefact)
        blue_green.move(stage, key, version, watched=False, bake_seconds=self._bake_seconds, on_stage=self._say)
        self._history.write(Change(key, ROLLED_BACK))
        return RolledBack(version, key, stack[-1])

    def _fit_for_stage(self, artefact: Path) -> Path:
        """On AWS the artefact has to bring what the managed image lacks; the laptop's containers have it."""
        if self._stage.is_local:
            return artefact
        from infra.model_artifact import complete

        self._say("Adding the compiler that the managed image lacks")
        return complete(artefact, self._scratch / "complete.tar.gz")
