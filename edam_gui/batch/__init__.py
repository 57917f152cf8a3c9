"""Folders of images through the whole street: read, infer, label, write. Used by command line and window."""
