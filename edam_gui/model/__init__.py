"""Networks: backbones, DA layer, checkpoints and multi-scale inference. torch."""

import os

# torch reads this once, at its first allocation. The large, short-lived feature maps of the CPU then come in huge pages
# where Linux offers them; without, page faults take half the time of a pass over a megapixel (benchmarks/).
os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")
