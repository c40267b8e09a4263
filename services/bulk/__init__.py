"""Several at once, as jobs, with an outcome for each: deleted, favorited, put into albums, adopted."""

from services.bulk.adopting import Adopting
from services.bulk.copying import Copies
from services.bulk.models import Question, Result, State
from services.bulk.service import BulkService
from services.bulk.work import Adding, Deleting, Favoriting

__all__ = ["Adding", "Adopting", "BulkService", "Copies", "Deleting", "Favoriting", "Question", "Result", "State"]
