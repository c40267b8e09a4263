from __future__ import annotations

import io
import struct
import tracemalloc
import warnings
import zipfile
import zlib

import pytest
from PIL import Image

from errors import CannotCleanError, DamagedError
from media.metadata import cleaned
from tests.media.hiding import (
    COORDINATES,
    FILM,
    HIDING_IN_JPEG,
    SECRET,
    blocks,
    chunk,
    chunks,
    exif,
    hiding_jpeg,
    hiding_png,
    part,
    profile,
    saved,
    seen,
    segment,
    segments,
    tags,
)
from tests.media.shapes import GREY, tiff

RAMP = Image.linear_gradient("L").resize((40, 20))
COLOURED = Image.merge("RGB", (RAMP, RAMP.rotate(180), RAMP))
JPEG, PNG = saved(COLOURED, "JPEG"), saved(COLOURED, "PNG")
SEVERAL = {"save_all": True, "append_images": [COLOURED.rotate(180)], "duration": [50, 900], "loop": 3}
APNG, GIF, WEBP = (saved(COLOURED, form, **SEVERAL) for form in ("PNG", "GIF", "WEBP"))


def orientation(value: int, *, order: str = "<", kind: int = 3, count: int = 1, tag: int = 0x0112) -> bytes:
    mark = {"<": b"II*\0", ">": b"MM\0*"}[order]
    number = struct.pack(order + {1: "B3x", 3: "H2x", 4: "I", 7: "I"}[kind], value)
    return b"Exif\0\0" + mark + struct.pack(f"{order}IHHHI", 8, 1, tag, kind, count) + number + bytes(4)


# --- JPEG --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("up", range(1, 9))
def test_a_photo_keeps_its_pixels_and_which_way_is_up_and_nothing_else_is_known_of_it(up: int) -> None:
    photo = saved(COLOURED, "JPEG", exif=exif(up))
    clean = cleaned(photo, "image/jpeg")
    assert seen(clean) == seen(photo)
    assert tags(clean) == ({} if up == 1 else {0x0112: up})
    assert [whole for marker, whole in segments(clean) if marker in {0xDA, 0xDB, 0xC0, 0xC4}] == [
        whole for marker, whole in segments(photo) if marker in {0xDA, 0xDB, 0xC0, 0xC4}
    ]


@pytest.mark.parametrize("has_jfif", [True, False])
def test_the_orientation_comes_before_all_but_jfif(has_jfif: bool) -> None:
    plain = saved(COLOURED, "JPEG", icc_profile=profile())
    jfif, icc, *rest = [whole for _, whole in segments(plain)]
    parts = (jfif if has_jfif else b"", icc, HIDING_IN_JPEG, segment(0xE1, exif(6)), *rest)
    clean = cleaned(b"".join((b"\xff\xd8", *parts, b"\xff\xd9")), "image/jpeg")
    assert [marker for marker, _ in segments(clean)][: 3 if has_jfif else 2] == ([0xE0] if has_jfif else []) + [
        0xE1,
        0xE2,
    ]
    assert tags(clean) == {0x0112: 6}
    assert seen(clean).profile == profile()


@pytest.mark.parametrize(
    ("said", "up"),
    [
        (orientation(6), 6),
        (orientation(6, order=">"), 6),
        (orientation(3, kind=4, order=">"), 3),
        (orientation(8, kind=1), 8),
        (orientation(6, kind=7), None),
        (orientation(6, count=2), None),
        (orientation(0), None),
        (orientation(9), None),
        (orientation(6, tag=0x0113), None),
        (orientation(6)[:-8], None),
        (b"Exif\0\0", None),
        (b"Exif\0\0II*\0\x08\0\0", None),
        (b"Exif\0\0II*\0\xff\xff\xff\xff", None),
        (b"Exif\0\0II*\0\x08\0\0\0\xff\xff", None),
        (b"Exif\0\0??*\0" + orientation(6)[10:], None),
    ],
)
def test_an_orientation_is_read_in_every_form_and_a_broken_one_is_none(said: bytes, up: int | None) -> None:
    clean = cleaned(JPEG[:2] + segment(0xE1, said) + JPEG[2:], "image/jpeg")
    assert clean == JPEG if up is None else tags(clean) == {0x0112: up}


