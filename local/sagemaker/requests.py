"""Reading the parameters of control-plane requests, with SageMaker's words for what is wrong."""

from __future__ import annotations

import re
from typing import Any

from local.sagemaker.errors import ControlError
from local.sagemaker.resources import JsonObject, Variant

_NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}")


def name_of(request: JsonObject, parameter: str) -> str:
    """A resource name.

    Raises:
        ControlError: missing or malformed.
    """
    value = request.get(parameter)
    label = parameter[0].lower() + parameter[1:]
    if not isinstance(value, str):
        raise _invalid(label, value, "Member must not be null")
    if not _NAME.fullmatch(value):
        raise _invalid(label, value, f"Member must satisfy regular expression pattern: {_NAME.pattern}")
    return value


def choice_of(request: JsonObject, parameter: str, choices: tuple[str, ...]) -> str:
    """A parameter that takes one of a few words.

    Raises:
        ControlError: it is none of them.
    """
    value = request.get(parameter)
    if value not in choices:
        label = parameter[0].lower() + parameter[1:]
        raise _invalid(label, value, f"Member must satisfy enum value set: [{', '.join(choices)}]")
    return str(value)


def container_of(request: JsonObject) -> JsonObject:
    """The one container of a CreateModel request.

    Raises:
        ControlError: none, more than one, or without model data that can be read here.
    """
    containers = request.get("Containers") or []
    container = request.get("PrimaryContainer") or (containers[0] if len(containers) == 1 else None)
    if not isinstance(container, dict):
        raise ControlError("The laptop cloud serves models of exactly one container; give PrimaryContainer.")
    address = model_data_of(container)
    if not address.startswith(("s3://", "file://")):
        raise ControlError(f"Could not find model data at {address or 'an empty address'}: give s3:// or file://.")
    return container


def model_data_of(container: JsonObject) -> str:
    """Address of a container's model.tar.gz; empty when it has none."""
    source = (container.get("ModelDataSource") or {}).get("S3DataSource") or {}
    return str(container.get("ModelDataUrl") or source.get("S3Uri") or "")


def production_variants_of(request: JsonObject) -> list[JsonObject]:
    """The variants of a CreateEndpointConfig request.

    Raises:
        ControlError: none, or two of one name.
    """
    variants: Any = request.get("ProductionVariants")
    if not isinstance(variants, list) or not variants:
        raise _invalid("productionVariants", variants, "Member must have length greater than or equal to 1")
    names = [name_of(variant, "VariantName") for variant in variants]
    if len(set(names)) != len(names):
        raise ControlError("Production variant names must be unique.")
    return variants


def variant_of(production_variant: JsonObject, model: JsonObject) -> Variant:
    """All that the container of a variant needs."""
    container = container_of(model)
    return Variant(
        name=production_variant["VariantName"],
        weight=float(production_variant.get("InitialVariantWeight", 1.0)),
        model_name=production_variant["ModelName"],
        image=str(container.get("Image", "")),
        model_data=model_data_of(container),
        environment={name: str(value) for name, value in (container.get("Environment") or {}).items()},
    )


def bake_seconds_of(request: JsonObject) -> float:
    """How long an update's old containers stand by, seconds; 0 unless the request asks for automatic rollback.

    The alarms that it names are not looked at: on the laptop a new container's own errors ring.
    """
    deployment = request.get("DeploymentConfig") or {}
    policy = deployment.get("BlueGreenUpdatePolicy") or {}
    alarms = (deployment.get("AutoRollbackConfiguration") or {}).get("Alarms")
    return float(policy.get("TerminationWaitInSeconds") or 0) if alarms else 0.0


def page_of(request: JsonObject, items: list[JsonObject], name: str) -> tuple[list[JsonObject], str | None]:
    """The page of a List request: `NameContains`, `StatusEquals`, `SortOrder`, `MaxResults`, `NextToken`.

    Returns:
        The items, newest first unless asked otherwise, and the token of the next page.
    """
    contains, status = str(request.get("NameContains") or "").lower(), request.get("StatusEquals")
    found = [
        item
        for item in items
        if contains in item[name].lower() and (status is None or item.get("EndpointStatus") == status)
    ]
    found.sort(key=lambda item: item["CreationTime"], reverse=request.get("SortOrder") != "Ascending")
    try:
        begin = int(request.get("NextToken") or 0)
    except ValueError as cause:
        raise ControlError("Invalid pagination token") from cause
    end = begin + int(request.get("MaxResults") or 10)
    return found[begin:end], str(end) if end < len(found) else None


def _invalid(label: str, value: Any, problem: str) -> ControlError:
    shown = "null" if value is None else value
    return ControlError(
        f"1 validation error detected: Value '{shown}' at '{label}' failed to satisfy constraint: {problem}"
    )
