"""Posted facts as messages of MultiSpeak 5 and IEC 61968-9, in XML and JSON (docs/messages.md)."""

from server.exports.messages.standards import FORMS, KINDS, STANDARDS, TITLES, batch_message

__all__ = ["FORMS", "KINDS", "STANDARDS", "TITLES", "batch_message"]
