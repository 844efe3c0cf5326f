"""An operator takes a whole store to another place: every row arrives, half of a house is never served."""
import shutil
import sqlite3
import subprocess

from story import codes
from tap import contains, equal, run, test
from violet import Demo

demo = Demo().start()
home, source = demo.home, demo.data / "violet.db"


def url(path):
    return f"sqlite:{path}"


def move(to=None, status=0):
    done = subprocess.run([demo.binary, "move", "--from", url(source), "--to", to or url(home / "target.db")],
                          capture_output=True, text=True, timeout=120)
    equal(done.returncode, status, f"violet move: {done.stdout[-800:]}{done.stderr[-800:]}")
    return done.stdout + done.stderr


def change(path, *commands):
    opened = sqlite3.connect(path)
    for command in commands:
        opened.execute(command)
    opened.commit()
    opened.close()


def count(path):
    opened = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    names = [row[0] for row in opened.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    counts = {name: opened.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in names}
    opened.close()
    return counts


@test
def a_store_that_is_served_is_not_moved():
    contains(move(status=5), "stop the violet that serves it first")


@test
def what_is_no_store_is_said():
    demo.stop()
    done = subprocess.run([demo.binary, "move", "--from", url(home / "nowhere.db"), "--to", url(home / "x.db")],
                          capture_output=True, text=True)
    equal(done.returncode, 3)
    contains(done.stderr, "there is no store at")
    equal((home / "nowhere.db").exists(), False)
    contains(move(to="mysql://localhost", status=2), "can't open mysql://localhost")
    contains(move(to=url(source), status=2), "the same store")


@test
def a_target_that_holds_another_house_is_refused():
    other = Demo().start()
    other.stop()
    contains(move(to=url(other.data / "violet.db"), status=4), "the target is not empty")
    other.close()


@test
def every_row_arrives():
    contains(move(), "are the same in both")
    before, after = count(source), count(home / "target.db")
    equal(after, before)
    if before["message"] < 100:
        raise AssertionError(f"it moved next to nothing: {before}")


@test
def a_move_that_was_cut_off_goes_on_where_it_was():
    half = home / "half.db"
    shutil.copy(home / "target.db", half)
    change(half, "INSERT INTO setting VALUES ('move', 'under way')",
           "DELETE FROM message WHERE (account_id, message_id) IN "
           "(SELECT account_id, message_id FROM message ORDER BY account_id DESC, message_id DESC LIMIT 90)")
    contains(move(to=url(half)), "(90 copied by this run)")
    equal(count(half), count(source))


@test
def a_row_that_differs_is_found_and_the_target_not_released():
    wrong = home / "wrong.db"
    shutil.copy(home / "target.db", wrong)
    change(wrong, "INSERT INTO setting VALUES ('move', 'under way')",
           "UPDATE message SET read_at = read_at + 1 WHERE rowid = (SELECT max(rowid) - 7 FROM message)")
    contains(move(to=url(wrong), status=1), "a row is not the same in the target: message (")
    equal(count(wrong)["setting"], count(source)["setting"] + 1)


@test
def a_row_too_many_is_found():
    wrong = home / "more.db"
    shutil.copy(home / "target.db", wrong)
    change(wrong, "INSERT INTO setting VALUES ('move', 'under way')",
           "INSERT INTO number_texts VALUES ('+12025550100', 20000, 1)")
    contains(move(to=url(wrong), status=4), "the target holds a row that the source does not hold so: number_texts")


@test
def the_target_is_served_like_the_source():
    shutil.move(source, home / "source.db")
    shutil.move(home / "target.db", source)
    demo.start()
    demo.check()
    equal(len(demo.rest().get("/messages")["messages"]) > 0, True)
    demo.stop()


@test
def half_a_house_is_not_served():
    change(source, "INSERT INTO setting VALUES ('move', 'under way')")
    done = demo.run("check")
    equal(done.returncode != 0, True)
    contains(done.stderr, "a move into the store")


run()
