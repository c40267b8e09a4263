"""What becomes of pictures, decoded by Pillow again: their look, their colours, their time."""

from __future__ import annotations

import random
import time
from io import BytesIO
from typing import Any

import pillow_heif
import pytest
from PIL import Image, ImageChops, ImageCms, ImageOps

from media.models import Loss
from media.turning.jobs import CannotShrinkError, shrink, turn
from media.turning.limits import Limits
from media.turning.moving import Film, as_gif, timed
from media.turning.opening import TooManyPixelsError
from tests.media.turning.pictures import (
    MIME,
    PLACE,
    chunk,
    exif,
    film,
    grey16,
    halves,
    loaded,
    noise,
    saved,
    shades,
    swapped_profile,
    walking,
    webp_bomb,
)

PLENTY = 10_000_000
LIMITS = Limits()


@pytest.fixture(autouse=True)
def _pillow_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process of its own is all that a job ever sets it for."""
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", Image.MAX_IMAGE_PIXELS)


def frames_of(image: Any) -> list[Image.Image]:
    """Each of them as it is shown, decoded anew."""
    found = []
    for number in range(getattr(image, "n_frames", 1)):
        image.seek(number)
        found.append(image.convert("RGBA"))
    return found


def turned(content: bytes, form: str, limit: int = PLENTY) -> tuple[Image.Image, bytes]:
    found = turn(content, MIME[form], limit, LIMITS)
    image = loaded(found.content)
    assert MIME[image.format or ""] == found.changes.into
    return image, found.content


def rgb(image: Image.Image, at: tuple[int, int]) -> tuple[int, ...]:
    pixel = image.convert("RGB").getpixel(at)
    assert isinstance(pixel, tuple)
    return tuple(round(part / 64) for part in pixel)


RED, BLUE, GREEN = (4, 0, 0), (0, 0, 4), (0, 4, 0)


@pytest.mark.parametrize(
    ("form", "into"),
    [
        *[(form, "JPEG") for form in ("HEIF", "AVIF", "WEBP", "JPEG2000")],
        *[(form, "PNG") for form in ("BMP", "TIFF", "PPM", "QOI", "ICO")],
    ],
)
def test_what_lost_detail_before_becomes_a_jpeg_and_the_rest_a_png(form: str, into: str) -> None:
    image, content = turned(saved(halves((32, 16)), form), form)
    assert image.format == into
    assert rgb(image, (1, image.height // 2)) == RED
    assert len(content) < 3000


def test_a_webp_without_a_loss_and_whatever_is_transparent_becomes_a_png() -> None:
    assert turned(saved(halves(), "WEBP", lossless=True), "WEBP")[0].format == "PNG"
    clear = halves().convert("RGBA")
    clear.putalpha(Image.linear_gradient("L").resize(clear.size))
    for form in ("WEBP", "AVIF", "HEIF"):
        image, _ = turned(saved(clear, form), form)
        assert (image.format, image.mode) == ("PNG", "RGBA")
        assert image.getchannel("A").getextrema() != (255, 255)


@pytest.mark.parametrize("form", ["HEIF", "AVIF", "WEBP", "TIFF"])
def test_it_stands_upright_once_and_tells_nothing(form: str) -> None:
    content = saved(halves(), form, exif=exif(6))
    assert PLACE in content
    found = turn(content, MIME[form], PLENTY, LIMITS)
    image = loaded(found.content)
    assert image.size == (20, 40)
    assert (rgb(image, (10, 2)), rgb(image, (10, 38))) == (RED, BLUE)
    assert not image.getexif()
    assert PLACE not in found.content
    assert found.changes.is_cleaned


@pytest.mark.parametrize("orientation", range(1, 9))
def test_all_eight_ways_of_standing_look_as_before(orientation: int) -> None:
    four = halves((40, 20))
    four.paste("green", (0, 0, 10, 10))
    content = saved(four, "WEBP", exif=exif(orientation), lossless=True)
    image, _ = turned(content, "WEBP")
    wanted = ImageOps.exif_transpose(loaded(content))
    assert image.convert("RGB").tobytes() == wanted.convert("RGB").tobytes()


def test_of_several_pictures_in_a_heic_the_primary_one_is_taken_and_the_others_are_told() -> None:
    heif = pillow_heif.from_pillow(Image.new("RGB", (64, 64), "blue"))
    heif.add_from_pillow(Image.new("RGB", (48, 32), "red"))
    out = BytesIO()
    heif.save(out, primary_index=1)
    found = turn(out.getvalue(), "image/heic", PLENTY, LIMITS)
    image = loaded(found.content)
    assert (image.size, rgb(image, (5, 5)), found.changes.others) == ((48, 32), RED, 1)
    pages = film([halves(), halves(), halves()], "TIFF")
    assert turn(pages, "image/tiff", PLENTY, LIMITS).changes.others == 2


@pytest.mark.parametrize("form", ["WEBP", "AVIF", "HEIF", "TIFF"])
def test_the_colour_profile_goes_along(form: str) -> None:
    profile = swapped_profile()
    image, _ = turned(saved(Image.new("RGB", (16, 16), "red"), form, icc_profile=profile), form)
    shown = ImageCms.profileToProfile(
        image, ImageCms.ImageCmsProfile(BytesIO(image.info["icc_profile"])), ImageCms.createProfile("sRGB")
    )
    assert shown is not None
    assert rgb(shown, (3, 3)) == GREEN


@pytest.mark.parametrize(("form", "mode"), [("JPEG", "RGB"), ("PNG", "RGB"), ("PNG", "RGBA")])
def test_the_colour_profile_outlives_shrinking(form: str, mode: str) -> None:
    content = saved(noise((200, 200), mode), form, icc_profile=swapped_profile(), quality=100)
    found = shrink(content, MIME[form], len(content) // 2, LIMITS)
    assert loaded(found.content).info["icc_profile"] == swapped_profile()


@pytest.mark.parametrize("form", ["WEBP", "PNG", "AVIF"])
def test_a_gif_has_no_place_for_a_profile_and_shows_its_colours(form: str) -> None:
    frames = [Image.new("RGBA", (16, 16), (255, 0, 0, alpha)) for alpha in (255, 0)]
    content = film(frames, form, duration=90, icc_profile=swapped_profile())
    opaque, clear = frames_of(loaded((shrink if form == "PNG" else turn)(content, MIME[form], PLENTY, LIMITS).content))
    assert rgb(opaque, (8, 8)) == GREEN
    assert clear.getchannel("A").getpixel((8, 8)) == 0


def test_a_profile_of_another_colour_space_is_left_behind() -> None:
    image, _ = turned(saved(Image.new("L", (9, 9), 77), "TIFF", icc_profile=swapped_profile()), "TIFF")
    assert "icc_profile" not in image.info


@pytest.mark.parametrize("form", ["JPEG", "TIFF"])
def test_four_inks_stay_the_colour_that_they_print(form: str) -> None:
    content = saved(Image.new("CMYK", (300, 300), (0, 255, 255, 0)), form)
    work = turn if form == "TIFF" else shrink
    found = work(content, MIME[form], len(content), LIMITS)
    assert rgb(loaded(found.content), (5, 5)) == RED


def test_sixteen_bits_become_eight_by_scale() -> None:
    content = grey16((512, 64))
    image = loaded(shrink(content, "image/png", len(content), LIMITS).content)
    assert len(set(image.convert("L").tobytes())) > 200
    for mode in ("I;16", "I", "F"):
        wide = Image.linear_gradient("L").convert("I")
        wide = wide.point(lambda value: value * 257) if mode != "F" else wide.convert("F").point(lambda v: v / 255 + 0)
        image, _ = turned(saved(wide.convert(mode), "TIFF"), "TIFF")
        assert len(set(image.tobytes())) > 200, mode


def test_what_is_made_for_hdr_screens_is_told() -> None:
    plain = saved(halves(), "AVIF")
    at = plain.index(b"colrnclx") + 10
    assert turn(plain, "image/avif", PLENTY, LIMITS).changes.lost == ()
    for transfer in (16, 18):
        content = plain[:at] + transfer.to_bytes(2, "big") + plain[at + 2 :]
        assert turn(content, "image/avif", PLENTY, LIMITS).changes.lost == (Loss.HDR,)
        png = saved(noise((40, 40)), "PNG")
        bright = png[:33] + chunk(b"cICP", bytes((9, transfer, 0, 1))) + png[33:]
        assert shrink(bright, "image/png", len(png), LIMITS).changes.lost == (Loss.HDR,)


def test_what_a_phone_puts_beside_a_heic_and_a_jpeg_has_no_place_for_is_told() -> None:
    photo = saved(halves(), "HEIF")
    apple = photo + b"\0\0\0\x34free" + b"urn:com:apple:photo:2020:aux:hdrgainmap\0".ljust(44, b"\0")
    samsung = photo + b"\0\0\0\x18mpvdMotionPhoto_Data"
    for content, lost in ((photo, ()), (apple, (Loss.HDR,)), (samsung, (Loss.FILM,))):
        assert turn(content, "image/heic", PLENTY, LIMITS).changes.lost == lost


# --- what moves ------------------------------------------------------------------------------------------------------


def test_what_was_half_transparent_is_told() -> None:
    for alpha, lost in ((255, (Loss.COLOURS,)), (100, (Loss.COLOURS, Loss.SOFTNESS))):
        frames = [Image.new("RGBA", (16, 16), colour) for colour in ((0, 0, 0, 0), (255, 0, 0, alpha))]
        found = turn(film(frames, "WEBP", duration=90, lossless=True), "image/webp", PLENTY, LIMITS)
        assert found.changes.lost == lost


@pytest.mark.parametrize("form", ["WEBP", "PNG"])
def test_a_block_walks_over_clear_ground_and_is_in_one_place_at_a_time(form: str) -> None:
    content = film(walking(), form, duration=200, loop=3, disposal=1, **({"lossless": True} if form == "WEBP" else {}))
    image, _ = turned(content, form)
    assert (image.format, image.info["loop"]) == ("GIF", 3)
    shown = frames_of(image)
    assert len(shown) == 4
    for number, frame in enumerate(shown):
        assert frame.getchannel("A").getbbox() == (10 * number, 0, 10 * number + 10, 10)
        assert rgb(frame, (10 * number + 5, 5)) == RED


@pytest.mark.parametrize("seed", range(12))
def test_every_frame_is_as_it_was_whatever_it_is_drawn_over(seed: int) -> None:
    choose = random.Random(seed)
    size = choose.randint(1, 50), choose.randint(1, 50)
    frames: list[Image.Image] = []
    for _ in range(choose.randint(2, 6)):
        frame = noise(size, choose.choice(["RGB", "RGBA"])).convert("RGBA")
        if choose.random() < 0.7:
            frame = Image.new("RGBA", size, choose.choice([(0, 0, 0, 0), (9, 200, 30, 255)]))
            frame.paste((choose.randrange(256), 0, 255), (choose.randrange(size[0]), 0, *size))
        if not frames or frames[-1].tobytes() != frame.tobytes():
            frames.append(frame)
    content = film(frames, "WEBP", duration=choose.choice([100, 30]), lossless=True, exact=True)
    shown = frames_of(loaded(turn(content, "image/webp", PLENTY, LIMITS).content))
    assert len(shown) == len(frames)
    for seen, wanted in zip(shown, frames, strict=True):
        clear = wanted.getchannel("A").point(lambda value: 255 * (value >= 128))
        assert ImageChops.difference(seen.getchannel("A"), clear).getbbox() is None
        difference = ImageChops.difference(seen.convert("RGB"), wanted.convert("RGB"))
        seen_alone = Image.composite(difference, Image.new("RGB", size), clear).convert("L")
        assert max(seen_alone.tobytes()) < 100


def test_an_avif_that_moves_becomes_a_gif() -> None:
    frames = [halves(), halves().transpose(Image.Transpose.FLIP_LEFT_RIGHT), halves()]
    image, _ = turned(film(frames, "AVIF", duration=100), "AVIF")
    assert (image.format, image.size) == ("GIF", (40, 20))
    assert [rgb(frame, (2, 10)) for frame in frames_of(image)] == [RED, BLUE, RED]


@pytest.mark.parametrize(
    ("durations", "frames"),
    [([10, 15, 33, 400], 4), ([10] * 60, 30), ([20, 5000, 20, 5000], 4), ([7] * 50, None), ([0, 0, 0], 3), ([40], 1)],
)
def test_it_lasts_as_long_and_no_frame_is_too_short_to_be_shown(durations: list[int], frames: int | None) -> None:
    times = timed([duration or 100 for duration in durations])
    shown = [hundredths for hundredths in times if hundredths]
    assert min(shown) >= 2
    assert times[0] > 0
    assert sum(shown) * 10 == pytest.approx(sum(duration or 100 for duration in durations), rel=0.05)
    assert frames is None or len(shown) == frames


def test_a_film_that_says_no_time_is_shown_as_browsers_do_and_keeps_what_it_says() -> None:
    found = turn(film(shades(5), "WEBP", duration=[0, 10, 15, 33, 400]), "image/webp", PLENTY, LIMITS)
    image: Any = loaded(found.content)
    times = [image.info["duration"] for number in range(image.n_frames) if not image.seek(number)]
    assert times[0] == 100
    assert min(times) >= 20
    assert sum(times) == pytest.approx(558, rel=0.05)
    thinned = turn(film(shades(60), "WEBP", duration=10, lossless=True), "image/webp", PLENTY, LIMITS)
    assert thinned.changes.lost == (Loss.COLOURS, Loss.FRAMES)


def test_a_long_film_costs_less_for_each_of_its_frames() -> None:
    """Else ten seconds of one take longer than is spent on it."""
    image = loaded(film([noise((200, 150)), noise((200, 150)).rotate(180)], "PNG"))
    short = Film([0, 1], [9, 9], None, is_clear=False)
    long = Film([0, 1, *[1] * 300], [9, 9, *[0] * 300], None, is_clear=False)  # most of it is left out, and counts

    def costs(film: Film) -> float:
        before = time.process_time()
        as_gif(image, film)
        return time.process_time() - before

    assert costs(long) < costs(short) / 2


@pytest.mark.parametrize("form", ["WEBP", "PNG", "AVIF"])
@pytest.mark.parametrize("count", [1, 3])
def test_what_shows_one_picture_is_a_still(form: str, count: int) -> None:
    content = film([halves()] * count, form, duration=100)
    image, _ = turned(content, form)
    assert image.format in {"PNG", "JPEG"}


def test_the_hidden_picture_of_an_apng_is_no_frame() -> None:
    hidden = Image.new("RGB", (16, 16), "lime")
    content = film([hidden, *shades(3)], "PNG", default_image=True, duration=100)
    found = shrink(content + bytes(5000), "image/png", PLENTY, LIMITS)
    image = loaded(found.content)
    shown = frames_of(image)
    assert (image.format, len(shown)) == ("GIF", 3)
    assert GREEN not in [rgb(frame, (3, 3)) for frame in shown]


# --- smaller ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("image", "form", "options"),
    [
        (noise((300, 300)), "PNG", {}),
        (noise((300, 300)), "JPEG", {"quality": 95}),
        (noise((300, 300)), "JPEG", {"quality": 30}),
        (noise((300, 300), "RGBA"), "PNG", {}),
        (noise((300, 300), "L"), "TIFF", {}),
        (noise((300, 300), "CMYK"), "JPEG", {}),
    ],
)
@pytest.mark.parametrize("part", [1.5, 0.7, 0.3])
def test_a_still_becomes_smaller_than_the_limit_and_than_it_was(
    image: Image.Image, form: str, options: dict[str, int], part: float
) -> None:
    content = saved(image, form, **options)
    limit = int(len(content) * part)
    found = shrink(content, MIME[form], limit, LIMITS)
    assert len(found.content) <= limit
    assert len(found.content) < len(content)
    smaller = loaded(found.content)
    assert smaller.size == (found.changes.size or (300, 300))
    assert ("A" in smaller.convert("RGBA").mode) if "A" in image.mode else found.changes.quality is not None


def test_what_was_re_encoded_tells_nothing_any_more() -> None:
    content = saved(noise((300, 300)), "JPEG", quality=95, exif=exif(), comment=PLACE)
    found = shrink(content, "image/jpeg", len(content) // 2, LIMITS)
    assert content.count(PLACE) == 2
    assert PLACE not in found.content
    moving = film(walking(), "WEBP", duration=90, exif=exif(), xmp=PLACE, lossless=True)
    assert PLACE not in turn(moving, "image/webp", PLENTY, LIMITS).content


def test_an_animation_becomes_smaller_or_is_said_to_stay_too_large() -> None:
    frames = [noise((90 + number, 90)).resize((90, 90)) for number in range(4)]
    content = film(frames, "WEBP", duration=80, lossless=True)
    found = shrink(content, "image/webp", 20_000, LIMITS)
    assert len(found.content) <= 20_000
    assert found.changes.size == loaded(found.content).size
    assert len(frames_of(loaded(found.content))) == 4
    with pytest.raises(CannotShrinkError):
        shrink(content, "image/webp", 900, LIMITS)


def test_what_cannot_become_small_enough_ends_after_a_few_tries() -> None:
    with pytest.raises(CannotShrinkError):
        shrink(saved(halves(), "PNG"), "image/png", 60, LIMITS)


# --- limits ----------------------------------------------------------------------------------------------------------


def test_pixels_are_counted_over_all_frames_before_any_is_decoded() -> None:
    for content, form in (
        (saved(Image.new("RGB", (13_000, 13_000)), "WEBP", lossless=True), "WEBP"),
        (webp_bomb(2000), "WEBP"),
        (saved(Image.new("1", (10_000, 10_000)), "PNG"), "PNG"),
    ):
        assert len(content) < 150_000
        with pytest.raises(TooManyPixelsError):
            turn(content, MIME[form], PLENTY, LIMITS)
    small = Limits(pixels=800, all_pixels=1600)
    turn(saved(halves(), "BMP"), "image/bmp", PLENTY, small)
    with pytest.raises(TooManyPixelsError):
        turn(saved(halves((40, 21)), "BMP"), "image/bmp", PLENTY, small)
    with pytest.raises(TooManyPixelsError):
        turn(film([halves(), noise((40, 20)), halves()], "WEBP"), "image/webp", PLENTY, small)


@pytest.mark.parametrize("form", ["WEBP", "AVIF", "HEIF", "TIFF", "PNG", "JPEG", "BMP"])
def test_what_is_cut_is_never_shorter_in_silence(form: str) -> None:
    content = saved(noise((64, 64)), form, **({"lossless": True} if form == "WEBP" else {}))
    whole = loaded(content).convert("RGB").tobytes()
    for end in range(40, len(content) - 1, len(content) // 7):
        try:
            found = shrink(content[:end], MIME[form], 10**9, LIMITS)
        except CannotShrinkError:
            pytest.fail("it was decoded")
        except Exception:  # noqa: BLE001 - the worker takes any as damaged
            continue
        assert loaded(found.content).convert("RGB").tobytes() == whole
