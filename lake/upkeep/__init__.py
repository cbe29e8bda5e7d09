"""The lake's nightly upkeep: people erased, old rows gone, small files put together, old states forgotten."""
