"""The program that runs llama-server, out of the `xllamacpp` wheel, for `pillion.eval.peer`.

It takes its options as one JSON object, prints its address, and ends when its input does, so that
it never outlives the benchmark.
"""

from __future__ import annotations

import json
import sys

READY = "llama-server listens on "


def main() -> None:
    """Serve until standard input is closed."""
    # Imported here: an optional extra, and this module is imported without it.
    import xllamacpp  # noqa: PLC0415

    options = json.loads(sys.argv[1])
    params = xllamacpp.CommonParams()
    params.model.path = options.pop("model")
    threads = options.pop("threads")
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads
    for name, value in options.items():
        setattr(params, name, value)
    params.verbosity = 0
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    server = xllamacpp.Server(params)
    print(READY + server.listening_address, flush=True)  # noqa: T201 - how the parent learns it.
    sys.stdin.read()


if __name__ == "__main__":
    main()
