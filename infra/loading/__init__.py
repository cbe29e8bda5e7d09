"""What runs the lake's steps on AWS: the state machine's definition, and the code of its jobs."""
