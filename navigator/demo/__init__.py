"""The demonstration: synthetic families whose papers go through the real path."""

from navigator.demo.loading import Loaded, load

__all__ = ["Loaded", "load"]
