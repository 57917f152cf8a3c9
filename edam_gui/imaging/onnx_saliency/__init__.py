"""Saliency maps by any network the user has as an ONNX file."""

from __future__ import annotations

from edam_gui.imaging.onnx_saliency.network import OnnxSaliency
from edam_gui.imaging.onnx_saliency.options import OnnxOptions

__all__ = ["OnnxOptions", "OnnxSaliency"]
