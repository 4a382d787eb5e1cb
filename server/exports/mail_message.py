"""A letter by e-mail as a file of RFC 5322, ready for any program that sends mail."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

MAIL_TYPES = {
    "csv": ("text", "csv"),
    "xlsx": ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "pdf": ("application", "pdf"),
}


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that goes with a letter; `form` is a key of MAIL_TYPES."""

    name: str
    form: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Content:
    """What a letter says."""

    subject: str
    text: str
    attached: Attached | None = None


def mail_file(
    content: Content,
    *,
    key: str,
    district: str,
    sender: str,
    recipients: Sequence[str],
    language: str,
    at: datetime,
) -> bytes:
    """The letter's bytes. The same key gives the same Message-ID, by which a second copy would be known."""
    message = EmailMessage(policy=SMTP)
    domain = sender.rpartition("@")[2]
    message["Subject"] = content.subject
    message["From"] = Address(district, addr_spec=sender)
    message["To"] = [Address(addr_spec=one) for one in recipients]
    message["Date"] = at
    message["Message-ID"] = f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{domain}>"
    # No automatic answers to a machine (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(content.text, charset="utf-8", cte="quoted-printable")
    if content.attached is not None:
        main, sub = MAIL_TYPES[content.attached.form]
        message.add_attachment(
            content.attached.body, maintype=main, subtype=sub, filename=content.attached.name
        )
    # Last, because content that is set takes such headers with it.
    message["Content-Language"] = language
    return message.as_bytes()
