"""Several feeds to one."""


def merge(*feeds, limit=None):
    """The entries of all feeds, newest first, each id once; at most `limit` of them."""
    best = {}
    for feed in feeds:
        for entry in feed:
            known = best.get(entry.id)
            if known is None or known.updated < entry.updated:
                best[entry.id] = entry
    merged = sorted(best.values(), key=lambda entry: entry.updated, reverse=True)
    return merged if limit is None else merged[:limit]
