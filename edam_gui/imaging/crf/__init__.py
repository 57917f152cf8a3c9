"""The parts of the dense CRF; `edam_gui.imaging.dense_crf` puts them together."""
