from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from divisa.domain.errors import InvalidModel
from local.sagemaker.container import Inference, InvalidInvocation

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CODE = """
def model_fn(model_dir):
    return 2

def input_fn(body, content_type):
    return int(body)

def predict_fn(number, model):
    if number < 0:
        raise ValueError("a number is negative")
    return number * model

def output_fn(number, accept):
    if accept == "image/png":
        raise ValueError("unsupported accept")
    return (str(number), "text/csv") if accept == "text/csv" else str(number)
"""


@pytest.fixture(autouse=True)
def _imports_as_before() -> Iterator[None]:
    paths = list(sys.path)
    yield
    sys.path[:] = paths
    sys.modules.pop("inference", None)


def a_model(folder: Path, code: str = CODE) -> Path:
    (folder / "code").mkdir()
    (folder / "code" / "inference.py").write_text(code)
    return folder


def test_a_body_passes_through_the_four_functions(tmp_path: Path) -> None:
    inference = Inference(a_model(tmp_path))

    assert inference.answer(b"21", "text/csv", "text/csv") == ("42", "text/csv")
    assert inference.answer(b"21", "text/csv", "application/json") == ("42", "application/json")


def test_a_body_that_the_code_cannot_read_is_the_callers_error(tmp_path: Path) -> None:
    with pytest.raises(InvalidInvocation, match="invalid literal"):
        Inference(a_model(tmp_path)).answer(b"x", "text/csv", "text/csv")


def test_a_body_that_the_code_reads_and_refuses_is_the_callers_error(tmp_path: Path) -> None:
    inference = Inference(a_model(tmp_path))

    with pytest.raises(InvalidInvocation, match="a number is negative"):
        inference.answer(b"-1", "text/csv", "text/csv")
    with pytest.raises(InvalidInvocation, match="unsupported accept"):
        inference.answer(b"1", "text/csv", "image/png")


def test_an_artefact_without_its_code_or_a_function_does_not_load(tmp_path: Path) -> None:
    with pytest.raises(InvalidModel, match=r"no code/inference\.py"):
        Inference(tmp_path)
    with pytest.raises(InvalidModel, match="has no predict_fn"):
        Inference(a_model(tmp_path, CODE.replace("predict_fn", "predict")))
