"""MiniStack, the AWS on loopback: its environment, its process and its messages."""
