"""Corrections above the algorithm's result: layer, strokes, shapes, clean-ups, undo. numpy and cv2 only."""
