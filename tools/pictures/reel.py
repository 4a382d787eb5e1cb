"""Pictures put one after the other into an animation, each with a line that says what it shows."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

LENGTH_MS = 60_000
WIDTH, HEIGHT = 960, 600
LINE = 44
"""Height of the line below a picture."""
GROUND, INK, DARK = (226, 232, 236), (238, 246, 249), (14, 42, 53)
QUALITY = 58
"""Of WebP: letters stay sharp at a third of the size."""
SHOT_QUALITY = 82


@dataclass(frozen=True, slots=True)
class Frame:
    """A picture, its line, and how long it is shown beside the others."""

    picture: Image.Image
    line: str
    weight: float = 1.0


def durations(weights: Sequence[float]) -> list[int]:
    """Milliseconds of each frame, LENGTH_MS together."""
    whole = sum(weights)
    ends = [round(LENGTH_MS * sum(weights[: place + 1]) / whole) for place in range(len(weights))]
    return [end - begin for begin, end in zip([0, *ends], ends, strict=False)]


def opened(png: bytes) -> Image.Image:
    """A screenshot."""
    return Image.open(io.BytesIO(png)).convert("RGB")


def beside(pictures: Sequence[Image.Image], size: tuple[int, int] = (WIDTH, HEIGHT)) -> Image.Image:
    """Telephones next to one another, as high as there is room."""
    sheet = Image.new("RGB", size, GROUND)
    height = size[1] - 40
    scaled = [one.resize((round(one.width * height / one.height), height)) for one in pictures]
    room = (size[0] - sum(one.width for one in scaled)) / (len(scaled) + 1)
    left = room
    for one in scaled:
        sheet.paste(one, (round(left), 20))
        left += one.width + room
    return sheet


def captioned(frame: Frame) -> Image.Image:
    """The picture with its line."""
    sheet = Image.new("RGB", (WIDTH, HEIGHT + LINE), DARK)
    sheet.paste(frame.picture.resize((WIDTH, HEIGHT)), (0, 0))
    font = ImageFont.load_default(size=20)
    ImageDraw.Draw(sheet).text((16, HEIGHT + LINE / 2), frame.line, INK, font=font, anchor="lm")
    return sheet


def write_reel(path: Path, frames: Sequence[Frame]) -> None:
    """One animated WebP that goes on without an end."""
    first, *others = [captioned(frame) for frame in frames]
    first.save(
        path,
        save_all=True,
        append_images=others,
        duration=durations([frame.weight for frame in frames]),
        loop=0,
        quality=QUALITY,
        method=5,
    )


def write_shot(path: Path, picture: Image.Image) -> None:
    """One still picture."""
    picture.save(path, quality=SHOT_QUALITY, method=6)
