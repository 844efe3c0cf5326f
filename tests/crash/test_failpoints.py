"""kill -9 at every failpoint of the closing way. The build with failpoints lists them itself; after each kill the
program is started again, finishes within seconds, and the oracle is asked."""
import failpoints
from golden import Golden
from tap import run, table
from violet import BINARY

# Where only a closing comes by that a person approves.
REVIEWED = ("closure.before_verb", "closure.after_verb")


@table(failpoints.of_the_golden_closing())
def killed_at(name):
    golden = Golden(BINARY, "ann" if name in REVIEWED else "wei")
    try:
        golden.prepare()
        try:
            golden.demo.start(environment={"VIOLET_FAILPOINT": name})
            survived = golden.way()
        except AssertionError:
            if not golden.ended():
                raise
            survived = False
        if survived:
            raise AssertionError("the golden closing does not come by it")
        golden.start_again()
        golden.expect()
    finally:
        golden.demo.close()


run()
