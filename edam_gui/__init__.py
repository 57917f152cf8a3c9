"""EDAM GUI: from image-level labels to pixel label maps."""

__version__ = "0.1.0"