def test_the_first_exif_counts_as_it_does_for_decoders() -> None:
    both = segment(0xE1, orientation(6)) + segment(0xE1, orientation(3))
    assert tags(cleaned(JPEG[:2] + both + JPEG[2:], "image/jpeg")) == {0x0112: 6}


@pytest.mark.parametrize("marker", sorted({*range(0xE0, 0xF0), 0xFE}))
def test_no_segment_that_a_program_may_fill_stays(marker: int) -> None:
    body = b"Whatever\0" + SECRET
    assert cleaned(JPEG[:2] + segment(marker, body) + JPEG[2:], "image/jpeg") == JPEG
    scanned = JPEG[:-2] + segment(marker, body) + JPEG[-2:]
    assert cleaned(scanned, "image/jpeg") == JPEG


@pytest.mark.parametrize("kept", [b"JFIF\0", b"ICC_PROFILE\0", b"Adobe", b"Exif\0\0"])
def test_behind_the_pixels_nothing_of_that_stays_either(kept: bytes) -> None:
    late = b"".join(segment(marker, kept + SECRET) for marker in (0xE0, 0xE1, 0xE2, 0xEE))
    assert cleaned(JPEG[:-2] + late + JPEG[-2:], "image/jpeg") == JPEG


def test_an_ultra_hdr_photo_becomes_its_base_picture_without_a_pointer_to_anything() -> None:
    gains = saved(RAMP.resize((10, 5)), "JPEG")
    xmp = segment(0xE1, b'http://ns.adobe.com/xap/1.0/\0<x:xmpmeta hdrgm:Version="1.0" Item:Length="99"/>')
    entries = struct.pack("<IIIHHIIIHH", 0x030000, len(JPEG), 0, 0, 0, 0, len(gains), len(JPEG) + 300, 0, 0)
    index = b"MPF\0II*\0\x08\0\0\0\3\0" + struct.pack(
        "<HHI4sHHIIHHIII", 0xB000, 7, 4, b"0100", 0xB001, 4, 1, 2, 0xB002, 7, 32, 50, 0
    )
    iso = segment(0xE2, b"urn:iso:std:iso:ts:21496:-1\0" + bytes(4))
    photo = JPEG[:20] + xmp + segment(0xE2, index + entries) + iso + JPEG[20:] + gains
    clean = cleaned(photo, "image/jpeg")
    assert clean == JPEG
    with warnings.catch_warnings(action="error"), Image.open(io.BytesIO(clean)) as image:
        assert (image.format, getattr(image, "n_frames", 1)) == ("JPEG", 1)
        assert image.tobytes() == seen(JPEG).frames[0][1]


def test_a_photo_in_motion_keeps_no_film() -> None:
    photo = hiding_jpeg(JPEG) + FILM + JPEG
    clean = cleaned(photo, "image/jpeg")
    assert b"\xff\xd9" in FILM
    assert COORDINATES not in clean
    assert b"ftyp" not in clean
    assert clean == JPEG


def test_inks_stay_the_right_way_round() -> None:
    red = saved(Image.new("CMYK", (16, 16), (0, 255, 255, 0)), "JPEG")
    clean = cleaned(hiding_jpeg(red), "image/jpeg")
    assert clean == red
    with Image.open(io.BytesIO(clean)) as image:
        assert (image.mode, image.convert("RGB").getpixel((8, 8))) == ("CMYK", (255, 0, 0))


def test_fill_bytes_restarts_and_stuffed_bytes_are_part_of_a_scan() -> None:
    noise = Image.effect_noise((64, 64), 99)
    plain = saved(noise, "JPEG", quality=100, restart_marker_blocks=3)
    assert b"\xff\x00" in plain
    assert b"\xff\xd0" in plain
    filled = b"".join(b"\xff\xff\xff" + whole for _, whole in segments(plain))
    assert cleaned(b"\xff\xd8" + filled + b"\xff\xff\xd9", "image/jpeg") == plain[:-2] + b"\xff\xff\xd9"


