"""All that a person reads is a value, until a border shows it: no sentence is made by hand, none at import time."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
BORDERS = [*sorted((ROOT / "cogs").rglob("*.py")), *sorted((ROOT / "web").rglob("*.py"))]
SPEAKING = [*BORDERS, ROOT / "errors.py", *sorted((ROOT / "locales").rglob("*.py")), *(ROOT / "services").rglob("*.py")]
RENDERS = {"md", "label", "bold", "small", "joined", "remark", "trouble", "heading", "shown", "notice", "option", "say"}
"""What makes a string, or something that holds one, of a text."""
MAKERS = {
    "Markdown",
    "plain",
    "prose",
    "as_it_is",
    "ui.TextDisplay",
    "ui.Button",
    "ui.Label",
    "discord.SelectOption",
    "ui.TextInput",
}
"""What shows a string as it is."""
WORD = re.compile(r"[A-Za-z]{2,}")
MARKUP = re.compile(r"https?://\S*|<[@t#]|imgur\.com\S*")
SHOWS_TEXTS = {"label", "text", "title", "placeholder", "description", "content"}


def _calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def _literals(node: ast.AST) -> str:
    """The words that stand in an expression itself, not in what it calls."""
    match node:
        case ast.Constant(str(text)):
            return MARKUP.sub("", text)
        case ast.JoinedStr(parts):
            return " ".join(map(_literals, parts))
        case ast.BinOp(left, _, right):
            return f"{_literals(left)} {_literals(right)}"
        case ast.IfExp(_, one, other):
            return f"{_literals(one)} {_literals(other)}"
    return ""


def _by_hand(tree: ast.AST) -> Iterator[str]:
    for name, call in _calls(tree):
        if name.partition("[")[0] not in MAKERS:
            continue
        shown = [*call.args[:1], *(word.value for word in call.keywords if word.arg in SHOWS_TEXTS)]
        for value in shown:
            if WORD.search(_literals(value)):
                yield f"{call.lineno}: {ast.unparse(value)}"


def _at_import(node: ast.AST) -> Iterator[ast.Call]:
    """Calls that run when a module is imported: at its top, in a class's body, in a decorator or a default."""
    if isinstance(node, ast.Call):
        yield node
    parts = list(ast.iter_child_nodes(node))
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        parts = [*node.args.defaults, *filter(None, node.args.kw_defaults), *getattr(node, "decorator_list", ())]
    for part in parts:
        yield from _at_import(part)


@pytest.mark.parametrize("path", BORDERS, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_is_shown_that_is_no_value(path: Path) -> None:
    assert [*_by_hand(ast.parse(path.read_text(encoding="utf-8")))] == []


@pytest.mark.parametrize("path", BORDERS, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_everyone_may_see_is_drawn_for_everyone(path: Path) -> None:
    """A view that is told whether it is shared is in the server's language then."""
    bare = [
        node.name
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
        and node.returns is not None
        and ast.unparse(node.returns) == "ui.LayoutView"
        and "shared" in {argument.arg for argument in node.args.kwonlyargs}
        and not node.name.startswith("_")
        and "for_everyone" not in map(ast.unparse, node.decorator_list)
    ]
    assert bare == []


@pytest.mark.parametrize("path", BORDERS, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_text_is_rendered_when_a_module_is_imported(path: Path) -> None:
    """It would be in whoever's language it is then, for good."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    called = [(call.lineno, ast.unparse(call.func)) for call in _at_import(tree)]
    assert [(line, name) for line, name in called if name in RENDERS] == []


@pytest.mark.parametrize("path", SPEAKING, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_text_is_made_within_an_f_string(path: Path) -> None:
    """`make messages` would find it or not, depending on the Python: up to 3.11 an f-string is one token."""
    within = [
        f"{node.lineno}: {ast.unparse(node)}"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.JoinedStr) and {"Text", "Plural"} & {name for name, _ in _calls(node)}
    ]
    assert within == []


def test_the_walk_sees_what_is_made_by_hand_and_when() -> None:
    tree = ast.parse(
        "A = md(Text('x'))\n"
        "B = lambda: md(Text('x'))\n"
        "def f(a=md(Text('y'))):\n"
        "    return Markdown(f'is {a} gone'), Markdown(f'**{a}** <@1> https://imgur.com'), ui.Button(label='Go on')\n"
        "class C:\n    D = small(Text('z'))\n"
    )
    assert sorted(ast.unparse(call.func) for call in _at_import(tree)) == ["Text"] * 3 + ["md", "md", "small"]
    assert [*_by_hand(tree)] == ["4: f'is {a} gone'", "4: 'Go on'"]
