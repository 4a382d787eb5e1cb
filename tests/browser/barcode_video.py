"""A film of a barcode label, as Chromium's pretended camera plays it."""

from pathlib import Path

WIDTH, HEIGHT = 640, 480
NARROW, WIDE, QUIET = 3, 8, 30
WHITE, BLACK, GREY = 235, 16, 128
CODE_39 = {
    "1": "WNNWNNNNW",
    "2": "NNWWNNNNW",
    "9": "NNWWNNWNN",
    "M": "WNWNNNNWN",
    "*": "NWNNWNWNN",
}
"""Bars and spaces in turn, of the characters that the tests' serials need."""


def _row(text: str) -> bytes:
    """One line of pixels across the label."""
    pixels = [WHITE] * QUIET
    for character in f"*{text}*":
        for place, size in enumerate(CODE_39[character]):
            pixels += [BLACK if place % 2 == 0 else WHITE] * (WIDE if size == "W" else NARROW)
        pixels += [WHITE] * NARROW
    before = (WIDTH - len(pixels)) // 2
    return bytes([WHITE] * before + pixels + [WHITE] * (WIDTH - before - len(pixels)))


def film_label(path: Path, text: str, frames: int = 2) -> Path:
    """Write a Y4M film in which a Code 39 label with `text` is held before the camera."""
    blank = bytes([WHITE]) * WIDTH
    picture = blank * 140 + _row(text) * 200 + blank * 140
    colours = bytes([GREY]) * (WIDTH * HEIGHT // 2)
    with path.open("wb") as file:
        file.write(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420jpeg\n".encode())
        for _ in range(frames):
            file.write(b"FRAME\n" + picture + colours)
    return path
