"""Where the lake's objects lie: a bucket, or a folder that behaves like one."""
