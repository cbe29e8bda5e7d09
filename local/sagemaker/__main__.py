"""`python -m local.sagemaker --port N --state DIR [--ready-file FILE]`: run the endpoint plane until SIGTERM.

Environment: what boto3 needs to read models from `s3://` (`AWS_ENDPOINT_URL` …); `LOG_LEVEL` (INFO).
`GET /ping` answers with the status of each endpoint. The ready file holds process id and port.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
from pathlib import Path

from divisa.domain.errors import DivisaError
from local.sagemaker.app import application
from local.sagemaker.endpoints import Endpoints
from local.sagemaker.registry import REGISTRY, ModelRegistry
from local.sagemaker.serving import serve


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT.

    Returns:
        The exit code: 0 after a signal, 1 when it could not start.
    """
    parser = argparse.ArgumentParser(prog="python -m local.sagemaker", description="SageMaker endpoint plane.")
    parser.add_argument("--port", type=int, required=True, help="port of 127.0.0.1; 0 takes a free one")
    parser.add_argument("--state", type=Path, required=True, help="folder for resources and deployments")
    parser.add_argument("--ready-file", type=Path, help="written once requests are answered")
    options = parser.parse_args(arguments)
    logging.basicConfig(
        level=os.environ.get("LOG_LEVEL", "INFO"),
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
        stream=sys.stderr,
    )
    logging.getLogger("httpx").setLevel(logging.WARNING)
    try:
        registry = ModelRegistry(options.state / REGISTRY)
        serve(application(Endpoints(options.state), registry), options.port, options.ready_file)
    except (DivisaError, OSError) as cause:
        sys.stderr.write(f"sagemaker: {cause}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
