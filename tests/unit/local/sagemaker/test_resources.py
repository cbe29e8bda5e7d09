from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from divisa.domain.errors import LaptopCloudError
from local.sagemaker.resources import Deployment, Endpoint, Resources, Variant, load

if TYPE_CHECKING:
    from pathlib import Path


def test_what_was_kept_is_read_back_whole(tmp_path: Path) -> None:
    variant = Variant("A", 1.0, "m", "sklearn", "file:///m.tar.gz", {"N": "1"})
    deployment = Deployment("d1", "config", (variant,))
    endpoint = Endpoint("e", "arn", "config", 1.0, 2.0, "InService", deployment, "an older failure")
    kept = Resources({"m": {"ModelName": "m"}}, {"config": {}}, {"e": endpoint})

    kept.save(tmp_path / "resources.json")

    assert load(tmp_path / "resources.json") == kept


def test_a_first_start_has_nothing(tmp_path: Path) -> None:
    assert load(tmp_path / "resources.json") == Resources()


@pytest.mark.parametrize("text", ["{", "{}", '{"models": {}, "configs": {}, "endpoints": [{}]}'])
def test_a_damaged_file_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "resources.json").write_text(text)

    with pytest.raises(LaptopCloudError, match=r"resources\.json"):
        load(tmp_path / "resources.json")
