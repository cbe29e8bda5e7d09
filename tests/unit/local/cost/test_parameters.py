"""How a stage is deployed, read from serverless.yml."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.cost.parameters import read_parameters

if TYPE_CHECKING:
    from pathlib import Path

TEMPLATE = """
params:
  default: {shards: 1, streamHours: 168, batchWindow: 1, watchShards: 16, watchAge: 6, refreshesPerRun: 3000,
            endpointInstance: ml.c5.large, endpointInstances: 1}
  dev:
  prod: {shards: 2}
functions:
  quotes: {memorySize: 1769, role: !Sub "${QuotesRole.Arn}", events: [stream: {arn: !GetAtt QuotesStream.Arn}]}
  sms: {memorySize: 512}
"""


def test_a_stage_has_its_own_parameters_and_else_the_default_ones(tmp_path: Path) -> None:
    (tmp_path / "serverless.yml").write_text(TEMPLATE, encoding="utf-8")

    prod = read_parameters("prod", tmp_path / "serverless.yml")
    dev = read_parameters("dev", tmp_path / "serverless.yml")

    assert (prod.stream_shards, dev.stream_shards) == (2, 1)
    assert (prod.watch_age, prod.watch_shards, prod.batch_window) == (21_600, 16, 1)
    assert prod.memory_gb == {"quotes": 1769 / 1024, "sms": 0.5}


def test_the_repository_s_own_template_is_read() -> None:
    prod = read_parameters()

    assert prod.endpoint_instances >= 1
    assert {"quotes", "refresh", "release", "outcomes", "outbox", "sms", "email", "emailFeedback"} <= set(
        prod.memory_gb
    )
