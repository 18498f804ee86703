"""What every leg needs, imported once by the process that legs are forked from: a leg then starts in milliseconds.

What is imported and built here is shared by all legs; the collector leaves it alone, or it would copy it page by page.
"""

import gc
from importlib import import_module

MODULES = (
    "docker",
    "httpx2",
    "jsonschema",
    "langgraph.checkpoint.memory",
    "langgraph.checkpoint.postgres",
    "psycopg_pool",
    "patchwright.agent.ahead",
    "patchwright.agent.answers",
    "patchwright.agent.checkpoints",
    "patchwright.agent.llm",
    "patchwright.agent.replies",
    "patchwright.agent.schema",
    "patchwright.agent.store.postgres",
    "patchwright.api.dispatch.leg",
    "patchwright.sandbox.docker",
    "patchwright.sandbox.fill",
    "patchwright.sandbox.wire",
)


def preload() -> None:
    """Import it all, and build the graph once for what LangGraph keeps of that."""
    for name in MODULES:
        import_module(name)
    from langgraph.checkpoint.memory import InMemorySaver

    from patchwright.agent import ahead, graph

    ahead.load()
    graph.build(InMemorySaver())
    gc.collect()
    gc.freeze()


preload()
