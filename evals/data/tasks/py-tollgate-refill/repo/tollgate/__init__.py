"""Rate limits with token buckets."""

from tollgate.bucket import Bucket
from tollgate.limiter import All, Answer, Limiter

__all__ = ["All", "Answer", "Bucket", "Limiter"]
