"""Names of files in a backup: whatever a title is, each system takes it, and nothing leaves its folder."""

from __future__ import annotations

import ntpath
import unicodedata
from collections.abc import Callable
from pathlib import PurePosixPath, PureWindowsPath

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.data.names import file_name, folder_name, safe

ID = "aB3dE5g"


@pytest.mark.parametrize(
    ("title", "name"),
    [
        (None, ""),
        ("", ""),
        ("   ", ""),
        ("...", ""),
        ("\0", ""),
        ("\u202e\u200b\ufeff", ""),
        ("Cat", "Cat"),
        ("../../etc/passwd", "etc passwd"),
        ("/etc/x", "etc x"),
        ("C:\\Windows\\x", "C Windows x"),
        ("\\\\server\\share", "server share"),
        ("a/b", "a b"),
        ("a\u2215b\uff0fc\u29f8d", "a b c d"),
        ("a\nb\r\nc\td\0e\x7ff\x85g", "a b c def g"),
        ("a\u2028b\u2029c", "a b c"),
        ("trail. ", "trail"),
        (". lead", "lead"),
        ("~x", "x"),
        ("-rf", "rf"),
        ('<a>:"b"|?*', "a b"),
        ("\u202egpj.exe", "gpj.exe"),
        ("\u2066a\u2069\u061cb", "ab"),
        ("Pa\u0302ques", "P\u00e2ques"),
        ("日本語", "日本語"),
        ("\ud800x", "x"),
        ("x" * 300, "x" * 60),
        ("🏔" * 70, "🏔" * 37),
    ],
)
def test_a_title_becomes_a_part_of_a_name(title: str | None, name: str) -> None:
    assert safe(title) == name


def is_reserved(name: str) -> bool:
    """What Windows makes of it, as the running Python knows: another way before 3.13."""
    known: Callable[[str], bool] = getattr(ntpath, "isreserved", lambda path: PureWindowsPath(path).is_reserved())
    return known(name)


@pytest.mark.parametrize("device", ["CON", "prn", "Aux", "NUL", "COM1", "lpt9", "COM\u00b9", "CONIN$", "CLOCK$"])
@pytest.mark.parametrize("made", ["{}", "{}.txt", "{} .txt", "{}.tar.gz", " {}", "{}.", "{}:x"])
def test_no_device_of_windows_is_opened(device: str, made: str) -> None:
    for name in (
        file_name(made.format(device), ID, ""),
        folder_name(made.format(device), ID),
        file_name(None, device, ""),
    ):
        assert not is_reserved(name), name
        assert not is_reserved(f"{name}.jpg"), name
        assert name.partition(".")[0].strip().upper() != device.upper()


@given(title=st.one_of(st.none(), st.text(), st.text("./\\: \0\n\u202e🏔a"), st.text(max_size=5000)))
@example(title="a" * 59 + " .")
@example(title="a\u0301" * 100)
def test_every_system_takes_every_name(title: str | None) -> None:
    name = file_name(title, ID, ".jpg")
    for path in (name, folder_name(title, ID)):
        assert 0 < len(path.encode()) <= 255
        assert len(PureWindowsPath(path).parts) == len(PurePosixPath(path).parts) == 1
        assert not PureWindowsPath(path).drive
        assert not is_reserved(path)
        assert not set(path) & set('<>:"/\\|?*')
        assert not any(unicodedata.category(one) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for one in path)
        assert path == path.strip(" .")
        assert path == unicodedata.normalize("NFC", path)
        assert ID in path
    assert name.endswith(".jpg")
