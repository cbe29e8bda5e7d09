"""`python -m infra.retraining definition` and `python -m infra.retraining code`.

`definition` builds the definition anew, with the SageMaker SDK, into the file that is committed and deployed.
`code` makes what its jobs run on AWS, and says how it gets there.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from divisa.domain.errors import DivisaError
from infra.artifact import BUILD
from infra.model_artifact import IMAGE
from infra.retraining.code import build
from infra.retraining.sdk import DEFINITION, write_definition


def main(arguments: list[str] | None = None) -> int:
    """Run the command line.

    Returns:
        The exit code: 0, or 1 for a reason that was printed.
    """
    parser = argparse.ArgumentParser(prog="python -m infra.retraining", description="The retraining pipeline for AWS.")
    commands = parser.add_subparsers(dest="command", required=True)
    definition = commands.add_parser("definition", help="build the definition with the SageMaker SDK")
    definition.add_argument("--out", type=Path, default=DEFINITION, help="default: the committed file")
    code = commands.add_parser("code", help="make what the jobs run, in a folder named by its content")
    code.add_argument("--out", type=Path, default=BUILD / "retraining", help="default: .build/retraining")
    code.add_argument("--stage", default="prod", help="of the bucket that is named; default: prod")
    options = parser.parse_args(arguments)
    try:
        if options.command == "definition":
            write_definition(options.out, report=_report)
            sys.stdout.write(f"{options.out}\n")
        else:
            folder = build(options.out, target=IMAGE)
            sys.stdout.write(f"{folder}\n")
            bucket = f"s3://divisa-{options.stage}-models-ACCOUNT/retraining/code/{folder.name}/"
            _report(f"upload it: aws s3 cp --recursive {folder} {bucket}")
            _report(f"then package with --param retrainingCode={folder.name}, and deploy")
    except DivisaError as error:
        _report(str(error))
        return 1
    return 0


def _report(line: str) -> None:
    sys.stderr.write(f"retraining: {line}\n")


if __name__ == "__main__":
    sys.exit(main())
