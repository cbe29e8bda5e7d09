"""The commands of `divisa lake`."""