def test_a_thumbnail_within_exif_or_jfif_does_not_stay() -> None:
    small = saved(RAMP.resize((8, 8)), "JPEG")
    jfif = segment(0xE0, b"JFIF\0\1\2\1\0\x60\0\x60\4\4" + b"\x77" * 48)
    thumbed = b"\xff\xd8" + segment(0xE1, exif()[:300] + small) + jfif + JPEG[20:]
    clean = cleaned(thumbed, "image/jpeg")
    assert clean == b"\xff\xd8" + segment(0xE0, b"JFIF\0\1\2\1\0\x60\0\x60\0\0") + JPEG[20:]


@pytest.mark.parametrize(
    "broken",
    {
        "nothing": b"",
        "another kind": PNG,
        "no frame": b"\xff\xd8" + JPEG[JPEG.index(b"\xff\xda") :],
        "no scan": JPEG[: JPEG.index(b"\xff\xda")] + b"\xff\xd9",
        "end without a picture": b"\xff\xd8\xff\xd9",
        "a picture begins within": JPEG[:20] + JPEG,
        "a marker that is none": JPEG[:20] + segment(0xB7, b"1234") + JPEG[20:],
        "a length of nothing": JPEG[:20] + b"\xff\xfe\0\1" + JPEG[20:],
        "cut": JPEG[:-1],
    }.values(),
)
def test_a_broken_jpeg_is_told(broken: bytes) -> None:
    with pytest.raises(DamagedError):
        cleaned(broken, "image/jpeg")


# --- PNG ---------------------------------------------------------------------------------------------------------


def test_a_cropped_screenshot_ends_at_its_first_end() -> None:
    old = saved(COLOURED.resize((80, 60)), "PNG")
    assert cleaned(PNG + old[-400:], "image/png") == PNG


def test_an_animation_with_text_between_keeps_frames_times_and_which_way_is_up() -> None:
    hiding = hiding_png(APNG, 6)
    clean = cleaned(hiding, "image/png")
    assert seen(clean) == seen(hiding)
    assert [delay for _, _, delay in seen(clean).frames] == [50, 900]
    assert kinds(clean) == [b"IHDR", b"eXIf", *kinds(APNG)[1:]]
    assert tags(clean) == {0x0112: 6}
    assert cleaned(hiding_png(APNG, 6), "image/apng") == clean


def kinds(content: bytes) -> list[bytes]:
    return [kind for kind, _ in chunks(content)]


def test_the_first_orientation_of_a_png_counts_as_it_does_for_browsers() -> None:
    both = b"".join(chunk(b"eXIf", orientation(up)[6:]) for up in (6, 3))
    assert tags(cleaned(PNG[:33] + both + PNG[33:], "image/png")) == {0x0112: 6}


def test_all_that_colours_a_png_stays_to_the_byte() -> None:
    colours = [
        chunk(b"cICP", b"\x0c\x0d\0\1"),
        chunk(b"mDCV", bytes(24)),
        chunk(b"cLLI", bytes(8)),
        chunk(b"sRGB", b"\0"),
        chunk(b"gAMA", struct.pack(">I", 45455)),
        chunk(b"cHRM", bytes(32)),
        chunk(b"sBIT", b"\5\5\5"),
        chunk(b"iCCP", b"p\0\0" + zlib.compress(profile())),
        chunk(b"tRNS", bytes(6)),
        chunk(b"bKGD", bytes(6)),
        chunk(b"pHYs", struct.pack(">IIB", 2000, 1000, 1)),
    ]
    picture = PNG[:33] + b"".join(colours) + PNG[33:]
    assert cleaned(picture, "image/png") == picture


def test_nothing_is_inflated() -> None:
    bomb = zlib.compress(bytes(50_000_000), 9)
    loud = b"".join(chunk(b"zTXt", b"k\0\0" + bomb) for _ in range(4))
    picture = PNG[:33] + loud + chunk(b"iCCP", b"p\0\0" + bomb) + PNG[33:-12] + loud + PNG[-12:]
    tracemalloc.start()
    clean = cleaned(picture, "image/png")
    assert tracemalloc.get_traced_memory()[1] < 4 * len(picture)
    tracemalloc.stop()
    assert kinds(clean) == [b"IHDR", b"iCCP", b"IDAT", b"IEND"]


def test_content_credentials_and_chunks_that_nobody_knows_go() -> None:
    loud = b"".join(chunk(kind, SECRET) for kind in (b"caBX", b"exIF", b"tEXt", b"vpAg", b"abCd", b"zzzz"))
    assert cleaned(PNG[:33] + loud + PNG[33:-12] + loud + PNG[-12:], "image/png") == PNG


