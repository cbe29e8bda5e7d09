"""`python -m bench.ticks`: one trading day at a tick a second, for populations up to a million, with the model in.

The consumers' own services run on the memory adapters: a tick evaluates the watches that it breaks, and nobody else.
What that suggests is compared with what asking scikit-learn about sampled users at every tick suggests.

    day        the ticks, and the market as it is known at each refresh
    people     the users in the stores, and the services around them
    watching   the day by bands, timed
    reference  the day by asking scikit-learn at every tick
    crowd      prices that jump: broken watches a second
    matching   the index alone on the same ticks, beside other ways to find broken watches
    report     what is printed and written
"""
