"""`make messages`: collects all that is said into `bot.pot`, the template of every catalogue, and updates those.

What is said is found in the source: the sentences given to `Text` and `Plural`, to `say` in the pages, and the texts of
commands, which discord.py takes from docstrings and `describe`.
"""

from __future__ import annotations

import ast
import io
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract, extract_from_dir
from babel.messages.pofile import write_po

from locales.languages import DOMAIN, HERE, NAMES, catalogues, parsed, wrong

ROOT = HERE.parent
PROJECT = "imgur-discord-bot"
ROOMS = ("cogs", "errors.py", "locales", "services", "web")
KEYWORDS = {"Text": None, "Plural": (1, 2), "say": None}
METHODS = [("**.py", "python"), ("**.html", "jinja2")]
TEMPLATE = HERE / f"{DOMAIN}.pot"


def collected() -> Catalog:
    """All that is said, and where; a sentence that is said in several places stands there once."""
    catalogue = Catalog(project=PROJECT, charset="utf-8", fuzzy=False)
    for room in ROOMS:
        for path, key, context, limit in _sentences(room):
            comments = [f"limit: {limit}"] if limit else []
            catalogue.add(key, locations=[(path, 1)], context=context, auto_comments=comments)
    return catalogue


def written(catalogue: Catalog) -> bytes:
    """The catalogue as a file, which says the same whenever it is made."""
    file = io.BytesIO()
    write_po(file, catalogue, width=120, sort_by_file=True, include_lineno=False, omit_header=True)
    return file.getvalue()


def _sentences(room: str) -> Iterator[tuple[str, str | tuple[str, ...], str | None, int | None]]:
    """Where something is said, what, in which context, and how long it may be."""
    path = ROOT / room
    if path.is_file():
        with path.open("rb") as file:
            for _, key, _, context in extract("python", file, KEYWORDS):
                yield room, key, context, None
        return
    for name, _, key, _, context in extract_from_dir(path, METHODS, {}, KEYWORDS):
        yield f"{room}/{name}", key, context, None
    for source in sorted(path.rglob("*.py")):
        for text, context in _commands(ast.parse(source.read_text(encoding="utf-8"))):
            yield str(source.relative_to(ROOT)), text, context, 32 if context == NAMES else 100


def _commands(tree: ast.Module) -> Iterator[tuple[str, str | None]]:
    """The texts of commands: their names and descriptions, and those of their options."""
    constants = {
        ast.unparse(target): str(node.value.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "app_commands.Group":
            given = _given(node, constants)
            yield given["name"], NAMES
            yield given["description"], None
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "locale_str":
            yield from ((str(text.value), None) for text in node.args if isinstance(text, ast.Constant))
        for call in node.decorator_list if isinstance(node, ast.AsyncFunctionDef) else ():
            kind = ast.unparse(call.func) if isinstance(call, ast.Call) else ""
            if kind == "app_commands.command" and isinstance(node, ast.AsyncFunctionDef):
                yield _given(call, constants).get("name", node.name), NAMES
                yield (ast.get_docstring(node) or "").partition("\n")[0], None
                for option in [*node.args.args, *node.args.kwonlyargs][2:]:
                    yield option.arg, NAMES
            if kind == "app_commands.describe":
                yield from ((text, None) for text in _given(call, constants).values())


def _given(call: ast.expr, constants: Mapping[str, str]) -> dict[str, str]:
    """The texts that a call is given by name, where they stand there or are constants of the module."""
    given = {word.arg or "": word.value for word in getattr(call, "keywords", ())}
    texts = {name: value.value for name, value in given.items() if isinstance(value, ast.Constant)}
    named = {name: constants.get(ast.unparse(value)) for name, value in given.items()}
    return {name: str(text) for name, text in (named | texts).items() if text is not None}


def main(new: Sequence[str] = ()) -> int:
    """Write the template, begin the catalogues of `new` languages, update all, and tell what is wrong in them."""
    catalogue, is_wrong = collected(), False
    TEMPLATE.write_bytes(written(catalogue))
    for tag in new:
        path = HERE / tag / "LC_MESSAGES" / f"{DOMAIN}.po"
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            with path.open("wb") as file:
                write_po(file, Catalog(locale=tag.replace("-", "_"), project=PROJECT, fuzzy=False))
    for path in catalogues():
        try:
            known = parsed(path)
        except ValueError as error:  # what is in it is somebody's work: it is left as it is
            is_wrong = True
            sys.stderr.write(f"{path}: {error}\n")
            continue
        known.update(catalogue)
        _replace(path, known)
        for fault in wrong(path):
            is_wrong = True
            sys.stderr.write(f"{path}: {fault}\n")
    sys.stdout.write(f"{len(catalogue)} texts in {TEMPLATE.name}\n")
    return int(is_wrong)


def _replace(path: Path, catalogue: Catalog) -> None:
    """Write it in one step. What is no longer said stays at its end; what was said otherwise is marked as fuzzy."""
    new = path.with_suffix(".new")
    with new.open("wb") as file:
        write_po(file, catalogue, width=120, sort_by_file=True, include_lineno=False)
    new.replace(path)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
