"""`python -m local.cli`, for where the script `divisa` is not on the path."""

from local.cli import main

main()
