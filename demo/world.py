"""What the demo's Imgur holds at the beginning, and how its pictures get onto the demo's Discord page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from urllib.parse import urlsplit

from demo.pictures import SCENES, paint
from standins.imgur.standin import Standin
from standins.imgur.state import World

ALICE, BOB = "alice_pictures", "bob_pictures"
WAY_BACK = "The way back"
ADDRESS = "https://pictures.example.com/hill.jpg"
"""The one address on the web at which this Imgur finds a picture."""


def fill(world: World) -> None:
    """Two accounts: more than one page of images, an album each, and favorites of the other's. Bob's are public."""
    alice, bob = world.add_account(ALICE), world.add_account(BOB)
    hers = [world.add_image(alice, paint(scene), title=scene.title, description=scene.description) for scene in SCENES]
    his = [
        world.add_image(bob, paint(scene, mirrored=True), title=f"{scene.title}, going back", in_gallery=True)
        for scene in SCENES[:4]
    ]
    world.add_album(alice, title="Mountains", description="From below.", privacy="public", images=hers[:4])
    album = world.add_album(bob, title=WAY_BACK, privacy="public", images=his, in_gallery=True)
    world.add_favorites(alice, [*his[:2], album])
    world.add_favorites(bob, hers[2:5])
    world.web[ADDRESS] = paint(SCENES[0], mirrored=True)


def way_back(world: World) -> str:
    """Links to Bob's album and to the last picture in it, which Alice has among her favorites and has not."""
    album = next(album for album in world.albums.values() if album.title == WAY_BACK)
    return f"https://imgur.com/a/{album.id} and https://imgur.com/{album.images[-1].id}"


def tour() -> list[tuple[str, bytes]]:
    """Two pictures as somebody sends them in a message: names and bytes."""
    return [(f"{scene.title.lower().replace(' ', '_')}.jpg", paint(scene)) for scene in SCENES[-2:]]


class Pictures(Mapping[str, tuple[str, bytes]]):
    """Addresses to file name and bytes: avatars, and the stand-in's pictures, looked up at the moment of asking."""

    _SIZED = re.compile(r"(\w{7})[sbtmlh]")  # a thumbnail's name: the id and a letter for the size

    def __init__(self, standin: Standin, avatars: Mapping[str, tuple[str, bytes]] = MappingProxyType({})) -> None:
        self._avatars = avatars
        self._world = standin.world
        self._hosts = {urlsplit(standin.url).netloc, "i.imgur.com"}

    def __getitem__(self, address: str) -> tuple[str, bytes]:
        if address in self._avatars:
            return self._avatars[address]
        parts = urlsplit(address)
        name = parts.path.rpartition("/")[2]
        stem = name.partition(".")[0]
        sized = self._SIZED.fullmatch(stem)
        image = self._world.images.get(stem) or (self._world.images.get(sized[1]) if sized else None)
        if parts.netloc not in self._hosts or image is None or image.data is None:
            raise KeyError(address)
        return f"{image.id}.{image.extension}", image.data

    def __iter__(self) -> Iterator[str]:
        yield from self._avatars
        yield from (f"https://i.imgur.com/{image.id}.{image.extension}" for image in self._world.images.values())

    def __len__(self) -> int:
        return len(self._avatars) + len(self._world.images)
