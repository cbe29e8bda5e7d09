"""Who goes live and who is refused, by name: models that were really trained, on rows that they never saw."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from model.matrix import Part, take_rows
from model.promotion.artefact import OpenedModel
from model.promotion.evidence import evidence_of
from model.promotion.gate import GateName, Verdict, not_asked, refusals
from model.promotion.judging import judge
from model.promotion.limits import Limits

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from model.matrix import TrainingMatrix
    from model.promotion.evidence import Evidence
    from model.promotion.gate import Gate

pytestmark = pytest.mark.slow

PATIENT = Limits(
    max_worse=0.03,
    max_worse_segment=0.05,
    max_calibration_error=0.04,
    segment_rows=400,
    max_latency_ms=60_000.0,
    latency_batches=2,
    latency_rows=20,
    bands_rows=20,
)
"""The limits of promotion for few rows, on a machine that may be busy."""
NO_LOG = not_asked(GateName.OTHER_FEATURES, "there is no log")


def verdicts(
    candidate: OpenedModel,
    live: OpenedModel | None,
    *evidence: Evidence,
    limits: Limits = PATIENT,
) -> tuple[Gate, ...]:
    return judge(candidate, live, evidence, parity=[NO_LOG], limits=limits)


def test_a_model_as_good_as_the_live_one_may_go_live(
    honest: OpenedModel, live: OpenedModel, held_out: Evidence
) -> None:
    gates = verdicts(honest, live, held_out)

    assert refusals(gates) == ()
    passed = {gate.name for gate in gates if gate.verdict is Verdict.PASSED}
    assert passed == set(GateName) - {GateName.OTHER_FEATURES}


def test_the_live_model_itself_may_go_live_again(live: OpenedModel, held_out: Evidence) -> None:
    assert refusals(verdicts(live, live, held_out)) == ()


def test_a_worse_model_is_refused_as_worse(worse: OpenedModel, live: OpenedModel, held_out: Evidence) -> None:
    refused = refusals(verdicts(worse, live, held_out))

    assert GateName.WORSE_LOG_LOSS in refused
    assert GateName.WORSE_SEGMENT in refused


def test_a_model_whose_features_leak_is_refused_as_leaking(
    leaked: OpenedModel, live: OpenedModel, held_out: Evidence
) -> None:
    gates = verdicts(leaked, live, held_out)

    assert GateName.LEAKED_FEATURES in refusals(gates)
    (gate,) = (gate for gate in gates if gate.name is GateName.LEAKED_FEATURES)
    assert "its training has seen what nobody knew then" in gate.says


def test_a_model_whose_features_leak_is_caught_without_a_live_one_too(leaked: OpenedModel, held_out: Evidence) -> None:
    assert GateName.LEAKED_FEATURES in refusals(verdicts(leaked, None, held_out))


def test_a_model_that_is_sure_of_too_much_is_refused_as_uncalibrated(
    honest: OpenedModel, live: OpenedModel, held_out: Evidence
) -> None:
    sure = replace(honest, served=honest.served._replace(temperature=0.3 * honest.served.temperature))

    assert GateName.UNCALIBRATED in refusals(verdicts(sure, live, held_out))


def test_a_model_that_fails_one_kind_of_user_is_refused_for_their_segment(
    honest: OpenedModel, live: OpenedModel, made_rows: TrainingMatrix
) -> None:
    # What frequent traders do is turned round, which the live model is made to know: the candidate does not.
    test = take_rows(made_rows, made_rows.part(Part.TEST))
    evidence = evidence_of("held-out rows", test)
    frequent = evidence.segments()["frequent"]
    turned = np.where(frequent & (test.labels > 0), 3 - test.labels, test.labels).astype(np.int8)
    among_them = evidence_of("held-out rows", replace(test, labels=turned))
    knowing = _Turned(live.served, live.classifier, live.metadata, frequent)

    gates = verdicts(honest, knowing, among_them)

    (gate,) = (gate for gate in gates if gate.name is GateName.WORSE_SEGMENT)
    assert gate.verdict is Verdict.REFUSED
    assert "frequent" in gate.says


def test_the_first_model_has_to_beat_the_base_rate(honest: OpenedModel, worse: OpenedModel, held_out: Evidence) -> None:
    assert refusals(verdicts(honest, None, held_out)) == ()
    assert GateName.WORSE_LOG_LOSS in refusals(verdicts(worse, None, held_out))


def test_too_few_rows_decide_nothing(honest: OpenedModel, live: OpenedModel, held_out: Evidence) -> None:
    few = evidence_of("logged traffic", take_rows(held_out.matrix, np.arange(50)), is_chosen=True)

    alone, beside = verdicts(honest, live, few), verdicts(honest, live, few, held_out)

    assert refusals(alone) == (GateName.TOO_LITTLE_EVIDENCE,)
    assert refusals(beside) == ()
    assert any(gate.on == "logged traffic" and gate.verdict is Verdict.NOT_ASKED for gate in beside)
    assert refusals(verdicts(honest, live)) == (GateName.TOO_LITTLE_EVIDENCE,)


def test_rows_of_people_who_were_told_are_no_evidence(held_out: Evidence) -> None:
    told = np.zeros(len(held_out), dtype=np.bool_)
    told[:100] = True
    suggested = np.where(np.arange(len(told)) < 200, 1, 0).astype(np.int8)
    propensities = np.where(suggested > 0, 0.75, np.nan).astype(np.float32)

    found = evidence_of("rows", replace(held_out.matrix, told=told, suggested=suggested, propensities=propensities))

    assert len(found) == len(held_out) - 100
    assert np.array_equal(found.weights[:100], np.full(100, 4.0))
    assert np.array_equal(found.weights[100:], np.ones(len(found) - 100))


def test_a_world_that_has_changed_is_refused_as_drift(
    honest: OpenedModel, live: OpenedModel, held_out: Evidence
) -> None:
    features = held_out.matrix.features.copy()
    features[:, 0] += 2.5
    moved = evidence_of("held-out rows", replace(held_out.matrix, features=features))

    assert refusals(verdicts(honest, live, held_out)) == ()
    assert GateName.DRIFT in refusals(verdicts(honest, live, moved))


def test_a_model_that_answers_too_slowly_is_refused(honest: OpenedModel, live: OpenedModel, held_out: Evidence) -> None:
    impatient = replace(PATIENT, max_latency_ms=0.0)

    assert refusals(verdicts(honest, live, held_out, limits=impatient)) == (GateName.TOO_SLOW,)


def test_bands_of_another_classifier_are_refused(honest: OpenedModel, live: OpenedModel, held_out: Evidence) -> None:
    mixed = replace(honest, classifier=live.classifier)

    assert GateName.OTHER_BANDS in refusals(verdicts(mixed, live, held_out))


@dataclass(frozen=True)
class _Turned(OpenedModel):
    """A model that knows of some rows that both sides are the other way round."""

    rows: NDArray[np.bool_]

    def probabilities(self, questions: NDArray[np.float64]) -> NDArray[np.float64]:
        p = super().probabilities(questions)
        p[self.rows] = p[self.rows][:, [0, 2, 1]]
        return p
