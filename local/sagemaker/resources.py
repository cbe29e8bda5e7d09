"""What the control plane keeps: models, endpoint configurations, endpoints. Survives a restart as one JSON file."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from divisa.domain.errors import LaptopCloudError
from local.addresses import ACCOUNT_ID
from local.json_file import replace_json

if TYPE_CHECKING:
    from pathlib import Path

JsonObject = dict[str, Any]


def arn_of(kind: str, name: str, region: str) -> str:
    """The ARN of something of ours; names are in small letters there."""
    return f"arn:aws:sagemaker:{region}:{ACCOUNT_ID}:{kind}/{name.lower()}"


@dataclass(frozen=True, slots=True)
class Variant:
    """One production variant of a deployment, with all that its container needs."""

    name: str
    weight: float
    model_name: str
    image: str
    model_data: str
    """`s3://` or `file://` address of a model.tar.gz."""
    environment: dict[str, str]


@dataclass(frozen=True, slots=True)
class Deployment:
    """What an endpoint serves: a snapshot, so that deleting the model or the configuration changes nothing."""

    deployment_id: str
    config_name: str
    variants: tuple[Variant, ...]


@dataclass(slots=True)
class Endpoint:
    """An endpoint as DescribeEndpoint tells it. Times are epoch seconds."""

    name: str
    arn: str
    config_name: str
    created_at: float
    modified_at: float
    status: str
    deployment: Deployment
    """What serves; while the endpoint is being created, what is to serve."""
    failure_reason: str = ""


@dataclass(slots=True)
class Resources:
    """Everything by name; models and configurations as they were asked for, with time and ARN added."""

    models: dict[str, JsonObject] = field(default_factory=dict)
    configs: dict[str, JsonObject] = field(default_factory=dict)
    endpoints: dict[str, Endpoint] = field(default_factory=dict)

    def save(self, path: Path) -> None:
        """Replace the file atomically."""
        content = {
            "models": self.models,
            "configs": self.configs,
            "endpoints": [_plain(endpoint) for endpoint in self.endpoints.values()],
        }
        replace_json(path, content)


def load(path: Path) -> Resources:
    """Read what `Resources.save` wrote; nothing when there is no file.

    Raises:
        LaptopCloudError: the file cannot be read; names it.
    """
    if not path.exists():
        return Resources()
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        endpoints = [_endpoint(one) for one in content["endpoints"]]
        return Resources(content["models"], content["configs"], {endpoint.name: endpoint for endpoint in endpoints})
    except (OSError, ValueError, KeyError, TypeError) as cause:
        raise LaptopCloudError("sagemaker", f"{path} cannot be read ({cause}); delete it to begin anew") from cause


def _plain(endpoint: Endpoint) -> JsonObject:
    deployment = endpoint.deployment
    return {
        "name": endpoint.name,
        "arn": endpoint.arn,
        "config_name": endpoint.config_name,
        "created_at": endpoint.created_at,
        "modified_at": endpoint.modified_at,
        "status": endpoint.status,
        "failure_reason": endpoint.failure_reason,
        "deployment": {
            "deployment_id": deployment.deployment_id,
            "config_name": deployment.config_name,
            "variants": [
                {
                    "name": variant.name,
                    "weight": variant.weight,
                    "model_name": variant.model_name,
                    "image": variant.image,
                    "model_data": variant.model_data,
                    "environment": variant.environment,
                }
                for variant in deployment.variants
            ],
        },
    }


def _endpoint(content: JsonObject) -> Endpoint:
    deployment = content["deployment"]
    variants = tuple(Variant(**variant) for variant in deployment["variants"])
    return Endpoint(
        **{**content, "deployment": Deployment(deployment["deployment_id"], deployment["config_name"], variants)}
    )
