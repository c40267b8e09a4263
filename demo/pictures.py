"""The pictures that the demo begins with: small landscapes, painted when they are needed."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageDraw, ImageFilter, ImageFont, ImageOps

SIZE = (960, 640)


@dataclass(frozen=True, slots=True)
class Scene:
    """A sky from top to horizon, a sun or moon, and hills from far to near. The title seeds what is random in it."""

    title: str
    description: str
    sky: tuple[str, str, str]
    light: str
    light_at: tuple[float, float]  # from the upper left corner, as a part of the size
    hills: tuple[str, ...]
    stars: int = 0


SCENES = (
    Scene(
        "Dunes at dusk", "The last light of a long day.", ("#2b1b4d", "#b0456b", "#ffb07c"), "#ffe9c9", (0.68, 0.52),
        ("#7a3b5d", "#57294c", "#331a38", "#1d0f24"),
    ),
    Scene(
        "Northern lights", "Minus twenty degrees, and worth it.", ("#050b24", "#0c3b4d", "#3fd9a3"), "#d9fff0",
        (0.24, 0.2), ("#0b2a3a", "#071c2b", "#04101b"), stars=160,
    ),
    Scene(
        "Quiet sea", "Nobody else was up.", ("#6fb7d9", "#bfe3ec", "#fff3df"), "#ffffff", (0.4, 0.42),
        ("#5d9db8", "#3c7d9b", "#245d7c"),
    ),
    Scene(
        "Pine ridge", "Fog below, sun above.", ("#8fb6c9", "#d8dfd2", "#f7e5c4"), "#fff8e1", (0.78, 0.3),
        ("#8aa79c", "#5f8577", "#3a6152", "#1f4035"),
    ),
    Scene(
        "Red planet", "Not really. A quarry near the motorway.", ("#3a0f14", "#8c2f23", "#e8875a"), "#ffd2a8",
        (0.2, 0.34), ("#7d2d22", "#5a1d19", "#361012"), stars=40,
    ),
    Scene(
        "Blue hour", "Between the day and the night.", ("#0d1440", "#2a3f86", "#8aa2d8"), "#f4f2ff", (0.58, 0.24),
        ("#26356f", "#1a2552", "#101736"), stars=90,
    ),
    Scene(
        "Lavender", "The smell is not in the picture.", ("#7fa6e0", "#c9c1ec", "#ffe0ea"), "#fffbe8", (0.5, 0.36),
        ("#9a86c7", "#7b63ad", "#5b458c", "#3d2d66"),
    ),
    Scene(
        "Winter moon", "So bright that the snow had shadows.", ("#0a1020", "#26344d", "#7f93a8"), "#ffffff",
        (0.74, 0.22), ("#aebccb", "#d3dde6", "#f2f6fa"), stars=120,
    ),
    Scene(
        "Copper canyon", "Six hours on foot from the last road.", ("#c97b4a", "#eab383", "#fde3c3"), "#fffaf0",
        (0.3, 0.28), ("#b8663c", "#93492d", "#6b3122", "#431d17"),
    ),
    Scene(
        "Mint morning", "The window was left open.", ("#4fb3a5", "#a8e0cf", "#f4fbe8"), "#ffffff", (0.62, 0.4),
        ("#7cc7b0", "#4ea08c", "#2d7567"),
    ),
    Scene(
        "Storm coming", "We ran.", ("#1f2733", "#465364", "#c9b98f"), "#efe3bd", (0.12, 0.5),
        ("#4a5563", "#333d4a", "#1f2731", "#10151c"),
    ),
    Scene(
        "Cherry evening", "One week in the year.", ("#5b3f8c", "#d477a4", "#ffd3d8"), "#fff4f0", (0.46, 0.46),
        ("#b05a8d", "#843f78", "#582b5d"),
    ),
)  # fmt: skip


def paint(scene: Scene, *, mirrored: bool = False) -> bytes:
    """The scene as a JPEG; the same every time."""
    chance = random.Random(scene.title)  # noqa: S311 - a brush, not a secret
    picture = _sky(scene)
    _add_stars(picture, scene, chance)
    _add_light(picture, scene)
    for number, colour in enumerate(scene.hills):
        _add_hill(picture, colour, 0.55 + 0.42 * number / len(scene.hills), chance)
    out = BytesIO()
    (ImageOps.mirror(picture) if mirrored else picture).save(out, "JPEG", quality=84, optimize=True)
    return out.getvalue()


def portrait(name: str, colour: str) -> bytes:
    """An avatar as a PNG: the first letter of a name."""
    picture = Image.new("RGB", (128, 128), colour)
    ImageDraw.Draw(picture).text((64, 64), name[0], "#ffffff", ImageFont.load_default(size=72), anchor="mm")
    out = BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def _sky(scene: Scene) -> Image.Image:
    top, middle, horizon = scene.sky
    gradient = Image.linear_gradient("L").resize(SIZE)
    return ImageOps.colorize(gradient, black=top, white=horizon, mid=middle)


def _add_stars(picture: Image.Image, scene: Scene, chance: random.Random) -> None:
    draw = ImageDraw.Draw(picture)
    for _ in range(scene.stars):
        x, y = chance.randrange(SIZE[0]), chance.randrange(SIZE[1] // 2)
        draw.ellipse((x, y, x + chance.choice((1, 1, 2)), y + 1), fill=scene.light)


def _add_light(picture: Image.Image, scene: Scene) -> None:
    x, y = scene.light_at[0] * SIZE[0], scene.light_at[1] * SIZE[1]
    glow = Image.new("L", SIZE, 0)
    ImageDraw.Draw(glow).ellipse((x - 90, y - 90, x + 90, y + 90), fill=150)
    glow = glow.filter(ImageFilter.GaussianBlur(60))
    ImageDraw.Draw(glow).ellipse((x - 42, y - 42, x + 42, y + 42), fill=245)
    picture.paste(Image.new("RGB", SIZE, scene.light), mask=glow.filter(ImageFilter.GaussianBlur(1)))


def _add_hill(picture: Image.Image, colour: str, height: float, chance: random.Random) -> None:
    width, full = SIZE
    waves = [(chance.uniform(12, 46) / n, chance.uniform(0.6, 1.6) * n, chance.uniform(0, 6.3)) for n in (1, 2, 4)]
    edge = [
        (x, height * full + sum(size * math.sin(6.3 * count * x / width + phase) for size, count, phase in waves))
        for x in range(0, width + 4, 4)
    ]
    ImageDraw.Draw(picture).polygon([(0, full), *edge, (width, full)], fill=colour)
