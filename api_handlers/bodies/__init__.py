"""What requests and answers look like: one module a concern, made of the scalars of `scalars`."""
