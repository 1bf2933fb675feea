"""Triplets to target sequence and back."""

from dti.codecs.base import Allowed, Codec, Grammar
from dti.codecs.pointer import Pointer
from dti.codecs.tagged import Tagged
from dti.registry import Registry

CODECS: Registry[Codec] = Registry("codec", {"tagged": Tagged, "pointer": Pointer})

__all__ = ["CODECS", "Allowed", "Codec", "Grammar", "Pointer", "Tagged"]
