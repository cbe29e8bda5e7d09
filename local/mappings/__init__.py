"""Kinesis and DynamoDB-stream event source mappings that behave as AWS documents them.

The emulator's own stream pollers count a partial failure as success and know neither retries, bisection, on-failure
destinations, batch windows nor parallelization. This process takes every enabled stream mapping over, through public
APIs only: it disables the mapping at the emulator and polls, filters, batches, invokes, retries and discards itself.

A mapping once taken over stays owned (its checkpoint file says so) until it is deleted. SQS mappings are left alone.
Functions that a schedule starts are started from here too, at a pace that keeps up with replays (see `schedules`).
"""
