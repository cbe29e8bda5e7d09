"""The ports in the memory of one process: real and deterministic, nothing survives the process.

One file a port, under the same name as in `divisa.adapters.aws`, held to the same contract tests.
"""
