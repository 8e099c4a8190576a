"""What somebody attaches is a picture, and nothing else is kept of it."""

from __future__ import annotations

import os
from io import BytesIO
from typing import Any

import PIL.Image
import pytest

from frontend.history.pictures import MAX_PICTURE_BYTES
from frontend.images import PictureRefusedError, prepared


def file(picture: PIL.Image.Image, kind: str, **options: Any) -> bytes:
    written = BytesIO()
    picture.save(written, kind, **options)
    return written.getvalue()


def opened(data: bytes) -> PIL.Image.Image:
    return PIL.Image.open(BytesIO(data))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF"])
def test_a_picture_is_taken_whatever_its_name(kind: str) -> None:
    image = prepared(file(PIL.Image.new("RGB", (30, 20), "teal"), kind))

    assert image.media_type == ("image/jpeg" if kind == "JPEG" else "image/png")
    assert opened(image.data).size == (30, 20)


def test_a_large_photograph_is_made_to_fit() -> None:
    noise = PIL.Image.frombytes("RGB", (2400, 1800), os.urandom(2400 * 1800 * 3))

    image = prepared(file(noise, "JPEG"))

    assert len(image.data) <= MAX_PICTURE_BYTES
    width, height = opened(image.data).size
    assert width / height == pytest.approx(4 / 3, rel=0.01)


def test_only_the_pixels_are_kept_and_they_stand_upright() -> None:
    exif = PIL.Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010F] = "a camera that tells where it was"
    for kind in ("JPEG", "PNG"):
        image = prepared(file(PIL.Image.new("RGB", (40, 10), "teal"), kind, exif=exif))

        assert opened(image.data).size == (10, 40)
        assert b"camera" not in image.data
        assert not opened(image.data).getexif()


def test_what_is_transparent_stays_so() -> None:
    image = prepared(file(PIL.Image.new("RGBA", (5, 5), (0, 0, 0, 0)), "WEBP"))

    assert opened(image.data).getpixel((0, 0)) == (0, 0, 0, 0)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(b"", "no_picture", id="nothing"),
        pytest.param(b"MZ\x90\x00" + bytes(500), "no_picture", id="a program under another name"),
        pytest.param(
            b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "no_picture", id="a drawing with a script"
        ),
        pytest.param(file(PIL.Image.new("RGB", (99, 99), "red"), "JPEG")[:300], "no_picture", id="half a picture"),
        pytest.param(file(PIL.Image.new("L", (9000, 9000)), "PNG"), "too_large", id="a small file of many pixels"),
        pytest.param(bytes(20_000_001), "too_large", id="a large file"),
        pytest.param(
            file(
                PIL.Image.new("L", (9, 9)),
                "GIF",
                save_all=True,
                append_images=[PIL.Image.new("L", (9, 9), 200)],
            ),
            "animated",
            id="a film",
        ),
    ],
)
def test_what_is_no_picture_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(PictureRefusedError) as refused:
        prepared(data)

    assert refused.value.reason == reason
