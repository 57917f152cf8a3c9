"""EDAM training: groups of photos with image-level labels become a network that yields activation masks."""