def test_a_png_that_only_some_programs_understand_is_left_to_others() -> None:
    with pytest.raises(CannotCleanError):
        cleaned(PNG[:33] + chunk(b"JDAT", SECRET) + PNG[33:], "image/png")


@pytest.mark.parametrize(
    "broken",
    {
        "nothing": b"",
        "another kind": JPEG,
        "no pixels": PNG[:33] + PNG[-12:],
        "no header": PNG[:8] + PNG[33:],
        "something before the header": PNG[:8] + chunk(b"tEXt", b"") + PNG[8:],
        "two headers": PNG[:33] + PNG[8:],
        "a header of another size": PNG[:8] + chunk(b"IHDR", bytes(14)) + PNG[33:],
        "pixels in two rows": PNG[:-12] + chunk(b"tEXt", b"") + chunk(b"IDAT", SECRET) + PNG[-12:],
        "pixels that changed": PNG[:60] + bytes([PNG[60] ^ 1]) + PNG[61:],
        "pixels by another name": PNG.replace(b"IDAT", b"iDAT"),
        "no name": PNG[:33] + chunk(b"a\0\xffd", b"") + PNG[33:],
        "cut within the pixels": PNG[:90],
        "cut behind the pixels": PNG[:-12],
        "a chunk of 4 GB": PNG[:33] + b"\xff\xff\xff\xff" + PNG[37:],
    }.values(),
)
def test_a_broken_png_is_told(broken: bytes) -> None:
    with pytest.raises(DamagedError):
        cleaned(broken, "image/png")


# --- GIF ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [b"NETSCAPE2.0", b"ANIMEXTS1.0"])
def test_a_gif_keeps_how_often_it_plays_and_no_more_of_that(name: bytes) -> None:
    loop = b"!\xff" + blocks(b"NETSCAPE2.0", b"\1\3\0")
    assert loop in GIF
    own = b"!\xff" + blocks(name, b"\1\3\0")
    loud = b"!\xff" + blocks(name, b"\2" + SECRET, b"\1\3\0" + SECRET, b"\1\4\0", SECRET)
    assert cleaned(GIF.replace(loop, loud), "image/gif") == GIF.replace(loop, own)
    assert cleaned(GIF.replace(loop, b"!\xff" + blocks(name, b"\1\3")), "image/gif") == GIF.replace(loop, b"")


def test_a_gif_s_times_and_transparency_stay_and_nothing_beside_them() -> None:
    control = GIF.index(b"!\xf9\4")
    loud = GIF[: control + 7] + blocks(SECRET) + GIF[control + 8 :]
    assert cleaned(loud, "image/gif") == GIF


def test_zeros_between_blocks_are_no_damage() -> None:
    assert cleaned(GIF[:-1] + bytes(3) + GIF[-1:], "image/gif") == GIF


@pytest.mark.parametrize(
    "broken",
    {
        "nothing": b"",
        "another kind": JPEG,
        "no picture": GIF[:13] + GIF[13 : 13 + (3 << (GIF[10] & 7) + 1)] + b";",
        "no trailer": GIF[:-1],
        "cut within the colours": GIF[:20],
        "cut within a picture": GIF[:-30],
        "a block that is none": GIF[:-1] + b"?" + GIF[-1:],
        "a control of three bytes": GIF.replace(b"!\xf9\4", b"!\xf9\3"),
    }.values(),
)
def test_a_broken_gif_is_told(broken: bytes) -> None:
    with pytest.raises(DamagedError):
        cleaned(broken, "image/gif")


# --- WebP --------------------------------------------------------------------------------------------------------


def riff(*parts: bytes) -> bytes:
    body = b"WEBP" + b"".join(parts)
    return b"RIFF" + struct.pack("<I", len(body)) + body


SIMPLE = saved(COLOURED, "WEBP")


def test_a_webp_says_in_its_head_what_is_left_in_it() -> None:
    photo = saved(COLOURED, "WEBP", exif=exif(6), xmp=SECRET, icc_profile=profile())
    assert photo[20] == 0x2C
    assert cleaned(photo, "image/webp")[20] == 0x28
    photo = saved(COLOURED, "WEBP", exif=exif(1), xmp=SECRET)
    assert cleaned(photo, "image/webp")[20] == 0


