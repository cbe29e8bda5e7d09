"""Retraining on AWS: the SageMaker pipeline's definition, and the code that its jobs run.

The definition, `pipeline.json`, is built by the SageMaker SDK in an environment of its own, committed, deployed by
`infra/retraining.yml` and executed step by step on a laptop by `local.retraining`: one definition for all of them.
"""
