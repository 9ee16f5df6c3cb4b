# ruff: noqa: PLC0415  libraries are imported after the limits are set, and only those needed
"""One PDF made of pages of other files: taken over as they are, turned, or covered for good.

A page that is covered becomes a picture with the places painted over, so that neither the words
nor the picture below them are in the new file, hidden text included.
"""

from __future__ import annotations

import io
import os
from contextlib import ExitStack
from typing import Any, BinaryIO

from documents.records.parsers.answers import Answer, Unreadable, pack
from documents.records.parsers.images import encode_jpeg, open_image
from documents.records.parsers.pdf import load_page, open_pdf

DOTS_A_POINT = 200 / 72
MOST_DOTS = 24_000_000
PICTURE_QUALITY = 88
LONG_SIDE = 842.0  # points: a photograph becomes a page as long as A4


def assemble_pdf(file: BinaryIO, request: dict[str, Any]) -> Answer:
    """Make one PDF of `pages`; each names its source, page, turn (degrees clockwise) and boxes.

    `sources` say by kind ("pdf", or the formats of a picture) how to open the file itself and,
    behind it, the files of `others`.
    """
    import pikepdf

    with ExitStack() as stack:
        handles = [
            file,
            *(stack.enter_context(os.fdopen(n, "rb")) for n in request.get("others", ())),
        ]
        sources = [
            Source(handle, kind, request)
            for handle, kind in zip(handles, request["sources"], strict=True)
        ]
        made = pikepdf.new()
        for wanted in request["pages"]:
            sources[wanted["source"]].put(made, wanted)
        out = io.BytesIO()
        made.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return pack([out.getvalue()])


class Source:
    """One file that gives pages; opened by both libraries only where both are needed."""

    def __init__(self, file: BinaryIO, kind: Any, request: dict[str, Any]) -> None:
        self.file, self.kind, self.request = file, kind, request
        self._for_taking: Any = None
        self._for_drawing: Any = None

    def put(self, made: Any, wanted: dict[str, Any]) -> None:
        """Put one page behind the others."""
        if wanted["boxes"] or self.kind != "pdf":
            self._put_picture(made, wanted)
        else:
            made.pages.append(self._take(wanted["page"]))
        if wanted["turn"]:
            made.pages[-1].rotate(wanted["turn"], relative=True)

    def _take(self, number: int) -> Any:
        import pikepdf

        if self._for_taking is None:
            try:
                self._for_taking = pikepdf.open(self.file)
            except pikepdf.PasswordError as error:
                raise Unreadable("password_needed") from error
            except pikepdf.PdfError as error:
                raise Unreadable("damaged") from error
        if not 1 <= number <= len(self._for_taking.pages):
            raise Unreadable("no_such_page")
        page = self._for_taking.pages[number - 1]
        strip_actions(page.obj)
        return page

    def _put_picture(self, made: Any, wanted: dict[str, Any]) -> None:
        picture, width, height = self._draw(wanted["page"])
        cover(picture, wanted["boxes"])
        put_image(made, picture, width, height)

    def _draw(self, number: int) -> tuple[Any, float, float]:
        """The page as a picture, and its size in points."""
        if self.kind != "pdf":
            if number != 1:
                raise Unreadable("no_such_page")
            image = open_image(self.file, {"formats": self.kind, **self.request})
            self.file.seek(0)
            scale = LONG_SIDE / max(image.width, image.height)
            return flatten(image), image.width * scale, image.height * scale
        if self._for_drawing is None:
            self._for_drawing = open_pdf(self.file, self.request)
        page = load_page(self._for_drawing, number)
        width, height = page.get_size()
        scale = min(DOTS_A_POINT, (MOST_DOTS / max(width * height, 1)) ** 0.5)
        return flatten(page.render(scale=scale, may_draw_forms=True).to_pil()), width, height


def strip_actions(page: Any) -> None:
    """Take away what a page would do by itself: scripts, launches, calls to other places."""
    import pikepdf

    for name in ("/AA", "/A", "/PieceInfo"):
        if name in page:
            del page[name]
    for note in page.get("/Annots", []):
        if isinstance(note, pikepdf.Dictionary):
            for name in ("/A", "/AA", "/FS", "/RichMediaContent"):
                if name in note:
                    del note[name]


def flatten(image: Any) -> Any:
    """On white and in plain colours."""
    from PIL import Image

    if image.mode in {"RGBA", "LA", "PA", "P"}:
        layer = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer)
    return image.convert("RGB")


def cover(picture: Any, boxes: list[list[float]]) -> None:
    """Paint black over places given as fractions of the page, a little beyond their edges."""
    from PIL import ImageDraw

    pen = ImageDraw.Draw(picture)
    for left, top, right, bottom in boxes:
        pen.rectangle(
            (
                int(left * picture.width) - 1,
                int(top * picture.height) - 1,
                int(right * picture.width) + 1,
                int(bottom * picture.height) + 1,
            ),
            fill="black",
        )


def put_image(made: Any, picture: Any, width: float, height: float) -> None:
    """A page of its own for a picture, as long and wide as said (points)."""
    import pikepdf

    image = pikepdf.Stream(made, encode_jpeg(picture, PICTURE_QUALITY))
    image.Type, image.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
    image.Width, image.Height = picture.width, picture.height
    image.ColorSpace, image.BitsPerComponent = pikepdf.Name.DeviceRGB, 8
    image.Filter = pikepdf.Name.DCTDecode
    made.add_blank_page(page_size=(width, height))
    page = made.pages[-1]
    page.obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=image))
    page.obj.Contents = made.make_stream(
        f"q {width:.3f} 0 0 {height:.3f} 0 0 cm /Im0 Do Q".encode()
    )
