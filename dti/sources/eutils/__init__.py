"""PubMed through NCBI's E-utilities."""

from __future__ import annotations

from dti.sources.eutils.client import EutilsClient
from dti.sources.eutils.fetch import FetchFault, FetchResult
from dti.sources.eutils.rate_limit import InProcessRateLimiter, requests_per_second, spacing
from dti.sources.eutils.slices import CAP, DateRange, Found, Slice, Split
from dti.sources.eutils.transport import Patience

__all__ = [
    "CAP",
    "DateRange",
    "EutilsClient",
    "FetchFault",
    "FetchResult",
    "Found",
    "InProcessRateLimiter",
    "Patience",
    "Slice",
    "Split",
    "requests_per_second",
    "spacing",
]
