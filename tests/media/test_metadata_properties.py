"""What is kept of any picture, and what of any damage: held against Pillow."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from errors import DamagedError
from media.metadata import cleaned
from tests.media.hiding import (
    COORDINATES,
    FILM,
    SECRET,
    Seen,
    hiding_gif,
    hiding_jpeg,
    hiding_png,
    hiding_webp,
    profile,
    saved,
    seen,
    tags,
)

SIZES = st.tuples(st.integers(1, 40), st.integers(1, 40))
UP = st.none() | st.integers(1, 8)
PROFILES = st.sampled_from([None, profile()])
DELAYS = st.lists(st.integers(1, 60).map(lambda hundredths: hundredths * 10), min_size=1, max_size=4)
MODES = {
    "JPEG": ["L", "RGB", "CMYK"],
    "PNG": ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"],
    "GIF": ["L", "P", "RGB", "RGBA"],
    "WEBP": ["RGB", "RGBA"],
}


@st.composite
def images(draw: st.DrawFn, form: str) -> Image.Image:
    mode, (width, height) = draw(st.sampled_from(MODES[form])), draw(SIZES)
    pixels = draw(st.randoms(use_true_random=False)).randbytes(width * height)
    grey = Image.frombytes("L", (width, height), pixels)
    if mode == "I;16":
        return Image.frombytes(mode, (width, height), pixels + pixels)
    picture = Image.merge("RGB", (grey, grey.rotate(180), grey)).convert(mode)
    if mode in {"LA", "RGBA"}:
        picture.putalpha(grey)
    return picture


@st.composite
def animations(draw: st.DrawFn, form: str) -> tuple[Image.Image, dict[str, object]]:
    delays, first = draw(DELAYS), draw(images(form))
    rest = [first.rotate(90 * turn) for turn in range(1, len(delays))]
    options = {"duration": delays, "loop": draw(st.integers(0, 5))} if rest else {}
    return first, {"save_all": bool(rest), "append_images": rest} | options


def nothing_personal(content: bytes, up: int | None) -> None:
    assert SECRET not in content
    assert COORDINATES not in content
    assert tags(content) == ({} if up in {None, 1} else {0x0112: up})


@settings(max_examples=60)
@given(
    images("JPEG"),
    UP,
    PROFILES,
    st.fixed_dictionaries(
        {"quality": st.integers(5, 100), "subsampling": st.integers(0, 2), "optimize": st.booleans()}
        | {"progressive": st.booleans(), "restart_marker_blocks": st.integers(0, 3)}
    ),
)
def test_of_a_jpeg_the_picture_is_left(
    image: Image.Image, up: int | None, icc: bytes | None, options: dict[str, object]
) -> None:
    plain = saved(image, "JPEG", icc_profile=icc, **options)
    hiding = hiding_jpeg(plain, up)
    clean = cleaned(hiding, "image/jpeg")
    nothing_personal(clean, up)
    assert seen(clean) == seen(hiding)
    assert cleaned(plain, "image/jpeg") == plain
    assert cleaned(clean, "image/jpeg") == clean


@settings(max_examples=60)
@given(animations("PNG"), UP, PROFILES, st.booleans())
def test_of_a_png_the_picture_is_left(
    made: tuple[Image.Image, dict[str, object]], up: int | None, icc: bytes | None, hidden_first: bool
) -> None:
    image, options = made
    if options["save_all"]:
        options["default_image"] = hidden_first
    plain = saved(image, "PNG", icc_profile=icc, dpi=(300, 300), **options)
    hiding = hiding_png(plain, up)
    clean = cleaned(hiding, "image/png")
    nothing_personal(clean, up)
    assert seen(clean) == seen(hiding)
    assert cleaned(plain, "image/png") == plain
    assert cleaned(clean, "image/png") == clean


@settings(max_examples=60)
@given(animations("GIF"))
def test_of_a_gif_the_pictures_are_left(made: tuple[Image.Image, dict[str, object]]) -> None:
    image, options = made
    plain = saved(image, "GIF", **options)
    hiding = hiding_gif(plain)
    clean = cleaned(hiding, "image/gif")
    nothing_personal(clean, None)
    assert seen(clean) == seen(hiding) == seen(plain)
    assert cleaned(plain, "image/gif") == plain


@settings(max_examples=60)
@given(animations("WEBP"), UP, PROFILES, st.booleans())
def test_of_a_webp_the_pictures_are_left(
    made: tuple[Image.Image, dict[str, object]], up: int | None, icc: bytes | None, lossless: bool
) -> None:
    image, options = made
    plain = saved(image, "WEBP", icc_profile=icc, lossless=lossless, **options)
    hiding = hiding_webp(plain, up)
    clean = cleaned(hiding, "image/webp")
    nothing_personal(clean, up)
    assert b"key" not in clean[:30]
    assert seen(clean) == seen(hiding)
    assert cleaned(plain, "image/webp") == plain
    assert cleaned(clean, "image/webp") == clean


# --- damage ------------------------------------------------------------------------------------------------------


@cache
def specimen(kind: str) -> bytes:
    """A small picture of this kind with all that it may have."""
    ramp = Image.linear_gradient("L").resize((23, 17))
    image = Image.merge("RGB", (ramp, ramp.rotate(180), ramp.rotate(90)))
    rest = [image.rotate(turn) for turn in (90, 180)]
    several = {"save_all": True, "append_images": rest, "duration": 70, "loop": 2}
    match kind:
        case "image/jpeg":
            plain = saved(image, "JPEG", progressive=True, icc_profile=profile(), restart_marker_blocks=2)
            return hiding_jpeg(plain, 6, scattered=False)
        case "image/png":
            return hiding_png(saved(image.quantize(16), "PNG", icc_profile=profile(), **several), 6)
        case "image/gif":
            return hiding_gif(saved(image, "GIF", **several))
    return hiding_webp(saved(image, "WEBP", icc_profile=profile(), **several), 6)


KINDS = ["image/jpeg", "image/png", "image/gif", "image/webp"]


def seen_if_whole(content: bytes) -> Seen | None:
    try:
        return seen(content)
    except Exception:  # noqa: BLE001  Pillow raises anything for what is broken
        return None


def cleaned_or_told(content: bytes, kind: str) -> bytes | None:
    try:
        return cleaned(content, kind)
    except DamagedError:
        return None


def is_told_or_looks_the_same(content: bytes, kind: str) -> None:
    clean, before = cleaned_or_told(content, kind), seen_if_whole(content)
    assert clean is None or before is None or seen(clean)[:2] == before[:2]


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=200)
@given(data=st.data())
def test_flipped_bits_are_told_or_change_nothing_that_was_seen(kind: str, data: st.DataObject) -> None:
    content = bytearray(specimen(kind))
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    is_told_or_looks_the_same(bytes(content), kind)


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_that_is_cut_anywhere_is_told(kind: str) -> None:
    content = specimen(kind)
    outcomes = [cleaned_or_told(content[:length], kind) for length in range(len(content))]
    end = outcomes.index(cleaned(content, kind))
    assert set(outcomes[:end]) == {None}
    assert set(outcomes[end:]) == {outcomes[end]}
    assert len(content) - end >= len(FILM)


@pytest.mark.parametrize("kind", KINDS)
@given(rest=st.binary(max_size=200))
def test_noise_behind_a_signature_is_told(kind: str, rest: bytes) -> None:
    with pytest.raises(DamagedError):
        cleaned(specimen(kind)[:8] + rest, kind)
