"""Convolutions that take less arithmetic, or better kernels, than PyTorch's own on the CPU; float32, inference only.

3x3 convolutions with many channels go through Winograd's minimal filtering F(4x4, 3x3): 36 products of channel
vectors for 16 outputs instead of 144 (Lavin & Gray, Fast Algorithms for Convolutional Neural Networks, CVPR 2016). All
matrix products run in oneDNN, which, unlike what PyTorch uses for them, has full speed on every make of x86.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from edam_gui.model.cpu_tasks import CpuTasks

_Part = tuple[int, slice]
_TILE: Final = 4
"""Outputs of a tile along each side."""
_REACH: Final = _TILE + 2
"""Inputs of a tile along each side."""
_LEAST_CHANNELS: Final = 256
"""With fewer, transforming tiles takes longer than it saves."""
_KERNELS_AT_ONCE: Final = 64
_CHUNK_VALUES: Final = 1 << 25
"""Values at the 36 points in memory at a time (128 MB); the kernels are read once for each chunk."""

# Toom-Cook matrices for the points 0, 1, -1, 1/2, -2 and infinity. They lose less accuracy than the usual 0, 1, -1, 2,
# -2; tests/model/test_golden_network.py holds the result to the authors' numbers.
_INPUT: Final = (
    (1, -3 / 2, -2, 3 / 2, 1, 0),
    (0, -1, 1 / 2, 5 / 2, 1, 0),
    (0, 1, -5 / 2, 1 / 2, 1, 0),
    (0, -2, -1, 2, 1, 0),
    (0, 1 / 2, -1, -1 / 2, 1, 0),
    (0, 1, -3 / 2, -2, 3 / 2, 1),
)
_KERNEL: Final = (
    (1, 0, 0),
    (1 / 3, 1 / 3, 1 / 3),
    (-1 / 3, 1 / 3, -1 / 3),
    (-16 / 15, -8 / 15, -4 / 15),
    (1 / 15, -2 / 15, 4 / 15),
    (0, 0, 1),
)
_OUTPUT: Final = (
    (1, 1, 1, 1, 1, 0),
    (0, 1, -1, 1 / 2, -2, 0),
    (0, 1, 1, 1 / 4, 4, 0),
    (0, 1, -1, 1 / 8, -8, 1),
)


def speed_up_convolutions(module: nn.Module) -> None:
    """Replace the convolutions under a module that have a faster form, in place; it can then only be run, on the CPU.

    Nothing is replaced where PyTorch comes without oneDNN. The weights of 3x3 convolutions then take four times the
    memory.
    """
    if not torch.backends.mkldnn.is_available():  # type: ignore[no-untyped-call]
        return
    for parent in list(module.modules()):
        for name, child in list(parent.named_children()):
            if isinstance(child, nn.Conv2d) and (faster := _faster(child)) is not None:
                setattr(parent, name, faster)


def _faster(conv: nn.Conv2d) -> nn.Module | None:
    if conv.groups != 1 or conv.stride != (1, 1) or conv.padding_mode != "zeros":
        return None
    if conv.kernel_size == (1, 1) and conv.padding == (0, 0):
        return PointwiseConv2d(conv)
    same_size = conv.kernel_size == (3, 3) and conv.padding == conv.dilation == (conv.dilation[0],) * 2
    wide = min(conv.in_channels, conv.out_channels) >= _LEAST_CHANNELS
    return WinogradConv2d(conv) if same_size and wide else None


class PointwiseConv2d(nn.Module):
    """A 1x1 convolution as a matrix product.

    Parameters
    ----------
    conv
        1x1, stride 1, no padding, no groups.
    """

    def __init__(self, conv: nn.Conv2d) -> None:
        super().__init__()
        self._product = _Product(conv.weight.detach().flatten(1), conv.bias)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, C, H, W) to (N, K, H, W), channels last."""
        pixels = x.permute(0, 2, 3, 1)
        flat = pixels.reshape(-1, x.shape[1])
        out = flat.new_empty(len(flat), self._product.out_features)
        with CpuTasks() as tasks:
            tasks.run(lambda part: out[part].copy_(self._product(flat[part])), tasks.slices(len(flat)))
        return out.view(*pixels.shape[:3], -1).permute(0, 3, 1, 2)


