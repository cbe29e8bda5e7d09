"""How a job begins: fetch the code that `--CODE` names, and take the step that the arguments name.

It runs before there is anything of ours, so it imports nothing of ours.
"""

import sys
import tarfile
import tempfile
from pathlib import Path

import boto3


def main() -> None:
    """Run the job's code."""
    bucket, _, key = sys.argv[sys.argv.index("--CODE") + 1].removeprefix("s3://").partition("/")
    folder = Path(tempfile.mkdtemp(prefix="divisa-code-"))
    archive = folder / "code.tar.gz"
    boto3.client("s3").download_file(bucket, key, str(archive))
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    sys.path.insert(0, str(folder))
    from lake.loading.job import main as take  # Only now is it there.

    take()


if __name__ == "__main__":
    main()
