"""`divisa lake upkeep`."""

from local.cli import output

EXAMPLES = output.examples(("divisa lake upkeep", "what is done on AWS every night"))


def upkeep() -> None:
    """Keep the lake up: erase people, let old rows go, put small files together, forget old states of tables.

    Waits until no run is at work. To do it again is safe, and goes on after a crash.
    """
    from local import cloud
    from local.lake.upkeep import upkeep as keep_up

    with output.progress() as report:
        keep_up(cloud.running(), report)
    output.say("Done; `divisa lake status --json` counts the rows that went, as erased and expired.")