class WinogradConv2d(nn.Module):
    """A 3x3 convolution that keeps the size, by F(4x4, 3x3). Each of its d x d phases is a convolution of dilation 1.

    Parameters
    ----------
    conv
        3x3, stride 1, padding equal to dilation, no groups.
    """

    def __init__(self, conv: nn.Conv2d) -> None:
        super().__init__()
        self.dilation = conv.dilation[0]
        self.out_channels = conv.out_channels
        self._products = [_Product(kernel) for kernel in _kernels_at_points(conv.weight.detach())]
        self._to_points, self._from_points = _square(_INPUT).float(), _square(_OUTPUT).float()
        self._bias = 0.0 if conv.bias is None else conv.bias.detach().float()

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, C, H, W) to (N, K, H, W), channels last."""
        images, channels, height, width = x.shape
        step = self.dilation * _TILE
        down, across = -(-height // step), -(-width // step)
        before, after = self.dilation, (down * step + self.dilation - height, across * step + self.dilation - width)
        padded = F.pad(x.permute(0, 2, 3, 1), (0, 0, before, after[1], before, after[0])).contiguous()
        out = x.new_empty(images, down * step, across * step, self.out_channels)
        sources = _tiles(padded, _REACH, self.dilation, down, across)
        targets = _tiles(out, _TILE, self.dilation, down, across)
        in_row = images * self.dilation**2 * across
        rows = max(1, _CHUNK_VALUES // (_REACH**2 * max(channels, self.out_channels) * in_row))
        with CpuTasks() as tasks:
            for row in range(0, down, rows):
                self._convolve(
                    sources[..., row : row + rows, :, :, :, :], targets[..., row : row + rows, :, :, :, :], tasks
                )
        return out[:, :height, :width].permute(0, 3, 1, 2)

    def _convolve(self, sources: Tensor, targets: Tensor, tasks: CpuTasks) -> None:
        """Fill target tiles (4, 4, images, rows, ..., K) from source tiles (6, 6, images, rows, ..., C)."""
        points = sources.new_empty(_REACH**2, *sources.shape[2:])
        products = sources.new_empty(_REACH**2, *targets.shape[2:])

        def to_points(part: _Part) -> None:
            tiles = sources[:, :, *part].reshape(_REACH**2, -1)
            points[:, *part] = (self._to_points @ tiles).view_as(points[:, *part])

        def multiply(point: int) -> None:
            columns = points[point].view(-1, sources.shape[-1])
            products[point] = self._products[point](columns).view_as(products[point])

        def from_points(part: _Part) -> None:
            values = self._from_points @ products[:, *part].reshape(_REACH**2, -1)
            torch.add(values.view_as(targets[:, :, *part]), self._bias, out=targets[:, :, *part])

        parts = [(image, rows) for image in range(sources.shape[2]) for rows in tasks.slices(sources.shape[3])]
        tasks.run(to_points, parts)
        tasks.run(multiply, range(_REACH**2))
        tasks.run(from_points, parts)


class _Product:
    """``x @ weight.T + bias`` in oneDNN; no module, for its tensors must stay on the CPU as they are."""

    def __init__(self, weight: Tensor, bias: Tensor | None = None) -> None:
        self.out_features = weight.shape[0]
        self._weight = weight.float().contiguous().to_mkldnn()
        self._bias = None if bias is None else bias.detach().float().to_mkldnn()

    def __call__(self, x: Tensor) -> Tensor:
        """Map (T, C), contiguous, to (T, K)."""
        return F.linear(x.to_mkldnn(), self._weight, self._bias).to_dense()


def _tiles(images: Tensor, side: int, dilation: int, down: int, across: int) -> Tensor:
    """Return a view of (N, H, W, C) by (row and column in a tile, image, tile row, phases, tile column, C)."""
    by_image, by_row, by_column, _ = images.stride()
    step = dilation * _TILE
    shape = side, side, len(images), down, dilation, dilation, across, images.shape[3]
    inside = by_row * dilation, by_column * dilation, by_image
    return images.as_strided(shape, (*inside, by_row * step, by_row, by_column, by_column * step, 1))


def _kernels_at_points(weight: Tensor) -> Tensor:
    """Turn (K, C, 3, 3) into the (36, K, C) factors of the products; in float64, for it is done once."""
    matrix = _square(_KERNEL)
    kernels = weight.new_empty(_REACH**2, *weight.shape[:2])

    def transform(part: slice) -> None:
        taps = weight[part].permute(2, 3, 0, 1).reshape(9, -1).double()
        kernels[:, part] = (matrix @ taps).view_as(kernels[:, part])

    starts = range(0, len(weight), _KERNELS_AT_ONCE)
    with CpuTasks() as tasks:
        tasks.run(transform, [slice(start, start + _KERNELS_AT_ONCE) for start in starts])
    return kernels


def _square(matrix: Sequence[Sequence[float]]) -> Tensor:
    """Return the matrix that does along rows and columns at once what the given one does along a line."""
    one = torch.tensor(matrix, dtype=torch.float64)
    return torch.kron(one, one)
