from collections import Counter
from datetime import UTC, datetime
from random import Random

from atrio.engine.bpmn_reading import read
from atrio.engine.process import Run
from atrio.engine.soundness import check_soundness
from atrio.engine.specs import build
from atrio.engine.structure import check_structure

from .drawing import files, process, subprocess

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def problems(*lines):
    model, unread = read(files(process(*lines)))
    assert not unread
    assert not check_structure(model)
    return {(problem.element, problem.reason.split(":")[0]) for problem in check_soundness(model)}


def tracks(number, *, length):
    """Return parallel tracks of forms, each with an error that leads back to its track."""
    yield from ("start s", "parallel fork", "parallel join", "end e", "s > fork", "join > e")
    for track in range(number):
        before = "fork"
        for step in range(length):
            name = f"t{track}_{step}"
            yield f"user {name}"
            yield f"{before} > {name}"
            before = name
        yield from (f"error e{track} on={before}", f"choice c{track}")
        yield from (f"{before} > c{track}", f"e{track} > c{track}", f"c{track} > join")


def test_long_parallel_tracks_are_played_through():
    assert problems(*tracks(5, length=12)) == set()


def test_what_cannot_be_played_through_is_refused_rather_than_trusted():
    assert problems(*tracks(12, length=2)) == {
        ("s", "more than 20000 situations are possible"),
    }


def test_a_join_inside_a_loop_is_no_deadlock():
    assert (
        problems(
            *("start s", "choice again", "parallel fork", "user a", "user b", "parallel join"),
            *("choice enough", "end e", "s > again", "again > fork", "fork > a", "fork > b"),
            *("a > join", "b > join", "join > enough", "enough > e if x == 1"),
            "enough > again else",
        )
        == set()
    )


def test_a_loop_back_from_one_track_over_the_split_is_refused():
    assert ("join", "a second token can arrive while the first is still here") in problems(
        *("start s", "choice again", "user ask", "parallel fork", "user a", "user b"),
        *("parallel join", "choice fine", "end e", "s > again", "again > ask", "ask > fork"),
        *("fork > a", "fork > b", "a > fine", "fine > join if x == 1", "fine > again else"),
        *("b > join", "join > e"),
    )


def test_two_tracks_may_end_at_one_end_event():
    assert (
        problems(
            *("start s", "parallel fork", "user a", "user b", "end e"),
            *("s > fork", "fork > a", "fork > b", "a > e", "b > e"),
        )
        == set()
    )


def test_a_reminder_may_come_again_while_an_earlier_one_is_still_sent():
    assert (
        problems(
            *("start s", "choice again", "user ask", "timer remind PT1H on=ask keep", "end e"),
            *("notice letter", "end told", "choice fine", "s > again", "again > ask"),
            *("ask > fine", "fine > e if x == 1", "fine > again else", "remind > letter"),
            "letter > told",
        )
        == set()
    )


def test_a_circle_of_gateways_is_refused_and_one_with_a_task_is_not():
    circle = ("start s", "choice a", "choice b", "end e", "s > a", "b > a if n == 1", "b > e else")

    assert problems(*circle, "a > b") == {
        ("a", "this circle never waits for anybody"),
    }
    assert problems(*circle, "user ask", "a > ask", "ask > b") == set()


def test_a_circle_through_a_subprocess_waits_only_if_the_subprocess_does():
    circle = ("start s", "choice a", "choice b", "end e", "s > a", "b > a if n == 1", "b > e else")
    around = ("a > inside", "inside > b")
    skipping = ("choice x", "i > x", "x > ask if n == 2", "x > i_end else", "ask > i_end")

    assert problems(
        *circle,
        subprocess("inside", "start i", "user ask", "end i_end", *skipping),
        *around,
    ) == {("a", "this circle never waits for anybody")}
    assert (
        problems(
            *circle,
            subprocess("inside", "start i", "user ask", "end i_end", "i > ask", "ask > i_end"),
            *around,
        )
        == set()
    )


def random_process(random):
    """Return the lines of a process that somebody might draw in a hurry."""
    kinds = ["user", "user", "choice", "choice", "parallel", "parallel"]
    nodes = {f"n{number}": random.choice(kinds) for number in range(random.randint(3, 8))}
    names = list(nodes)
    flows = {("s", random.choice(names))}
    for name in names:
        for _ in range(1 if nodes[name] == "user" else random.choice([1, 1, 2])):
            flows.add((name, random.choice([*names, "e", "e"])))
    yield from ("start s", "end e", *(f"{kind} {name}" for name, kind in nodes.items()))
    leaving = Counter(source for source, _ in flows)
    told = Counter()
    for source, target in sorted(flows):
        told[source] += 1
        rest = ""
        if nodes.get(source) == "choice" and leaving[source] > 1:
            rest = " else" if told[source] == leaving[source] else f" if n == {told[source]}"
        yield f"{source} > {target}{rest}"


def run_by_chance(model, random):
    """Return whether a run comes to its end, or stands still before it, or becomes too many."""
    run = Run.started(build(model), model.entry, "", {"n": 0}, NOW)
    for _ in range(200):
        if not run.open_tasks:
            return "ended" if run.finished else "stuck"
        task = random.choice(run.open_tasks)
        if len({task.element for task in run.open_tasks}) < len(run.open_tasks):
            return "twice"
        run.complete(task.id, {"n": random.choice([0, 1])}, now=NOW)
    return "endless"


def test_no_run_of_a_sound_process_gets_stuck_whatever_is_drawn():
    results = Counter()
    for seed in range(1500):
        random = Random(seed)
        model, _ = read(files(process(*random_process(random))))
        if check_structure(model):
            continue
        found = check_soundness(model)
        if any("without end" in problem.reason for problem in found):
            continue
        verdict = "refused" if found else "sound"
        for _ in range(3):
            results[verdict, run_by_chance(model, random)] += 1

    assert results["sound", "stuck"] == results["sound", "twice"] == 0
    assert results["sound", "ended"] > 30
    assert results["refused", "stuck"] > 0, "the check would not be needed"
