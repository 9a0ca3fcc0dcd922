"""An adapter that repeats the conversation of a page: it breaks at the first other message.

Its argument is a JSON file with pairs of message and reply.
"""

import json
import sys
from pathlib import Path


def main() -> None:
    pairs = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    for line, (message, reply) in zip(sys.stdin, pairs, strict=False):
        if json.loads(line) != message:
            sys.exit(f"got {line.strip()} instead of {json.dumps(message)}")
        sys.stdout.write(json.dumps(reply) + "\n")
        sys.stdout.flush()


main()
