"""Packings of images that hospitals' discs are full of and pydicom alone does not open.

Lossless JPEG (process 14, the usual one of archives of pictures) and JPEG-LS, for one frame at a
time, as a plug-in of pydicom's decoders.
"""

from __future__ import annotations

from typing import Any, Final

import imagecodecs
from pydicom.pixels.decoders.base import DecodeRunner, get_decoder
from pydicom.uid import JPEGLossless, JPEGLosslessSV1, JPEGLSLossless, JPEGLSNearLossless

LABEL: Final = "imagecodecs"
SYNTAXES: Final = (JPEGLossless, JPEGLosslessSV1, JPEGLSLossless, JPEGLSNearLossless)
DECODER_DEPENDENCIES: Final = dict.fromkeys(SYNTAXES, ("numpy", LABEL))
"""What pydicom wants to be told by a plug-in, as the two functions below."""


def add_codecs() -> None:
    """Have pydicom use them, once a process."""
    for syntax in SYNTAXES:
        decoder = get_decoder(syntax)
        if LABEL not in decoder.available_plugins:
            decoder.add_plugin(LABEL, (__name__, "decode_frame"))


def is_available(uid: str) -> bool:
    return uid in SYNTAXES


def decode_frame(packed: bytes, runner: DecodeRunner) -> bytes:
    """The grey levels or colours of one frame, in the order of its lines."""
    is_lossless_jpeg = runner.transfer_syntax in {JPEGLossless, JPEGLosslessSV1}
    if is_lossless_jpeg and runner.samples_per_pixel != 1:
        raise ValueError("colours are read in one packing only")  # whoever calls says it in words
    decode = imagecodecs.ljpeg_decode if is_lossless_jpeg else imagecodecs.jpegls_decode
    frame: Any = decode(packed)
    runner.set_option("bits_allocated", frame.dtype.itemsize * 8)
    if runner.samples_per_pixel > 1:
        runner.set_option("planar_configuration", 0)
    levels: bytes = frame.tobytes()
    return levels
