"""Catalogues: which language a reader gets, what is wrong in one is told, and costs no more than that one text."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages import Catalog
from babel.messages.pofile import write_po

from locales.languages import ENGLISH, HERE, gathered, languages, nearest, read, wrong
from locales.rendering import Plain, heard_by
from locales.text import Listed, Plural, Size, Text, listed
from tests.speaking import language_of, spoken

PLAIN = Plain()
FILE = "LC_MESSAGES/bot.po"
FILES = "{count} file", "{count} files"
COUNTS = (0, 1, 2, 5, 11, 12, 21, 22, 101, 1000)
RIGHT = {
    "pl": "plików plik pliki plików plików plików plików pliki plików plików",
    "ru": "файлов файл файла файлов файлов файлов файл файла файл файлов",
    "fr": "fichier fichier fichiers fichiers fichiers fichiers fichiers fichiers fichiers fichiers",
    "ja": "個 個 個 個 個 個 個 個 個 個",
    "ar": "zero one two few many many many many other other",
}


def catalogue(
    folder: Path, tag: str, *texts: tuple[object, object], context: str | None = None, rule: str | None = None
) -> Path:
    """A file with these texts and their translations, and this rule for plural forms instead of the language's."""
    made = Catalog(locale=tag.replace("-", "_"))
    if rule is not None:
        made.mime_headers = [("Content-Type", "text/plain; charset=utf-8"), ("Plural-Forms", rule)]
    for key, translation in texts:
        made.add(key, translation, context=context)  # type: ignore[arg-type]
    path = folder / tag / FILE
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        write_po(file, made)
    return path


# --- plurals ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tag", RIGHT)
def test_a_count_has_the_form_of_the_language_s_rule(tmp_path: Path, tag: str) -> None:
    right = RIGHT[tag].split()
    forms = {
        "pl": ("plik", "pliki", "plików"),
        "ru": ("файл", "файла", "файлов"),
        "fr": ("fichier", "fichiers"),
        "ja": ("個",),
        "ar": ("zero", "one", "two", "few", "many", "other"),
    }[tag]
    rule = "nplurals=2; plural=(n > 1)" if tag == "fr" else None
    path = catalogue(tmp_path, tag, (FILES, tuple(f"{{count}} {form}" for form in forms)), rule=rule)
    with spoken(read(path)), heard_by(tag):
        said = [PLAIN.render(Plural(*FILES, count)).rpartition(" ")[2] for count in COUNTS]
    assert said == right


def test_a_header_with_other_forms_than_the_language_has_is_refused(tmp_path: Path) -> None:
    path = catalogue(tmp_path, "pl", ("a", "b"))
    written = path.read_text()
    for rule in (
        "nplurals=2; plural=(n != 1)",
        "nplurals=1; plural=0",
        "nplurals=3; plural=n",
        "nplurals=3; plural=n/0",
    ):
        path.write_text(re.sub(r"nplurals=.*?;(?=\\n)", f"{rule};", written.replace('"\n"', "")))
        assert rule in path.read_text()
        assert "rule for plural forms" in " ".join(wrong(path))
        with pytest.raises(ValueError, match="rule for plural forms"):
            read(path)


def test_a_form_that_is_for_millions_alone_may_be_left_out(tmp_path: Path) -> None:
    path = catalogue(
        tmp_path, "fr", (FILES, ("{count} fichier", "{count} fichiers")), rule="nplurals=2; plural=(n > 1)"
    )
    assert not [*wrong(path)]


def test_a_count_that_lacks_a_form_is_told_and_stays_english(tmp_path: Path) -> None:
    path = catalogue(tmp_path, "pl", (FILES, ("{count} plik", "{count} pliki", "")))
    assert "lacks a form" in " ".join(wrong(path))
    with spoken(read(path)), heard_by("pl"):
        assert PLAIN.render(Plural(*FILES, 5)) == "5 files"


