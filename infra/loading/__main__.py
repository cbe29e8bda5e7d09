"""`python -m infra.loading definition` and `python -m infra.loading code`.

`definition` writes the state machines' definitions anew, into the files that are committed and deployed.
`code` makes what its jobs run on AWS, and says how it gets there.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from divisa.domain.errors import DivisaError
from infra.artifact import BUILD
from infra.loading import machine, upkeep
from infra.loading.code import build


def main(arguments: list[str] | None = None) -> int:
    """Run the command line.

    Returns:
        The exit code: 0, or 1 for a reason that was printed.
    """
    parser = argparse.ArgumentParser(prog="python -m infra.loading", description="The lake's runs on AWS.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("definition", help="write the state machines' definitions")
    code = commands.add_parser("code", help="make what the jobs run, in a folder named by its content")
    code.add_argument("--out", type=Path, default=BUILD / "loading", help="default: .build/loading")
    code.add_argument("--stage", default="prod", help="of the bucket that is named; default: prod")
    options = parser.parse_args(arguments)
    try:
        if options.command == "definition":
            for each in (machine, upkeep):
                each.DEFINITION.write_text(each.text(), encoding="utf-8")
                sys.stdout.write(f"{each.DEFINITION}\n")
        else:
            folder = build(options.out)
            sys.stdout.write(f"{folder}\n")
            _report(
                f"upload it: aws s3 cp --recursive {folder} s3://divisa-{options.stage}-lake-ACCOUNT/code/{folder.name}/"
            )
            _report(f"then package with --param lakeCode={folder.name}, and deploy")
    except DivisaError as error:
        _report(str(error))
        return 1
    return 0


def _report(line: str) -> None:
    sys.stderr.write(f"loading: {line}\n")


if __name__ == "__main__":
    sys.exit(main())
