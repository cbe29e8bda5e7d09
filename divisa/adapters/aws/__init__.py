"""The ports on AWS, or on the laptop cloud when `AWS_ENDPOINT_URL` says so.

One file a port, under the same name as in `divisa.adapters.memory`. Nothing is built when a module is imported:
`clients` makes the boto3 clients, `tables` the DynamoDB connection, and `divisa.bootstrap` hands them over.
"""
