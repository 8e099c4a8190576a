"""A picture that somebody attaches, checked and made small enough to keep. No Streamlit.

In: the bytes of a file of any kind. Out: an `Image` with nothing but its pixels, or why it is none. Separate because
these bytes are foreign: their name and their media type say nothing, and a small file can be a huge picture.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Literal

import PIL.Image
import PIL.ImageOps

from frontend.history.pictures import MAX_PICTURE_BYTES
from frontend.wire import Image

MAX_FILE_MB = 20
MAX_PICTURES = 5  # in one question
MAX_PIXELS = 50_000_000
# A longer side than this is scaled down by the models themselves (Anthropic, "Vision", 2026-11: 1568 pixels).
_LONGEST_SIDE = 1568
_FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
# A JPEG with several frames holds a preview or a depth map beside the picture; in these they are a film.
_FILMS = frozenset({"GIF", "PNG", "WEBP"})
_JPEG = b"\xff\xd8"
_SHRINKS = 8

Reason = Literal["no_picture", "animated", "too_large"]


class PictureRefusedError(Exception):
    """The file is not taken; `reason` says why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


def prepared(data: bytes) -> Image:
    """The picture in `data`, upright, at most `MAX_PICTURE_BYTES` long, and nothing else of the file.

    Raises `PictureRefusedError`.
    """
    if len(data) > MAX_FILE_MB * 1_000_000:
        raise PictureRefusedError("too_large")
    pixels = _pixels(data)
    pixels.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
    return next(image for image in _written(pixels, data) if len(image.data) <= MAX_PICTURE_BYTES)


def _pixels(data: bytes) -> PIL.Image.Image:
    """The decoded picture, with no more of the file than its pixels."""
    try:
        with PIL.Image.open(BytesIO(data), formats=_FORMATS) as found:
            if found.width * found.height > MAX_PIXELS:  # known from its head: nothing is decoded yet
                raise PictureRefusedError("too_large")
            if found.format in _FILMS and getattr(found, "is_animated", False):
                raise PictureRefusedError("animated")
            upright = PIL.ImageOps.exif_transpose(found)
            return upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    except PIL.Image.DecompressionBombError as exc:
        raise PictureRefusedError("too_large") from exc
    except PictureRefusedError:
        raise
    except Exception as exc:  # what a damaged file makes of its decoder: OSError, ValueError, SyntaxError, struct.error
        raise PictureRefusedError("no_picture") from exc


def _written(pixels: PIL.Image.Image, data: bytes) -> Iterator[Image]:
    """The picture as files: without loss first, unless it came as a photograph, then smaller and smaller."""
    if not data.startswith(_JPEG):
        yield Image("image/png", _file(pixels, "PNG"))
    opaque = _on_white(pixels)
    for shrunk in range(_SHRINKS):
        size = tuple(max(1, round(side * 0.8**shrunk)) for side in opaque.size)
        smaller = opaque.resize((size[0], size[1])) if shrunk else opaque
        yield Image("image/jpeg", _file(smaller, "JPEG", quality=85))


def _on_white(pixels: PIL.Image.Image) -> PIL.Image.Image:
    opaque = PIL.Image.new("RGB", pixels.size, "white")
    opaque.paste(pixels, mask=pixels if pixels.mode == "RGBA" else None)
    return opaque


def _file(pixels: PIL.Image.Image, kind: str, **options: int) -> bytes:
    clean = PIL.Image.new(pixels.mode, pixels.size)  # what Pillow writes of a picture's `info` stays behind
    clean.paste(pixels)
    written = BytesIO()
    clean.save(written, kind, **options)
    return written.getvalue()
