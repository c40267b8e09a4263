"""Pages from templates. Jinja2 is loaded for the first of them: most starts see no visitor for a while."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiohttp import web
from markupsafe import Markup, escape

from locales.languages import ENGLISH
from locales.rendering import Plain, language
from locales.text import Text, Value

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).parent / "templates"


class Html(Plain):
    """Shows texts in a page: tags may stand in a sentence, and what is filled in is none."""

    def escaped(self, text: str) -> str:
        """What somebody wrote, so that it is read as it is."""
        return str(escape(text))


def say(sentence: str, /, **values: Value) -> Markup:
    """A template's own sentence, to whoever reads the page. It fits into an attribute as well.

    Templates write it out as the first argument: there it is looked for when catalogues are made.
    """
    said = Html().render(Text(sentence, **values))
    return Markup(said.replace('"', "&#34;"))  # noqa: S704 - the sentence is ours, and what is filled in is escaped


def said(value: Value) -> str:
    """A text from elsewhere, to whoever reads the page: nothing in it is a tag, so the template escapes all of it."""
    return Plain().render(value)


def direction() -> str:
    """Which way the page's language is written."""
    return "ltr" if language() is ENGLISH else language().locale.text_direction


def render(name: str, *, status: int = 200, **context: Any) -> web.Response:
    """The page of a template in `templates/`; every value in it is escaped, one that is missing raises."""
    return web.Response(text=drawn(name, **context), status=status, content_type="text/html")


def drawn(name: str, **context: Any) -> str:
    """The same as a text."""
    return _environment().get_template(name).render(context)


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415 - see above

    environment = Environment(loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, autoescape=True)
    # Functions, not filters: what a filter makes of a constant would be kept with the template, in one language.
    environment.globals |= {"say": say, "said": said, "direction": direction, "language": language}
    return environment
