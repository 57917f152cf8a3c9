"""The network that yields activation masks: backbone, DA layer, mask form."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from edam_gui.model.backbones import Backbone
from edam_gui.model.da_layer import DALayer, MaskForm


class EdamNetwork(nn.Module):
    """Photo in, masks out.

    Parameters
    ----------
    backbone, da_layer
        Their channel counts must match.
    mask_form
        How M becomes masks.
    """

    def __init__(self, backbone: Backbone, da_layer: DALayer, mask_form: MaskForm) -> None:
        super().__init__()
        self.backbone = backbone
        self.da_layer = da_layer
        self.mask_form = mask_form

    @property
    def num_channels(self) -> int:
        """K+1."""
        return self.da_layer.conv.out_channels

    def forward(self, x: Tensor) -> Tensor:
        """Return masks, (N, K+1, h, w) float32, channel 0 the background, for a normalised photo (N, 3, H, W).

        Under autocast only the convolutions run in the lower precision; the masks are formed in float32.
        """
        m = self.da_layer(self.backbone(x))
        with torch.autocast(x.device.type, enabled=False):
            return self.mask_form.normalise(m)

    def prepare_for_inference(self, device: torch.device) -> EdamNetwork:
        """Fold batch norms, move to the device, channels last, frozen; in place. Training is over after this.

        Returns
        -------
        EdamNetwork
            This network.
        """
        self.eval()
        self.requires_grad_(False)
        self.backbone.fold_batch_norms()
        self.to(device=device)
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        if device.type == "cpu":
            self.backbone.prepare_for_cpu()
        return self
