"""The labelling workspace."""
