"""Where messages lead to."""

from __future__ import annotations


def suggestion_link(app_url: str, suggestion_id: str) -> str:
    """The page of the app, or the app itself where it is installed, that shows one suggestion to whom it is for.

    >>> suggestion_link("https://app.divisa.example", "b3a1f0c2d4e5968778695a4b3c")
    'https://app.divisa.example/s/b3a1f0c2d4e5968778695a4b3c'
    """
    return f"{app_url.rstrip('/')}/s/{suggestion_id}"
