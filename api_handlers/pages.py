"""The few pages that people see without the app: no script, nothing loaded, a form at most."""

from __future__ import annotations

import base64
import hashlib
import html
from string import Template
from typing import Final

from aws_lambda_powertools.event_handler import Response

HTML: Final = "text/html"
_STYLE: Final = (
    "body{margin:0;padding:24px;background:#f2f4f3;color:#1d2521;font:18px/27px Arial,Helvetica,sans-serif}"
    "main{max-width:552px;margin:0 auto;padding:24px;background:#fff;border-radius:12px}"
    "h1{margin:0 0 16px;font-size:24px;line-height:32px}"
    "button{width:100%;padding:14px 24px;border:0;border-radius:8px;background:#0b5d3b;color:#fff;font:inherit;"
    "font-weight:bold}"
)
_DIGEST: Final = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY: Final = (
    f"default-src 'none'; style-src 'sha256-{_DIGEST}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""What a browser may do with a page: show it in this style, and send its form back to where it came from."""
_PAGE: Final = Template(
    """\
<!DOCTYPE html>
<html lang="$language">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title>
<style>$style</style>
</head>
<body>
<main>
<h1>$title</h1>
<p>$text</p>
$form
</main>
</body>
</html>
"""
)
_FORM: Final = Template('<form method="post" action="$action"><button>$button</button></form>')


def page(language: str, title: str, text: str, *, action: str = "", button: str = "") -> Response[str]:
    """A page of a title and a text.

    Args:
        language: `es` or `en`, which is what it is read aloud in.
        title: its heading.
        text: one paragraph.
        action: where its button sends an empty form to; empty for no button.
        button: what that says.
    """
    words = {"language": language, "title": title, "text": text, "action": action, "button": button}
    escaped = {name: html.escape(each) for name, each in words.items()}
    form = _FORM.substitute(escaped) if action else ""
    body = _PAGE.substitute(escaped, style=_STYLE, form=form)
    headers = {"Content-Security-Policy": _POLICY}
    return Response(status_code=200, content_type=f"{HTML}; charset=utf-8", body=body, headers=headers)
