"""Triplets to target sequence and back."""

from dti.codecs.base import Codec
from dti.codecs.tagged import Tagged
from dti.registry import Registry

CODECS: Registry[Codec] = Registry("codec", {"tagged": Tagged})

__all__ = ["CODECS", "Codec", "Tagged"]
