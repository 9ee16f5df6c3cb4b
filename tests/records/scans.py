"""Papers as scanners and telephones see them, made of pages that were typeset on the spot."""

import io
from functools import cache

import pypdfium2
from PIL import Image, ImageChops, ImageFilter
from weasyprint import HTML

ENGLISH = """<h2>Pathology report</h2>
<p>Patient: Ruth Achieng Odhiambo<br>Date of birth: 14 May 1968
<p>Diagnosis: Well-differentiated neuroendocrine tumour of the pancreas, grade 2.
<p>Ki-67: 14%. Mitotic count: 5 per 2 mm<sup>2</sup>. There are hepatic metastases.
<p>The specimen was taken on 3 March 2026 and the report was written on 9 March 2026."""
SPANISH = """<h2>Informe de anatomía patológica</h2><p>Paciente: Lucía Benavides Ibáñez
<p>Diagnóstico: tumor neuroendocrino bien diferenciado del páncreas, grado 2.
<p>Índice de proliferación Ki-67: 6 %. La muestra es suficiente para el estudio.
<p>El informe se entregó a la familia y al médico que lo pidió."""
ARABIC = """<div dir="rtl"><h2>تقرير الأشعة المقطعية</h2><p>المريض يعاني من ألم في البطن منذ شهرين
<p>أظهرت الصور وجود كتلة في البنكرياس مع تضخم في الغدد اللمفاوية
<p>ينصح بمراجعة الطبيب المختص في أقرب وقت ممكن</div>"""
STYLE = "<style>@page {size: A4; margin: 25mm} body {font: 13pt 'Noto Sans', 'Noto Sans Arabic'}"


@cache
def typeset(html: str) -> bytes:
    pdf: bytes = HTML(string=f"{STYLE}</style>{html}").write_pdf()
    return pdf


def draw(html: str = ENGLISH, dpi: int = 150) -> Image.Image:
    with pypdfium2.PdfDocument(typeset(html)) as pdf:
        image: Image.Image = pdf[0].render(scale=dpi / 72).to_pil()
        return image.convert("RGB")


def turn(image: Image.Image, degrees: int) -> Image.Image:
    """Clockwise."""
    return image.rotate(-degrees, expand=True)


def skew(image: Image.Image) -> Image.Image:
    return image.rotate(2, expand=True, fillcolor="white", resample=Image.Resampling.BICUBIC)


def add_noise(image: Image.Image, sigma: float = 18) -> Image.Image:
    noise = Image.effect_noise(image.size, sigma)
    return ImageChops.add(image.convert("L"), noise, 1, -128)


def photograph(image: Image.Image) -> Image.Image:
    """In grey, with the light of one lamp, a little soft, and a sensor's noise."""
    lamp = (
        Image.linear_gradient("L").resize(image.size).point(lambda level: 90 + level * 165 // 255)
    )
    lit = ImageChops.multiply(image.convert("L").filter(ImageFilter.GaussianBlur(0.8)), lamp)
    return add_noise(lit, 12)


def blur(image: Image.Image) -> Image.Image:
    return image.filter(ImageFilter.GaussianBlur(6))


def save(image: Image.Image, form: str = "JPEG", quality: int = 80) -> bytes:
    """As a JPEG, or as the only picture of a PDF's page."""
    out = io.BytesIO()
    image.save(out, form, quality=quality, resolution=150)
    return out.getvalue()


def join(*parts: bytes) -> bytes:
    """One PDF of the pages of several."""
    with pypdfium2.PdfDocument.new() as whole:
        for part in parts:
            with pypdfium2.PdfDocument(part) as pdf:
                whole.import_pages(pdf)
        out = io.BytesIO()
        whole.save(out)
        return out.getvalue()
