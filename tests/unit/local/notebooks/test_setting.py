from __future__ import annotations

import pytest

from divisa.domain.errors import InvalidSetting
from local.notebooks.setting import Setting, Where, read


def test_without_variables_everything_happens_on_the_laptop_at_its_whole_size() -> None:
    assert read({}) == Setting(Where.LAPTOP, small=False, data=None, stage="prod")


def test_one_variable_moves_the_work_to_sagemaker() -> None:
    assert read({"DIVISA_WHERE": "sagemaker"}) == Setting(Where.SAGEMAKER)
    assert read({"DIVISA_WHERE": "sagemaker", "DIVISA_STAGE": "dev"}).stage == "dev"


def test_one_variable_makes_everything_small() -> None:
    small, whole = read({"DIVISA_SMALL": "1"}), read({"DIVISA_SMALL": "0"})
    assert small.simulation.users < whole.simulation.users
    assert small.experiment.users < whole.experiment.users
    assert len(small.seeds) < len(whole.seeds)
    assert small.max_rows < whole.max_rows
    assert small.folder != whole.folder


@pytest.mark.parametrize(
    ("variable", "value"), [("DIVISA_WHERE", "cloud"), ("DIVISA_WHERE", ""), ("DIVISA_SMALL", "yes")]
)
def test_a_value_that_means_nothing_is_refused_by_its_variables_name(variable: str, value: str) -> None:
    with pytest.raises(InvalidSetting, match=variable):
        read({variable: value})


def test_an_empty_address_is_none() -> None:
    assert read({"DIVISA_DATA": "", "DIVISA_STAGE": ""}) == read({})
