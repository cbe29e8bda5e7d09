"""What all tests share: how much hypothesis tries, and that it never judges a slow machine."""

from hypothesis import settings

settings.register_profile("divisa", deadline=None, max_examples=60, print_blob=True)
settings.load_profile("divisa")

pytest_plugins = ["tests.ministack"]
