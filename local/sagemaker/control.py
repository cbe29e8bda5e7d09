"""The operations of the control plane."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from local.sagemaker.errors import ControlError
from local.sagemaker.requests import bake_seconds_of, container_of, name_of, page_of, production_variants_of, variant_of
from local.sagemaker.resources import Endpoint, JsonObject, Variant, arn_of

if TYPE_CHECKING:
    from local.sagemaker.endpoints import Endpoints
    from local.sagemaker.registry import ModelRegistry

_KINDS = {"model": "model", "endpoint-config": "endpoint configuration", "endpoint": "endpoint"}

Kept = TypeVar("Kept")
Operation = Callable[[JsonObject, str], Awaitable[JsonObject]]


class ControlPlane:
    """Answers control-plane requests; each takes the request and the caller's region."""

    def __init__(self, endpoints: Endpoints, registry: ModelRegistry) -> None:
        self._endpoints = endpoints
        self._registry = registry
        self._operations: dict[str, Operation] = {
            "CreateModel": self._create_model,
            "DescribeModel": self._describe_model,
            "ListModels": self._list_models,
            "DeleteModel": self._delete_model,
            "CreateEndpointConfig": self._create_config,
            "DescribeEndpointConfig": self._describe_config,
            "ListEndpointConfigs": self._list_configs,
            "DeleteEndpointConfig": self._delete_config,
            "CreateEndpoint": self._create_endpoint,
            "UpdateEndpoint": self._update_endpoint,
            "DescribeEndpoint": self._describe_endpoint,
            "ListEndpoints": self._list_endpoints,
            "DeleteEndpoint": self._delete_endpoint,
        }

    async def answer(self, operation: str, request: JsonObject, region: str) -> JsonObject:
        """Carry an operation out.

        Raises:
            ControlError: it is unknown or refused.
        """
        registered = self._registry.operations.get(operation)
        if registered is not None:
            return registered(request, region)
        known = self._operations.get(operation)
        if known is None:
            raise ControlError(f"{operation} is not part of the laptop cloud", "UnknownOperationException")
        return await known(request, region)

    async def _create_model(self, request: JsonObject, region: str) -> JsonObject:
        name, models = name_of(request, "ModelName"), self._endpoints.resources.models
        container_of(request)
        arn = arn_of("model", name, region)
        _refuse_existing(name in models, "model", arn)
        models[name] = {**request, "ModelArn": arn, "CreationTime": time.time()}
        self._endpoints.save()
        return {"ModelArn": arn}

    async def _describe_model(self, request: JsonObject, region: str) -> JsonObject:
        return _find(self._endpoints.resources.models, "model", name_of(request, "ModelName"), region)

    async def _list_models(self, request: JsonObject, region: str) -> JsonObject:
        return _listed(request, self._endpoints.resources.models, "Model", "Models")

    async def _delete_model(self, request: JsonObject, region: str) -> JsonObject:
        name = name_of(request, "ModelName")
        _find(self._endpoints.resources.models, "model", name, region)
        del self._endpoints.resources.models[name]
        self._endpoints.save()
        return {}

    async def _create_config(self, request: JsonObject, region: str) -> JsonObject:
        name, configs = name_of(request, "EndpointConfigName"), self._endpoints.resources.configs
        arn = arn_of("endpoint-config", name, region)
        _refuse_existing(name in configs, "endpoint-config", arn)
        for variant in production_variants_of(request):
            _find(self._endpoints.resources.models, "model", name_of(variant, "ModelName"), region)
        configs[name] = {**request, "EndpointConfigArn": arn, "CreationTime": time.time()}
        self._endpoints.save()
        return {"EndpointConfigArn": arn}

    async def _describe_config(self, request: JsonObject, region: str) -> JsonObject:
        name = name_of(request, "EndpointConfigName")
        return _find(self._endpoints.resources.configs, "endpoint-config", name, region)

    async def _list_configs(self, request: JsonObject, region: str) -> JsonObject:
        return _listed(request, self._endpoints.resources.configs, "EndpointConfig", "EndpointConfigs")

    async def _delete_config(self, request: JsonObject, region: str) -> JsonObject:
        name = name_of(request, "EndpointConfigName")
        _find(self._endpoints.resources.configs, "endpoint-config", name, region)
        del self._endpoints.resources.configs[name]
        self._endpoints.save()
        return {}

    async def _create_endpoint(self, request: JsonObject, region: str) -> JsonObject:
        name, config_name = name_of(request, "EndpointName"), name_of(request, "EndpointConfigName")
        arn = arn_of("endpoint", name, region)
        _refuse_existing(name in self._endpoints.resources.endpoints, "endpoint", arn)
        self._endpoints.create(name, arn, config_name, self._variants(config_name, region))
        return {"EndpointArn": arn}

    async def _update_endpoint(self, request: JsonObject, region: str) -> JsonObject:
        endpoint = self._endpoint(request, region)
        config_name = name_of(request, "EndpointConfigName")
        variants = self._variants(config_name, region)
        if endpoint.status != "InService":
            state = "failed" if endpoint.status == "Failed" else "in-progress"
            raise ControlError(f'Cannot update {state} endpoint "{endpoint.arn}".')
        self._endpoints.update(endpoint, config_name, variants, bake_seconds=bake_seconds_of(request))
        return {"EndpointArn": endpoint.arn}

    async def _describe_endpoint(self, request: JsonObject, region: str) -> JsonObject:
        endpoint = self._endpoint(request, region)
        described: JsonObject = {**_summary(endpoint), "EndpointConfigName": endpoint.config_name}
        if endpoint.failure_reason:
            described["FailureReason"] = endpoint.failure_reason
        if self._endpoints.serving(endpoint.name) is not None:
            described["ProductionVariants"] = [_variant(variant) for variant in endpoint.deployment.variants]
        return described

    async def _list_endpoints(self, request: JsonObject, region: str) -> JsonObject:
        summaries = [_summary(endpoint) for endpoint in self._endpoints.resources.endpoints.values()]
        page, token = page_of(request, summaries, "EndpointName")
        return {"Endpoints": page, **({"NextToken": token} if token else {})}

    async def _delete_endpoint(self, request: JsonObject, region: str) -> JsonObject:
        await self._endpoints.delete(self._endpoint(request, region))
        return {}

    def _endpoint(self, request: JsonObject, region: str) -> Endpoint:
        return _find(self._endpoints.resources.endpoints, "endpoint", name_of(request, "EndpointName"), region)

    def _variants(self, config_name: str, region: str) -> list[Variant]:
        resources = self._endpoints.resources
        config = _find(resources.configs, "endpoint-config", config_name, region)
        return [
            variant_of(variant, _find(resources.models, "model", variant["ModelName"], region))
            for variant in config["ProductionVariants"]
        ]


