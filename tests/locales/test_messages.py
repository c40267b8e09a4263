"""`make messages`: the template has all that is said, and a catalogue that was begun is brought up to date."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from locales.languages import HERE, NAMES
from locales.messages import TEMPLATE, collected, written

ROOT = HERE.parent


def test_the_template_is_that_of_the_source() -> None:
    assert TEMPLATE.read_bytes() == written(collected()), "`make messages` writes it anew"


@pytest.mark.parametrize(
    ("text", "context"),
    [
        ("Upload a picture or video to Imgur.", None),
        ("Words that must all be in the title, description, tags, note or id; #word is a tag", None),
        ("Your albums on Imgur", None),
        ("Newest first", None),
        ("Imgur is over capacity", None),
        ("Continue to Imgur", None),
        ("a minute", None),
        ("upload", NAMES),
        ("anonymous", NAMES),
        ("album", NAMES),
        ("list", NAMES),
    ],
)
def test_commands_pages_errors_and_views_are_in_it(text: str, context: str | None) -> None:
    with TEMPLATE.open("rb") as file:
        assert read_po(file).get(text, context) is not None


def test_a_language_is_begun_and_brought_up_to_date(tmp_path: Path) -> None:
    """In a copy of the tree, as whoever translates would."""
    for room in ("cogs", "locales", "services", "web", "errors.py"):
        source = ROOT / room
        (shutil.copy if source.is_file() else shutil.copytree)(source, tmp_path / room)

    def make(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "locales.messages", *arguments]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    begun = make("de")
    assert begun.returncode == 0, begun.stderr
    path = tmp_path / "locales" / "de" / "LC_MESSAGES" / "bot.po"
    text = path.read_text(encoding="utf-8")
    assert "nplurals=2" in text
    translated = text.replace('msgid "Keep"\nmsgstr ""', 'msgid "Keep"\nmsgstr "Behalten"')
    wrong = translated.replace('msgid "Unlinked {name}"\nmsgstr ""', 'msgid "Unlinked {name}"\nmsgstr "Weg: {nome}"')
    wrong = wrong.replace('msgid "Profile on Imgur"\nmsgstr ""', 'msgid "Profile on Imgur"\nmsgstr "Profil bei Imgur"')
    path.write_text(wrong, encoding="utf-8")
    source = tmp_path / "cogs" / "account.py"
    source.write_text(source.read_text(encoding="utf-8") + '\n\nNEW = Text("Something new")\n', encoding="utf-8")
    text = source.read_text(encoding="utf-8")
    source.write_text(text.replace('"Profile on Imgur"', '"Profile at Imgur"'), encoding="utf-8")
    again = make()
    assert again.returncode == 1
    assert "'Weg: {nome}' has other placeholders" in again.stderr
    now = path.read_text(encoding="utf-8")
    assert 'msgstr "Behalten"' in now
    assert 'msgid "Something new"' in now
    assert "#, fuzzy" in now
    assert (
        'msgstr "Profil bei Imgur"' in now
    )  # of a sentence that was said otherwise, and is not shown until it is read
    with path.open("rb") as file:
        assert read_po(file).get("Profile at Imgur").fuzzy  # type: ignore[union-attr]

    for broken in (
        now.replace("nplurals=2", "nplurals=3"),
        now + "<" * 7 + " HEAD\n",
        now.replace("charset=utf-8", "charset=x"),
    ):
        path.write_text(broken, encoding="utf-8")
        left = make()
        assert left.returncode == 1
        assert path.read_text(encoding="utf-8") == broken, "somebody's work is left as it is"
