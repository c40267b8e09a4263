"""The pictures and albums a user sees on Imgur: galleries, one item, suggestions, over one `Catalogue`."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from services.account import AccountService
from services.library.catalogue import Catalogue
from services.library.drawing import DrawingService
from services.library.galleries import GalleryService
from services.library.items import ItemService
from services.library.listing import Listing
from services.library.shelves import Shelves
from services.library.suggestions import SuggestionService
from services.ports import ImgurApi, UploadStore
from services.views import Views


@dataclass(frozen=True, slots=True)
class Library:
    """The rooms, and what they share."""

    catalogue: Catalogue
    galleries: GalleryService
    items: ItemService
    suggestions: SuggestionService
    drawing: DrawingService

    @classmethod
    def over(
        cls,
        accounts: AccountService,
        imgur: ImgurApi,
        uploads: UploadStore,
        shelves: Shelves,
        *,
        views: Views,
        clock: Callable[[], float] = time.monotonic,
    ) -> Self:
        """The rooms over one catalogue."""
        catalogue = Catalogue(accounts, imgur, uploads, shelves, clock)
        items = ItemService(accounts, imgur, catalogue)
        return cls(
            catalogue,
            GalleryService(catalogue, Listing(catalogue), views),
            items,
            SuggestionService(catalogue.lists),
            DrawingService(catalogue, items, views),
        )
