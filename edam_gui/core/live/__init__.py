"""Parts of `core.live_label`: the label map while thresholds move."""
