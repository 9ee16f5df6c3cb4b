"""Photographs and scans as families send them, made on the spot."""

import io

import pillow_heif
from PIL import Image

UPRIGHT, ON_ITS_SIDE = 1, 6
CANARY = "canary of a place"


def draw_halves(width: int = 600, height: int = 400) -> Image.Image:
    """A picture whose left half is red, and the other blue."""
    image = Image.new("RGB", (width, height), "blue")
    image.paste((255, 0, 0), (0, 0, width // 2, height))
    return image


def write_place(orientation: int = UPRIGHT) -> bytes:
    """What a phone writes into a photograph: how it was held, and where."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010E] = CANARY
    exif.get_ifd(0x8825).update({1: "N", 2: (48.0, 51.0, 30.0), 3: "E", 4: (2.0, 17.0, 40.0)})
    return exif.tobytes()


def make_heic(orientation: int = UPRIGHT) -> bytes:
    return make_heic_of(draw_halves(), orientation)


def make_heic_of(image: Image.Image, orientation: int = UPRIGHT) -> bytes:
    pillow_heif.register_heif_opener()
    out = io.BytesIO()
    image.save(out, "HEIF", exif=write_place(orientation))
    return out.getvalue()


def make_photograph(form: str, orientation: int = UPRIGHT) -> bytes:
    out = io.BytesIO()
    draw_halves().save(out, form, exif=write_place(orientation))
    return out.getvalue()


def make_tiff(*pages: Image.Image, dpi: int = 100, **how: str) -> bytes:
    out = io.BytesIO()
    pages[0].save(out, "TIFF", save_all=True, append_images=list(pages[1:]), dpi=(dpi, dpi), **how)
    return out.getvalue()


def open_picture(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def red_part(image: Image.Image) -> str:
    """Which half of a picture is the red one."""
    image = image.convert("RGB")
    parts = {
        "left": (0, 0, image.width // 2, image.height),
        "upper": (0, 0, image.width, image.height // 2),
        "right": (image.width // 2, 0, image.width, image.height),
        "lower": (0, image.height // 2, image.width, image.height),
    }
    red = {name: image.crop(box).resize((1, 1)).tobytes()[0] for name, box in parts.items()}
    return max(red, key=lambda name: red[name])
