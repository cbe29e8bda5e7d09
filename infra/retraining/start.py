"""How a processing job begins: unpack the code that lies beside this file, and run the module that is named.

`python3 start.py MODULE ARGUMENT…`; it runs in the image, so it imports nothing of ours.
"""

import runpy
import sys
import tarfile
import tempfile
from pathlib import Path


def main() -> None:
    """Run the module as the program."""
    code = tempfile.mkdtemp(prefix="divisa-code-")
    with tarfile.open(Path(__file__).with_name("sourcedir.tar.gz")) as archive:
        archive.extractall(code, filter="data")
    sys.path[0] = code
    sys.path.append(str(Path(code) / "model" / "lib"))  # Behind what the image has.
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
