"""What may be typed on a tablet or in the office and still be kept: lengths, and characters that cannot."""

import re

CODE_MAX = 40
"""Serials, seals and locks are kept in columns of this width."""
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
"""Control characters and lone surrogates, which no database text column holds."""
