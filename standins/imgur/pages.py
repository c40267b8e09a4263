"""The pages a person sees: Imgur's question whether to allow an application, and its refusals."""

from __future__ import annotations

from collections.abc import Sequence

from jinja2 import Environment

from standins.imgur.records import Account

_FRAME = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ title }} - stand-in Imgur</title>
<style>
body { margin: 0; font: 1rem/1.5 system-ui, sans-serif; color: #f2f2f2; background: #171544; }
main { max-width: 26rem; margin: 0 auto; padding: 1.5rem; }
label, select, button { display: block; width: 100%; box-sizing: border-box; font: inherit; }
select, button { min-height: 3rem; margin: .5rem 0 1rem; padding: .5rem; border-radius: .4rem; border: 2px solid #fff; }
#allow { background: #1bb76e; color: #06130c; font-weight: bold; }
#deny { background: transparent; color: #fff; }
:focus-visible { outline: 3px solid #ffd54d; outline-offset: 2px; }
</style>
</head>
<body><main>
<p><strong>Stand-in Imgur</strong>: nothing here reaches the real one.</p>
<h1>{{ title }}</h1>
{% block content %}{% endblock %}
</main></body>
</html>"""

_AUTHORIZE = """{% extends frame %}{% block content %}
<p>The application <strong>{{ client_id }}</strong> would like to use an Imgur account of yours: see its pictures and
favorites, add to them, change and delete them.</p>
<form method="post">
<label for="username">Account</label>
<select id="username" name="username">
{% for account in accounts %}<option>{{ account.username }}</option>{% endfor %}
</select>
<button id="allow" name="allow" value="{{ authorize_token }}">Allow</button>
<button id="deny" name="deny" value="{{ authorize_token }}">Deny</button>
</form>
{% endblock %}"""

_PLAIN = "{% extends frame %}{% block content %}<p>{{ text }}</p>{% endblock %}"

_templates = Environment(autoescape=True)
_frame = _templates.from_string(_FRAME)
_authorize = _templates.from_string(_AUTHORIZE)
_plain = _templates.from_string(_PLAIN)


def authorize_page(client_id: str, accounts: Sequence[Account], authorize_token: str) -> str:
    """The question, with a choice of the fake accounts."""
    return _authorize.render(
        frame=_frame,
        title="Allow this application?",
        client_id=client_id,
        accounts=accounts,
        authorize_token=authorize_token,
    )


def plain_page(title: str, text: str) -> str:
    """A page that only says something."""
    return _plain.render(frame=_frame, title=title, text=text)
