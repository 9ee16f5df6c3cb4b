"""Files as families really send them, made from the set reports: photographs, scans, copies.

All chance comes from a fixed seed, so the same report gives the same bytes.
"""

from __future__ import annotations

import io
import random
import time

import pikepdf
import pypdfium2
from PIL import Image, ImageChops, ImageFilter

from tests.samples.typeset.press import PRESS

PASSWORD = "ridge-1968"  # `extras.yaml` names it too
EPOCH = time.struct_time((2026, 11, 10, 16, 5, 0, 1, 314, 0))
GPS_TAG, ORIENTATION_TAG, MAKE_TAG, MODEL_TAG = 0x8825, 0x0112, 0x010F, 0x0110


def make_extras(reports: dict[str, bytes]) -> dict[str, bytes]:
    """Make every extra file from the set reports, keyed like them by path."""
    letter = reports["pnet-match/03-oncology-letter.pdf"]
    laboratory = reports["pnet-match/05-laboratory.pdf"]
    resection = reports["epnet-match/01-pathology-resection.pdf"]
    return {
        "extra/phone-photo.jpg": photograph(letter, page=0, seed=7),
        "extra/phone-photo-next-page.jpg": photograph(letter, page=1, seed=8),
        "extra/screenshot.png": make_screenshot(laboratory),
        "extra/scanned.pdf": scan(resection, seed=11),
        "extra/protected.pdf": protect(letter),
        "extra/pathology-copy.pdf": reports["pnet-match/01-pathology.pdf"],
        "extra/plain-report.txt": (PRESS / "reports" / "plain-report.txt").read_bytes(),
    }


def render(pdf: bytes, page: int, dots_per_inch: int) -> Image.Image:
    document = pypdfium2.PdfDocument(pdf)
    try:
        picture: Image.Image = document[page].render(scale=dots_per_inch / 72).to_pil()
        return picture.convert("RGB")
    finally:
        document.close()


def photograph(pdf: bytes, *, page: int, seed: int) -> bytes:
    """A page on a table under a lamp: turned a little, shaded, noisy, lying on its side.

    The camera's orientation tag turns it upright. A place is in the data, as phones do it
    (a point in the open sea), so that its removal can be tested.
    """
    chance = random.Random(seed)  # noqa: S311  (a picture, no secret)
    sheet = render(pdf, page, 110)
    table = Image.new("RGB", (sheet.width + 150, sheet.height + 170), (118, 92, 66))
    table.paste(sheet, (70, 90))
    tilt = chance.uniform(1.2, 2.4)
    table = table.rotate(tilt, Image.Resampling.BICUBIC, fillcolor=(118, 92, 66))
    lamp = Image.linear_gradient("L").resize(table.size).rotate(180)
    shade = lamp.point(lambda level: 196 + level * 59 // 255)
    picture = ImageChops.multiply(table, Image.merge("RGB", (shade, shade, shade)))
    picture = add_grain(picture, chance).filter(ImageFilter.GaussianBlur(0.6))
    exif = Image.Exif()
    exif[ORIENTATION_TAG] = 6
    exif[MAKE_TAG], exif[MODEL_TAG] = "Example", "Pocket 3"
    exif.get_ifd(GPS_TAG).update({1: "S", 2: (48.0, 52.0, 36.0), 3: "W", 4: (123.0, 23.0, 36.0)})
    stored = io.BytesIO()
    picture.transpose(Image.Transpose.ROTATE_90).save(stored, "JPEG", quality=62, exif=exif)
    return stored.getvalue()


def add_grain(picture: Image.Image, chance: random.Random) -> Image.Image:
    grain = Image.frombytes("L", picture.size, chance.randbytes(picture.width * picture.height))
    grain = grain.point(lambda level: 228 + level * 27 // 255)
    return ImageChops.multiply(picture, Image.merge("RGB", (grain, grain, grain)))


def make_screenshot(pdf: bytes) -> bytes:
    stored = io.BytesIO()
    render(pdf, 0, 96).quantize(16).save(stored, "PNG", optimize=True)
    return stored.getvalue()


def scan(pdf: bytes, *, seed: int) -> bytes:
    """Every page as a grey picture, fed slightly askew; the file has no text layer."""
    chance = random.Random(seed)  # noqa: S311  (a picture, no secret)
    sheets = []
    for page in range(2):
        sheet = render(pdf, page, 130).convert("L")
        sheet = sheet.rotate(chance.uniform(-0.7, 0.7), Image.Resampling.BICUBIC, fillcolor=250)
        sheets.append(sheet.point(lambda level: min(255, level + 6)))
    stored = io.BytesIO()
    sheets[0].save(
        stored,
        "PDF",
        save_all=True,
        append_images=sheets[1:],
        resolution=130,
        quality=45,
        creationDate=EPOCH,
        modDate=EPOCH,
    )
    return stored.getvalue()


def protect(pdf: bytes) -> bytes:
    """The letter behind a password. The old RC4 scheme draws no random numbers."""
    stored = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        opened.save(
            stored,
            static_id=True,
            encryption=pikepdf.Encryption(
                owner=PASSWORD, user=PASSWORD, R=3, aes=False, metadata=False
            ),
        )
    return stored.getvalue()
