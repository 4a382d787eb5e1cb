"""The words of customers' names and of streets: what a misspelt question is held against."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from workorders.tables.base import Base

LONGEST = 40


class SearchWord(Base):
    """A folded word that stands in a name or a street. The worker's upkeep brings the table up to date."""

    __tablename__ = "search_word"

    word: Mapped[str] = mapped_column(String(LONGEST), primary_key=True)
