"""Documents of Word made on the spot, with whatever a test wants in them."""

import io
import zipfile

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006"
MAIN_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
SPACES = (
    f'xmlns:w="{WORD}" xmlns:r="{RELATIONS}" xmlns:a="{DRAWING}/main" '
    f'xmlns:wp="{DRAWING}/wordprocessingDrawing" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
)
PAGE_BREAK = '<w:p><w:r><w:br w:type="page"/></w:r></w:p>'


def paragraph(*texts: str, properties: str = "", run: str = "") -> str:
    """One paragraph; each text is a run of its own, as Word likes to cut words."""
    runs = "".join(
        f'<w:r><w:rPr>{run}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>' for text in texts
    )
    return f"<w:p><w:pPr>{properties}</w:pPr>{runs}</w:p>"


def table(*rows: tuple[str, ...]) -> str:
    cells = (
        "<w:tr>" + "".join(f"<w:tc>{paragraph(cell)}</w:tc>" for cell in row) + "</w:tr>"
        for row in rows
    )
    return f"<w:tbl>{''.join(cells)}</w:tbl>"


def picture(relation: str) -> str:
    return (
        '<w:p><w:r><w:drawing><wp:inline><wp:extent cx="2540000" cy="1270000"/>'
        f'<a:graphic><a:blip r:embed="{relation}"/></a:graphic></wp:inline></w:drawing></w:r></w:p>'
    )


def part(root: str, inner: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?><w:{root} {SPACES}>{inner}</w:{root}>'


def relation(number: str, target: str, *, outside: bool = False) -> str:
    mode = ' TargetMode="External"' if outside else ""
    return f'<Relationship Id="{number}" Type="x" Target="{target}"{mode}/>'


def make_word(
    *body: str,
    relations: tuple[str, ...] = (),
    parts: dict[str, str | bytes] | None = None,
    main_type: str = MAIN_TYPE,
    compress: int = zipfile.ZIP_DEFLATED,
) -> bytes:
    out = io.BytesIO()
    types = (
        f'<Types xmlns="{PACKAGE}/content-types">'
        f'<Override PartName="/word/document.xml" ContentType="{main_type}"/></Types>'
    )
    named = f'<Relationships xmlns="{PACKAGE}/relationships">{"".join(relations)}</Relationships>'
    with zipfile.ZipFile(out, "w", compress) as file:
        file.writestr("[Content_Types].xml", types)
        file.writestr("word/document.xml", part("document", f"<w:body>{''.join(body)}</w:body>"))
        file.writestr("word/_rels/document.xml.rels", named)
        for name, content in (parts or {}).items():
            file.writestr(name, content)
    return out.getvalue()
