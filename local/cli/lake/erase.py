"""`divisa lake erase`."""

from local.cli import output

EXAMPLES = output.examples(("divisa lake erase", "erase everybody of the lake who was erased over the API"))


def erase() -> None:
    """Erase people of the lake who asked for it: every row of theirs, in every zone, and every older version.

    The API marks whom. Waits until no run is at work. To do it again is safe, and goes on after a crash.
    """
    from local import cloud
    from local.lake.erasing import erase as erase_all

    with output.progress() as report:
        report("erasing everybody who is marked")
        erase_all(cloud.running())
    output.say("Done; docs/lake-erasure.md says what is left of somebody.")
