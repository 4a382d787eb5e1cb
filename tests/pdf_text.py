"""The words of a PDF that fpdf2 made with its built-in type: enough to test what stands on a page."""

import re
import zlib

_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
_SHOWN = re.compile(rb"\(((?:\\.|[^\\()])*)\) Tj", re.DOTALL)
_ESCAPED = re.compile(rb"\\(.)", re.DOTALL)


def pdf_pages(data: bytes) -> list[str]:
    """The texts of each page, a line for each piece that was set."""
    found = []
    for stream in _STREAM.findall(data):
        try:
            content = zlib.decompress(stream)
        except zlib.error:
            continue
        pieces = [_ESCAPED.sub(rb"\1", piece).decode("latin-1") for piece in _SHOWN.findall(content)]
        if pieces:
            found.append("\n".join(pieces))
    return found
