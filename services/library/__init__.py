"""The pictures and albums a user sees on Imgur: galleries, one item, suggestions, over one `Catalogue`."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from services.account import AccountService
from services.library.catalogue import Catalogue
from services.library.galleries import GalleryService
from services.library.items import ItemService
from services.library.suggestions import SuggestionService
from services.ports import ImgurApi, LibraryStore, UploadStore


@dataclass(frozen=True, slots=True)
class Library:
    """The rooms, and what they share."""

    catalogue: Catalogue
    galleries: GalleryService
    items: ItemService
    suggestions: SuggestionService

    @classmethod
    def over(
        cls,
        accounts: AccountService,
        imgur: ImgurApi,
        uploads: UploadStore,
        index: LibraryStore,
        clock: Callable[[], float] = time.monotonic,
    ) -> Self:
        """The rooms over one catalogue."""
        catalogue = Catalogue(accounts, imgur, uploads, index, clock)
        return cls(
            catalogue,
            GalleryService(catalogue),
            ItemService(accounts, imgur, catalogue),
            SuggestionService(catalogue.reading, catalogue.lists),
        )
