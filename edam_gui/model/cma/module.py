"""The cross-image co-attention that trains the masks (EDAM, section 3.3)."""

from __future__ import annotations

from typing import Final, cast

import torch
from torch import Tensor, nn

from edam_gui.core.errors import OptionError
from edam_gui.model.cma.block import StackedBlock
from edam_gui.model.cma.position_code import position_code
from edam_gui.model.cma.sizes import CMASizes
from edam_gui.model.cma.stacked import xavier_uniform_

DROPOUT: Final = 0.1
"""The authors' dropout, everywhere in the module."""


class CMA(nn.Module):
    """Collaborative multi-attention: the images of a group decide together, class by class, what each one shows.

    The token of class k at position p of image n is ``M_hat^k[p] * (reduce(F))[p] + position[p] + image[n]``. A
    transformer block of class k's own runs over the tokens of all images of the group; the logit of class k for
    image n is a linear function of the mean of its tokens. It exists for training only.

    Parameters
    ----------
    sizes
        Of features, classes and layers.
    dropout
        In [0, 1); only in training mode.
    """

    def __init__(self, sizes: CMASizes, dropout: float = DROPOUT) -> None:
        super().__init__()
        if not 0 <= dropout < 1:
            raise OptionError(f"The dropout of the CMA module must be at least 0 and below 1, not {dropout}.")
        self.heads = sizes.heads
        self.reduce = nn.Conv2d(sizes.in_channels, sizes.width, 1, bias=False)
        self.image_code = nn.Parameter(torch.empty(sizes.image_rows, sizes.width))
        self.drop = nn.Dropout(dropout)
        self.block = StackedBlock(sizes.num_classes, sizes.width, sizes.heads, sizes.hidden, dropout)
        self.classifier = nn.Parameter(torch.empty(sizes.num_classes, sizes.width))
        xavier_uniform_(self.reduce.weight, sizes.in_channels, sizes.width)
        xavier_uniform_(self.image_code, sizes.width, sizes.image_rows)
        xavier_uniform_(self.classifier, sizes.width, 1)

    @property
    def sizes(self) -> CMASizes:
        """The present sizes."""
        num_classes, width = self.classifier.shape
        return CMASizes(
            in_channels=self.reduce.in_channels,
            num_classes=num_classes,
            width=width,
            heads=self.heads,
            hidden=self.block.feed_forward.expand.bias.shape[1],
            image_rows=self.image_code.shape[0],
        )

    def forward(self, features: Tensor, masks: Tensor) -> Tensor:
        """Return one logit per image and class.

        Parameters
        ----------
        features
            F, (G, B, C, H, W): G groups of B images; (B, C, H, W) is one group.
        masks
            M_hat of the classes, without the background, (G, B, K, H, W) or (B, K, H, W), in [0, 1].

        Returns
        -------
        Tensor
            (G, B, K) or (B, K), float32 (float64 for float64).

        Raises
        ------
        ValueError
            Shapes do not match, or a group holds more images than the image code has rows.
        """
        self._check(features, masks)
        tokens = self.drop(self._tokens(features, masks))
        groups = features.shape[:-4].numel()
        mixed = self.block(tokens.flatten(1, -2), groups).view(tokens.shape)
        logits = (mixed.mean(-2) * self.classifier[:, None, None]).sum(-1)
        return cast(Tensor, logits.movedim(0, -1).reshape(*features.shape[:-3], -1))

    def append_image_rows(self, rows: int) -> None:
        """Let groups hold up to `rows` images; what is learned stays. Make the optimizer after this."""
        missing = rows - self.image_code.shape[0]
        if missing > 0:
            added = self.image_code.new_empty(missing, self.image_code.shape[1])
            xavier_uniform_(added, added.shape[1], rows)
            self.image_code = nn.Parameter(torch.cat([self.image_code.detach(), added]))

    def _tokens(self, features: Tensor, masks: Tensor) -> Tensor:
        """Return (K, G, B, H*W, d), in float32 under autocast too."""
        images, (height, width) = features.shape[-4], features.shape[-2:]
        reduced = self.reduce(features.flatten(0, -4)).to(self.image_code.dtype)
        reduced = reduced.view(-1, images, reduced.shape[1], height * width).mT.contiguous()
        per_class = masks.reshape(-1, images, masks.shape[-3], height * width).movedim(2, 0)
        per_class = per_class.unsqueeze(-1).to(reduced.dtype).contiguous()
        position = position_code(reduced.shape[-2], reduced.shape[-1]).to(reduced)
        code = position + self.image_code[:images, None]
        return torch.addcmul(code, per_class, reduced)

    def _check(self, features: Tensor, masks: Tensor) -> None:
        num_classes, in_channels = self.classifier.shape[0], self.reduce.in_channels
        expected = (*features.shape[:-3], num_classes, *features.shape[-2:])
        if features.dim() not in (4, 5) or features.shape[-3] != in_channels or tuple(masks.shape) != expected:
            raise ValueError(
                f"features {tuple(features.shape)} and masks {tuple(masks.shape)} are not "
                f"(G, B, {in_channels}, H, W) and (G, B, {num_classes}, H, W)"
            )
        if features.shape[-4] > self.image_code.shape[0]:
            raise ValueError(
                f"a group of {features.shape[-4]} images needs as many rows of the image code; "
                f"there are {self.image_code.shape[0]} (see append_image_rows)"
            )