# --- placeholders ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "translation",
    [
        "{anzahl} Bilder in {album}",  # translated
        "{ count } Bilder in {album}",  # spaced
        "Bilder in {album}",  # left out
        "{count} {count} Bilder in {album}",  # doubled
        "{count} Bilder in {album",
        "{count} Bilder in {album} {}",
        "{0} Bilder in {album}",
        "{count.real} Bilder in {album}",
        "%(count)s Bilder in {album}",
    ],
)
def test_a_translation_with_other_placeholders_is_told_and_that_text_alone_stays_english(
    tmp_path: Path, translation: str
) -> None:
    key = "{count} pictures in {album}"
    path = catalogue(tmp_path, "de", (key, translation), ("Keep", "Behalten"))
    [fault] = wrong(path)
    assert repr(translation) in fault
    with spoken(read(path)), heard_by("de"):
        assert PLAIN.render(Text(key, count=3, album="x")) == "3 pictures in x"
        assert PLAIN.render(Text("Keep")) == "Behalten"


def test_values_may_come_in_another_order(tmp_path: Path) -> None:
    path = catalogue(tmp_path, "ja", ("{picture} in {album}", "{album}の{picture}"))
    assert not [*wrong(path)]
    with spoken(read(path)), heard_by("ja"):
        assert PLAIN.render(Text("{picture} in {album}", picture="P", album="A")) == "AのP"


@pytest.mark.parametrize(
    ("key", "translation"),
    [
        ("<strong>No?</strong> Close it.", "<strong>Nein? Schließen."),
        ("<strong>No?</strong> Close it.", "<b>Nein?</b> Schließen."),
        ("Close it.", "Schließen < jetzt."),
        ("Close it.", "<script>x</script>"),
        ("Run /imgur link again.", "Noch einmal /imgur verbinden."),
        ("Run /imgur link again.", "Noch einmal."),
    ],
)
def test_tags_and_commands_are_those_of_the_english(tmp_path: Path, key: str, translation: str) -> None:
    path = catalogue(tmp_path, "de", (key, translation))
    assert [*wrong(path)]
    with spoken(read(path)), heard_by("de"):
        assert PLAIN.render(Text(key)) == key


@pytest.mark.parametrize(
    ("translation", "fault"),
    [("Fett **ist** es", "markup"), ("`x`", "markup"), ("@everyone", "markup"), ("[x](https://evil.net)", "markup")],
)
def test_markup_is_that_of_the_english(tmp_path: Path, translation: str, fault: str) -> None:
    path = catalogue(tmp_path, "de", ("It is bold", translation))
    assert fault in " ".join(wrong(path))
    with spoken(read(path)), heard_by("de"):
        assert PLAIN.render(Text("It is bold")) == "It is bold"


def test_nothing_to_be_seen_and_more_than_fits_is_told(tmp_path: Path) -> None:
    made = Catalog(locale="de")
    made.add("A description", "x" * 101, auto_comments=["limit: 100"])
    made.add("Keep", "   ")
    path = tmp_path / "de" / FILE
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        write_po(file, made)
    assert len([*wrong(path)]) == 2
    with spoken(read(path)), heard_by("de"):
        assert PLAIN.render(Text("Keep")) == "Keep"


@pytest.mark.parametrize(
    ("tag", "change"),
    [
        ("xx", ("", "")),
        ("de", ("charset=utf-8", "charset=foo")),
        ("de", ("msgid", "<<<<")),
        ("de", ("(n != 1)", "n/0")),
    ],
)
def test_a_catalogue_that_cannot_be_read_is_said_to_be_none_and_costs_no_other(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, tag: str, change: tuple[str, str]
) -> None:
    path = catalogue(tmp_path, "de", (FILES, ("{count} Datei", "{count} Dateien")))
    path.write_text(path.read_text().replace(*change))
    if tag != "de":
        path.parent.parent.rename(tmp_path / tag)
    catalogue(tmp_path, "fr", ("Keep", "Garder"))
    known = gathered(tmp_path)
    assert [*known] == ["en-US", "fr"]
    assert f"a language is left out: {tag}: " in caplog.text


