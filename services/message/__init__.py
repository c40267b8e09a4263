"""What a message in Discord holds: pictures and videos, and links to Imgur, wherever they hide."""

from __future__ import annotations

from services.message.models import Contents, Linked, Picture
from services.message.naming import called
from services.message.reader import MessageReader

__all__ = ["Contents", "Linked", "MessageReader", "Picture", "called"]
