"""Pictures that are to be deleted by themselves, at a time that their owner has said."""

from services.expiry.clock import SteadyClock
from services.expiry.handler import Expiring
from services.expiry.service import Dated, Deleted, ExpiryService
from services.expiry.spans import NEVER, OFFERED, read_span, span_name, span_text, span_value, spans_for
from storage.models import Awaited, Expiry

__all__ = [
    "NEVER",
    "OFFERED",
    "Awaited",
    "Dated",
    "Deleted",
    "Expiring",
    "Expiry",
    "ExpiryService",
    "SteadyClock",
    "read_span",
    "span_name",
    "span_text",
    "span_value",
    "spans_for",
]
