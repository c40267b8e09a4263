"""Showing things to others."""

from __future__ import annotations

import errors
from locales.text import Plural, Text
from services.words import Wording, Words

TABLE: dict[type[BaseException], Wording] = {
    errors.NotPostedError: Words(
        Text("Only you can see this"),
        Text(
            "Discord did not let the bot post it for others here. Share the link yourself, or, in a server, ask who "
            "runs it to allow the bot to post."
        ),
    ),
    errors.PostUncertainError: Words(
        Text("Others may not see this"),
        Text("Discord did not say whether it was posted for them. If it was not, share the link."),
    ),
    errors.SharingOffError: Words(
        Text("This server lets nothing be shared"),
        Text("Whoever manages it has switched that off, so only you can see this."),
    ),
    errors.ChannelNotChosenError: Words(
        Text("Nothing may be shared in this channel"),
        Text("Whoever manages this server has chosen other channels for that, so only you can see this."),
    ),
    errors.MatureNotSharedError: Words(
        Text("This server wants no mature pictures"),
        Text("Imgur has marked this, or a picture in it, as mature, so only you can see it."),
    ),
    errors.OutsideServersError: Words(
        Text("This is about a server"), Text("Run the command in the server that you manage.")
    ),
    errors.NotManagerError: Words(
        Text("This is for who manages the server"),
        Text("It takes the permission Manage Server, for one message that was shared also Manage Messages."),
    ),
    errors.NotOnRecordError: Words(
        Text("Nothing is known of that message"),
        Text("It was taken down, or was shared too long ago. Whoever may manage messages can delete it in Discord."),
    ),
    errors.TooManyToShareError: lambda error: Words(
        Text("That is more than a message shows"),
        Plural("Tick no more than {count} picture.", "Tick no more than {count} pictures.", error.limit),
    ),
}