# --- names of commands -----------------------------------------------------------------------------------------------


def test_a_sentence_names_a_command_as_its_reader_knows_it(tmp_path: Path) -> None:
    path = catalogue(tmp_path, "de", ("link", "verbinden"), ("list", "Alle Alben"), context="name")
    [fault] = wrong(path)
    assert fault.endswith("'Alle Alben' is no name that Discord takes")
    with spoken(read(path)), heard_by("de"):
        assert PLAIN.render(Text("Run /imgur link now.")) == "Run /imgur verbinden now."
        assert PLAIN.render(Text("See /imgur album list.")) == "See /imgur album list."
        assert PLAIN.render(Text("It is {title}.", title="/imgur link")) == "It is /imgur link."


def test_a_name_that_is_wrong_costs_no_text_of_the_same_words(tmp_path: Path) -> None:
    made = Catalog(locale="de")
    made.add("title", "Titel")
    made.add("title", "Der Titel", context="name")
    path = tmp_path / "de" / FILE
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        write_po(file, made)
    with spoken(read(path)), heard_by("de"):
        assert PLAIN.render(Text("title")) == "Titel"
        assert nearest("de").name("title") == "title"


def test_a_language_that_discord_does_not_have_is_told(tmp_path: Path) -> None:
    [fault] = wrong(catalogue(tmp_path, "sv", ("Keep", "Behåll")))
    assert "sv-SE" in fault


@pytest.mark.parametrize("name", ["शीर्षक", "ชื่อ", "álbum", "タイトル", "заголовок"])
def test_names_in_other_scripts_are_taken(tmp_path: Path, name: str) -> None:
    assert not [*wrong(catalogue(tmp_path, "hi", ("title", name), context="name"))]


# --- whose language --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tag", "got"),
    [
        ("de", "de"),
        ("pt-BR", "pt-BR"),
        ("es-419", "es-ES"),
        ("es-ES", "es-ES"),
        ("pt-PT", "pt-BR"),
        ("zh-HK", "zh-TW"),
        ("zh-TW", "zh-TW"),
        ("zh-CN", "en-US"),
        ("en-GB", "en-US"),
        ("xx", "en-US"),
        ("", "en-US"),
        ("not a tag", "en-US"),
        ("☃", "en-US"),
        ("de_DE@euro", "de"),
        (None, "en-US"),
    ],
)
def test_a_reader_gets_the_nearest_language(tmp_path: Path, tag: str | None, got: str) -> None:
    others = [language_of(tmp_path, known, {}) for known in ("de", "pt-BR", "es-ES", "zh-TW")]
    with spoken(*others):
        assert nearest(tag).tag == got


def test_numbers_sizes_and_lists_are_written_as_in_the_language(tmp_path: Path) -> None:
    with spoken(language_of(tmp_path, "de", {}), language_of(tmp_path, "fr", {})):
        with heard_by("de"):
            assert PLAIN.render(12_345) == "12.345"
            assert PLAIN.render(Size(12_400_000)) == "12,4 MB"
        with heard_by("fr"):
            assert PLAIN.render(Size(12_400_000)).replace("\u202f", " ").replace("\xa0", " ") == "12,4 Mo"
            assert PLAIN.render(Listed(("a", "b", "c"), last=True)) == "a, b et c"
            assert PLAIN.render(listed(["a", "b", "c"])) == "a, b, c"
        assert PLAIN.render(12_345) == "12,345"


# --- those that are there --------------------------------------------------------------------------------------------


def test_english_is_there_and_needs_no_catalogue() -> None:
    assert next(iter(languages().values())) is ENGLISH
    assert ENGLISH.tag == "en-US"


def test_nothing_is_wrong_in_any_catalogue() -> None:
    assert {str(path): [*wrong(path)] for path in HERE.glob(f"*/{FILE}") if [*wrong(path)]} == {}
