"""Messages said in English on the district's clock, for tablets that do not say them themselves."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property

from sqlalchemy.orm import Session

from workorders.messages.message import Message
from workorders.messages.words import ENGLISH, say
from workorders.queries.district import district_of
from workorders.queries.people import technician_names


class English:
    """Says the messages of one batch of documents."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._viewer = replace(ENGLISH, zone=district_of(session).timezone)

    @cached_property
    def _names(self) -> Mapping[str, str]:
        return technician_names(self._session)

    def said(self, message: Message) -> str:
        """The sentence of a message."""
        return say(message, self._viewer, self._names)
