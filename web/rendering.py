"""Pages from templates. Jinja2 is loaded for the first of them: most starts see no visitor for a while."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiohttp import web

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).parent / "templates"


def render(name: str, *, status: int = 200, **context: Any) -> web.Response:
    """The page of a template in `templates/`; every value in it is escaped, one that is missing raises."""
    page = _environment().get_template(name).render(context)
    return web.Response(text=page, status=status, content_type="text/html")


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415 - see above

    return Environment(loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, autoescape=True)
