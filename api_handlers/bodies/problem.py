"""Problem details, and API Gateway's own messages."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema


class FieldProblemBody(BaseModel):
    """What is wrong with one field."""

    model_config = ConfigDict(title="FieldProblem")

    field: str = Field(description="Where it stands.", examples=["body.quantity"])
    problem: str = Field(description="What it should be.", examples=["is missing"])


class ProblemBody(BaseModel):
    """Why a request was not done (RFC 9457)."""

    model_config = ConfigDict(title="Problem")

    type: str = Field(
        description="What kind of problem; the part after the last colon is its code.",
        pattern=r"^urn:divisa:problem:[a-z_]+$",
        examples=["urn:divisa:problem:price_moved"],
    )
    title: str = Field(description="The status in words.", examples=["Conflict"])
    status: int = Field(description="The HTTP status.", ge=400, le=599, examples=[409])
    detail: str = Field(description="One sentence for the app's programmer.")
    instance: str = Field(description="Path of the request.", examples=["/v1/transactions"])
    errors: list[FieldProblemBody] | SkipJsonSchema[None] = Field(
        default=None, description="The fields that are wrong."
    )


class GatewayMessage(BaseModel):
    """What API Gateway says by itself, when a request does not get as far as Divisa."""

    message: str | SkipJsonSchema[None] = Field(examples=["Unauthorized"])