def test_a_simple_webp_can_say_nothing_and_ends_where_it_says() -> None:
    loud = riff(SIMPLE[12:], part(b"EXIF", exif(6)[6:]), part(b"VP8 ", SECRET), part(b"XMP ", SECRET))
    assert cleaned(loud + FILM, "image/webp") == SIMPLE


@pytest.mark.parametrize(
    "broken",
    {
        "nothing": b"",
        "another kind": JPEG,
        "no picture": riff(part(b"ICCP", profile())),
        "a frame without a picture": riff(WEBP[12:44], part(b"ANMF", bytes(16) + part(b"ALPH", b"1234"))),
        "a short frame": riff(WEBP[12:30], part(b"ANMF", bytes(15))),
        "a short head": riff(part(b"VP8X", bytes(9)), SIMPLE[12:]),
        "a late head": riff(SIMPLE[12:], WEBP[12:30]),
        "cut": SIMPLE[:-2],
        "cut, and says less": riff(SIMPLE[12:-2]),
        "half a chunk": riff(SIMPLE[12:], b"EXI"),
    }.values(),
)
def test_a_broken_webp_is_told(broken: bytes) -> None:
    with pytest.raises(DamagedError):
        cleaned(broken, "image/webp")


# --- all ---------------------------------------------------------------------------------------------------------


def test_an_archive_a_page_or_a_script_behind_a_picture_does_not_travel_with_it() -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("evil.exe", SECRET)
    page = b"<html><script>alert(1)</script>"
    assert cleaned(JPEG + archive.getvalue(), "image/jpeg") == JPEG
    assert cleaned(PNG + page, "image/png") == PNG
    assert cleaned(SIMPLE + archive.getvalue(), "image/webp") == SIMPLE
    script = GIF[:-1] + b"!\xfe" + blocks(b"*/=1;alert(1)//") + b";" + page
    assert cleaned(script, "image/gif") == GIF


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (tiff(*GREY), "image/tiff"),
        (saved(COLOURED, "AVIF"), "image/avif"),
        (b"", "image/heic"),
        (b"", "image/svg+xml"),
        (b"", ""),
    ],
)
def test_what_cannot_be_cleaned_as_it_is_says_so(content: bytes, kind: str) -> None:
    with pytest.raises(CannotCleanError) as told:
        cleaned(content, kind)
    assert told.value.kind == kind


MANY = 12_000


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (JPEG[:2] + b"\xff\xfe\0\2" * MANY + JPEG[2:], "image/jpeg"),
        (JPEG[:20] + b"\xff\xdd\0\4\0\0" * MANY + JPEG[20:], "image/jpeg"),
        (JPEG[:2] + b"\xff" * 80 * MANY + JPEG[2:], "image/jpeg"),
        (JPEG[:2] + b"\0" * 4 * MANY + JPEG[2:], "image/jpeg"),
        (JPEG[:-2] + b"\xff\xff" * 40 * MANY + b"\0" + JPEG[-2:], "image/jpeg"),
        (JPEG[:2] + segment(0xE1, orientation(6)[:14] + b"\xff\xff" + bytes(65_000)) + JPEG[2:], "image/jpeg"),
        (PNG[:33] + chunk(b"tEXt", b"") * (MANY // 3) + PNG[33:], "image/png"),
        (PNG[:33] + chunk(b"gAMA", b"") * (MANY // 3) + PNG[33:], "image/png"),
        (GIF[:-1] + b"!\xfe\0" * MANY + GIF[-1:], "image/gif"),
        (GIF[:-1] + b"!\xfe" + b"\1a" * MANY + b"\0;", "image/gif"),
        (riff(SIMPLE[12:], *(struct.pack(">II", number, 0) for number in range(MANY // 2))), "image/webp"),
        (riff(WEBP[12:], part(b"ANMF", bytes(16) + SIMPLE[12:] + bytes(8) * (MANY // 2))), "image/webp"),
    ],
)
def test_many_small_parts_take_memory_in_proportion(content: bytes, kind: str) -> None:
    tracemalloc.start()
    clean = cleaned(content, kind)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert clean
    assert most < 4 * len(content) + 100_000
