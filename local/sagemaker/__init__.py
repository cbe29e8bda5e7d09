"""A SageMaker endpoint plane for unmodified boto3 clients, on one machine and without Docker.

The control plane (CreateModel … UpdateEndpoint, DeleteEndpoint), the model registry (CreateModelPackage …) and the
runtime (InvokeEndpoint) answer on one port of loopback. Each production variant is one process that honours SageMaker's
container contract. An update is blue/green: the new containers must pass their ping before they take over, else the old
ones go on serving.
"""
