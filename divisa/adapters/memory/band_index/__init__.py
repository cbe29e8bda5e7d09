"""Which watches does this tick break? Answered for a million bands in memory, by compiled code.

Only this package needs numba, and nothing that runs in a Lambda imports it.
"""

from divisa.adapters.memory.band_index.index import GREATEST_SLOT, BandIndex

__all__ = ["GREATEST_SLOT", "BandIndex"]
