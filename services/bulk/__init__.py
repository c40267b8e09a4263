"""Several at once, as jobs: deleted, made favorites, put into an album, with an outcome for each."""

from services.bulk.models import Question, Result, State
from services.bulk.service import BulkService
from services.bulk.work import Adding, Deleting, Favoriting

__all__ = ["Adding", "BulkService", "Deleting", "Favoriting", "Question", "Result", "State"]
