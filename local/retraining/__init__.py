"""The retraining pipeline on one machine, without Docker: the definition that AWS executes, executed step by step.

definition    the committed JSON, with the laptop's names in it
storage       S3 addresses as files
expressions   parameters, what earlier steps left, joins
jobs          processing and training, as processes with /opt/ml elsewhere
conditions    comparisons
execution     step after step, each once for what it is made of
registration  the version in the model registry
running       all of it, for the command
"""
