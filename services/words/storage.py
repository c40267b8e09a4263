"""What the database refuses."""

from __future__ import annotations

import storage.errors
from locales.text import Text
from services.words import OPERATOR, Wording, Words

TABLE: dict[type[BaseException], Wording] = {
    storage.errors.StorageError: Words(
        Text("The bot's memory failed"),
        Text("It is not certain that everything was done. Look first, then try again. {operator}", operator=OPERATOR),
    ),
    storage.errors.DatabaseUnavailableError: Words(
        Text("The bot cannot reach its database"),
        Text("Try again in a moment. If it stays like this: {operator}", operator=OPERATOR),
    ),
    storage.errors.CrowdedError: Words(
        Text("The bot's database has too much to do"),
        Text("Try again in a moment. If it stays like this: {operator}", operator=OPERATOR),
    ),
    storage.errors.ErasedMeanwhileError: Words(
        Text("You had everything erased meanwhile"), Text("So the bot keeps nothing of what was under way.")
    ),
    storage.errors.AddressError: Words(
        Text("The bot does not know its database"),
        Text("The address in its settings cannot be understood. {operator}", operator=OPERATOR),
    ),
    storage.errors.NewerDatabaseError: Words(
        Text("The bot is older than its database"),
        Text("It has to be updated before it can go on. {operator}", operator=OPERATOR),
    ),
    storage.errors.KeyMissingError: Words(
        Text("The bot cannot open what it stored for you"),
        Text(
            "A key is missing from its settings. {operator} Linking again with /imgur link helps as well.",
            operator=OPERATOR,
        ),
    ),
    storage.errors.SealBrokenError: Words(
        Text("The bot does not trust what it stored for you"),
        Text("It was changed from outside, so it is not used. {operator}", operator=OPERATOR),
    ),
}
