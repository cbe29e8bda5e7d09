"""The command `divisa`: one file a command, all of them listed in `app.py`."""

from __future__ import annotations

import sys

from divisa.domain.errors import DivisaError

_FAILED = 2
_INTERRUPTED = 130


def main() -> None:
    """Run the command line and end the process.

    Exit codes: 0 done; 1 the answer is no (see each command); 2 it could not be done, for a reason that was printed;
    130 interrupted. A traceback is a defect of the program, never a mistake of its user.
    """
    from local.cli import output

    try:
        from local.cli.app import app

        app()
    except DivisaError as error:
        output.complain(str(error))
        sys.exit(_FAILED)
    except KeyboardInterrupt:  # Before typer had begun.
        output.complain("interrupted")
        sys.exit(_INTERRUPTED)
    except SystemExit as ending:
        # What typer makes of Ctrl-C.
        if ending.code == _INTERRUPTED:
            output.complain("interrupted")
        raise