def _refuse_existing(exists: bool, kind: str, arn: str) -> None:
    if exists:
        raise ControlError(f'Cannot create already existing {_KINDS[kind]} "{arn}".')


def _find(kept: dict[str, Kept], kind: str, name: str, region: str) -> Kept:
    if name not in kept:
        raise ControlError(f'Could not find {_KINDS[kind]} "{arn_of(kind, name, region)}".')
    return kept[name]


def _listed(request: JsonObject, kept: dict[str, JsonObject], kind: str, plural: str) -> JsonObject:
    fields = (f"{kind}Name", f"{kind}Arn", "CreationTime")
    page, token = page_of(request, [{name: one[name] for name in fields} for one in kept.values()], f"{kind}Name")
    return {plural: page, **({"NextToken": token} if token else {})}


def _summary(endpoint: Endpoint) -> JsonObject:
    return {
        "EndpointName": endpoint.name,
        "EndpointArn": endpoint.arn,
        "EndpointStatus": endpoint.status,
        "CreationTime": endpoint.created_at,
        "LastModifiedTime": endpoint.modified_at,
    }


def _variant(variant: Variant) -> JsonObject:
    return {
        "VariantName": variant.name,
        "DeployedImages": [{"SpecifiedImage": variant.image}],
        "CurrentWeight": variant.weight,
        "DesiredWeight": variant.weight,
        "CurrentInstanceCount": 1,
        "DesiredInstanceCount": 1,
    }
