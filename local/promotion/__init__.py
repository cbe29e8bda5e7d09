"""Bringing a model live and taking it back, on the laptop cloud and on AWS alike, by the same calls of boto3.

stage        which deployment it is about: its names and clients
history      which models were promoted and taken back, in a parameter that says which one is live
fleet        moving the endpoint to an artefact, blue/green, and seeing that it answers with it
logged       the log's decisions with what became of them
candidate    where a candidate is: a file, or a version of the registry
gates        everything that is asked of a candidate before it goes live
promoting    both commands, step by step
"""
