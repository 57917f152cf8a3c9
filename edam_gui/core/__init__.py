"""The rules: label set, thresholds, Algorithm 1 and metrics. numpy and cv2 only."""
