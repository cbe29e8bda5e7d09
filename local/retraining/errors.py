"""What can go wrong while the pipeline runs here."""

from __future__ import annotations

from divisa.domain.errors import LaptopCloudError


class RetrainingFailed(LaptopCloudError):
    """A step of the pipeline failed, or the definition asks for what cannot be done here; names the step."""

    def __init__(self, step: str, problem: str) -> None:
        super().__init__(f"retraining, {step}", problem)
        self.step = step
