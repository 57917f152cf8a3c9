"""Clean-ups: pure functions from a label map to a proposed change (`Relabel`), `None` where nothing is to be done."""
