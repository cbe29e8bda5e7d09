"""What a month on AWS costs: measured counts times a price table, beside evaluating everybody at every tick.

`prices` are one file, each with its source; `parameters` say how a stage is deployed; `counts` are what the benchmarks
counted; `items` has the sizes of what the adapters store, `units` DynamoDB's rules for them. `bill` puts it together.
"""
