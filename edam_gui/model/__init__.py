"""Networks: backbones, DA layer, checkpoints and multi-scale inference. torch."""
