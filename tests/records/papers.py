"""Small files for the tests of reading, made on the spot."""

import io
from functools import cache

import pikepdf
from PIL import Image
from weasyprint import HTML


@cache
def make_pdf(*pages: str) -> bytes:
    """A PDF with a text layer, one page a text."""
    breaks = '<p style="break-before: page">'.join(f"<p>{page}</p>" for page in pages)
    pdf: bytes = HTML(string=f"<body>{breaks}</body>").write_pdf()
    return pdf


def protect_pdf(data: bytes, password: str) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as pdf:
        pdf.save(out, encryption=pikepdf.Encryption(user=password, owner=password))
    return out.getvalue()


def make_scan() -> bytes:
    """A PDF whose only page is a picture."""
    out = io.BytesIO()
    Image.new("RGB", (600, 800), "white").save(out, "PDF")
    return out.getvalue()


def make_photo(
    width: int = 600, height: int = 400, *, form: str = "JPEG", orientation: int = 1
) -> bytes:
    """A picture whose left half is red, with EXIF data that name a place."""
    image = Image.new("RGB", (width, height), "blue")
    image.paste((255, 0, 0), (0, 0, width // 2, height))
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010E] = "canary of a place"
    out = io.BytesIO()
    image.save(out, form, exif=exif)
    return out.getvalue()
