"""kill -9 at each failpoint of `violet move`: run again, it ends with every row in its place."""
import os
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "flow"))

import failpoints  # noqa: E402
from tap import contains, equal, run, table  # noqa: E402
from violet import BINARY, Demo  # noqa: E402

demo = Demo().start()
demo.stop()


@table(failpoints.of("test_move"))
def it_goes_on_after(name):
    command = [BINARY, "move", "--from", f"sqlite:{demo.data}/violet.db", "--to", f"sqlite:{demo.home}/{name}.db"]
    killed = subprocess.run(command, capture_output=True, env={**os.environ, "VIOLET_FAILPOINT": name})
    equal(killed.returncode, -9)
    done = subprocess.run(command, capture_output=True, text=True)
    equal(done.returncode, 0, done.stderr)
    contains(done.stdout, "are the same in both")


run()
