from __future__ import annotations

from typing import Any

import pytest

from local.sagemaker.errors import ControlError
from local.sagemaker.requests import container_of, name_of, page_of, production_variants_of, variant_of

MODEL_DATA = "s3://models/model.tar.gz"


@pytest.mark.parametrize("name", ["a", "divisa-local-decisions", "x" * 63])
def test_a_name_of_letters_digits_and_inner_hyphens_is_taken(name: str) -> None:
    assert name_of({"ModelName": name}, "ModelName") == name


@pytest.mark.parametrize("name", ["", "-a", "a-", "a_b", "x" * 64, None, 3])
def test_any_other_name_is_refused_as_aws_refuses_it(name: Any) -> None:
    with pytest.raises(ControlError, match="1 validation error detected: .* at 'modelName'"):
        name_of({"ModelName": name}, "ModelName")


def test_a_model_has_one_container_whichever_way_it_is_given() -> None:
    container = {"ModelDataUrl": MODEL_DATA}
    source = {"ModelDataSource": {"S3DataSource": {"S3Uri": MODEL_DATA}}}

    assert container_of({"PrimaryContainer": container}) == container
    assert container_of({"Containers": [source]}) == source


@pytest.mark.parametrize(
    "model",
    [
        {},
        {"Containers": [{"ModelDataUrl": MODEL_DATA}] * 2},
        {"PrimaryContainer": {}},
        {"PrimaryContainer": {"ModelDataUrl": "https://somewhere/model.tar.gz"}},
    ],
)
def test_a_model_that_cannot_be_served_here_is_refused_at_once(model: dict[str, Any]) -> None:
    with pytest.raises(ControlError):
        container_of(model)


def test_variants_need_names_of_their_own() -> None:
    one = {"VariantName": "A", "ModelName": "m"}
    assert production_variants_of({"ProductionVariants": [one]}) == [one]

    for variants in ([], None, [one, one]):
        with pytest.raises(ControlError):
            production_variants_of({"ProductionVariants": variants})


def test_a_variant_carries_all_that_its_container_needs() -> None:
    model = {"PrimaryContainer": {"Image": "sklearn", "ModelDataUrl": MODEL_DATA, "Environment": {"N": 1}}}

    variant = variant_of({"VariantName": "A", "ModelName": "m", "InitialVariantWeight": 2}, model)

    assert (variant.weight, variant.image, variant.model_data) == (2.0, "sklearn", MODEL_DATA)
    assert variant.environment == {"N": "1"}


def test_lists_are_newest_first_and_filtered() -> None:
    endpoints = [
        {
            "EndpointName": f"e{number}",
            "CreationTime": number,
            "EndpointStatus": "Failed" if number == 2 else "InService",
        }
        for number in range(4)
    ]

    newest, token = page_of({"MaxResults": 3}, endpoints, "EndpointName")
    assert [one["EndpointName"] for one in newest] == ["e3", "e2", "e1"]
    assert token == "3"
    failed, _ = page_of({"StatusEquals": "Failed"}, endpoints, "EndpointName")
    assert [one["EndpointName"] for one in failed] == ["e2"]
    with pytest.raises(ControlError, match="token"):
        page_of({"NextToken": "x"}, endpoints, "EndpointName")
