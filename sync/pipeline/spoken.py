"""Messages as the district writes times, money and lengths, in every language that a tablet may speak."""

from collections.abc import Mapping
from functools import cached_property

from sqlalchemy.orm import Session

from workorders.messages.formats import locale_of
from workorders.messages.message import TEXT, Message
from workorders.messages.texts import LANGUAGES
from workorders.messages.viewer import Viewer
from workorders.messages.words import say
from workorders.queries.district import district_of
from workorders.queries.people import technician_names

OTHERS = tuple(language for language in LANGUAGES if language != "en")


class Spoken:
    """Says the messages of one batch of documents."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._district = district_of(session)

    @cached_property
    def _names(self) -> Mapping[str, str]:
        return technician_names(self._session)

    @cached_property
    def _viewers(self) -> Mapping[str, Viewer]:
        return {language: self._viewer(language) for language in LANGUAGES}

    def _viewer(self, language: str) -> Viewer:
        known = self._district
        return Viewer(language, known.timezone, locale_of(language, known.locale), known.units)

    def english(self, message: Message) -> str:
        """The English sentence of a message, for every tablet that knows no better."""
        return say(message, self._viewers["en"], self._names)

    def said(self, message: Message) -> dict[str, str]:
        """Its sentence in the other languages; nothing of what a person typed."""
        if TEXT in message.params:
            return {}
        return {language: say(message, self._viewers[language], self._names) for language in OTHERS}
