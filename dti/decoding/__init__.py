"""Search strategies over the serving engine."""

from dti.decoding.base import Decoder
from dti.decoding.beam import Beam
from dti.decoding.greedy import Greedy
from dti.registry import Registry

DECODERS: Registry[Decoder] = Registry("decoding", {"greedy": Greedy, "beam": Beam})

__all__ = ["DECODERS", "Beam", "Decoder", "Greedy"]
