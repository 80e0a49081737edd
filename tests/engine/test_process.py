from datetime import UTC, datetime, timedelta

import pytest

from atrio.engine import history
from atrio.engine.process import Blueprint, CannotRewind, NotOpen, Unpublishable
from atrio.engine.process_state import UnreadableState

from .drawing import file, files, process, subprocess

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def blueprint(*lines):
    return Blueprint.compile(files(process(*lines)))


def elements(run):
    return sorted(task.element for task in run.open_tasks)


def done(run, *names, facts=None):
    for name in names:
        run.complete(run.open_at(name).id, facts, now=NOW)
    return run


TWO_TRACKS = blueprint(
    *("start s", "parallel fork", "parallel join", "end e"),
    *("call shop", "user shop_help", "error shop_failed on=shop"),
    *("call credit", "user credit_help", "error credit_failed on=credit"),
    *("s > fork", "fork > shop", "fork > credit", "join > e"),
    *("choice shop_over", "shop > shop_over", "shop_failed > shop_help"),
    *("shop_help > shop_over", "shop_over > join"),
    *("choice credit_over", "credit > credit_over", "credit_failed > credit_help"),
    *("credit_help > credit_over", "credit_over > join"),
)
FORM_THEN_CHOICE = blueprint(
    *("start s", "user ask", "user more", "choice which", "call create", "notice sorry"),
    *("end shop", "end no", "s > ask", "ask > more", "more > which"),
    *("which > create if company.size > 10", "which > sorry else", "create > shop", "sorry > no"),
)


def test_a_run_waits_at_the_first_task_and_tells_what_it_is():
    blueprint = Blueprint.compile(
        {
            "process.bpmn": file(
                '<process id="main"><laneSet><lane id="customer" name="Cliente">'
                "<flowNodeRef>prove</flowNodeRef></lane></laneSet>"
                '<startEvent id="s"/><userTask id="prove" name="Prove your\n email" '
                'atrio:form="code" atrio:proof="email"/><endEvent id="e"/>'
                '<sequenceFlow id="f1" sourceRef="s" targetRef="prove"/>'
                '<sequenceFlow id="f2" sourceRef="prove" targetRef="e"/></process>'
            )
        }
    )

    (task,) = blueprint.start({}, now=NOW).open_tasks

    assert (task.element, task.kind, task.target) == ("prove", "user", "code")
    assert task.name == "Prove your email"
    assert task.lane == "customer"
    assert blueprint.lanes[0].name == "Cliente"
    assert dict(task.attributes) == {"proof": "email"}


def test_the_facts_of_the_moment_choose_the_way():
    run = FORM_THEN_CHOICE.start({"company": {"size": 3}}, now=NOW)

    done(run, "ask")
    done(run, "more", facts={"company": {"size": 11}})

    assert elements(run) == ["create"]


def test_a_condition_that_cannot_be_decided_takes_the_default_flow():
    run = FORM_THEN_CHOICE.start({}, now=NOW)

    done(run, "ask", "more")

    assert elements(run) == ["sorry"]


def test_a_run_is_finished_at_its_end_event():
    run = done(FORM_THEN_CHOICE.start({}, now=NOW), "ask", "more", "sorry")

    assert run.finished
    assert run.open_tasks == ()
    assert run.ends == ("no",)


def test_a_task_is_done_once():
    run = FORM_THEN_CHOICE.start({}, now=NOW)
    task = run.open_at("ask")
    run.complete(task.id, now=NOW)

    with pytest.raises(NotOpen):
        run.complete(task.id, now=NOW)


def test_a_parallel_gateway_waits_for_both_tracks():
    run = TWO_TRACKS.start({}, now=NOW)

    done(run, "shop")
    assert elements(run) == ["credit"]
    done(run, "credit")

    assert run.finished


@pytest.mark.parametrize(("failing", "other"), [("shop", "credit"), ("credit", "shop")])
def test_an_error_reaches_the_boundary_event_of_its_own_task_only(failing, other):
    run = TWO_TRACKS.start({}, now=NOW)

    assert run.fail(run.open_at(failing).id, "rejected", now=NOW)

    assert elements(run) == sorted([f"{failing}_help", other])
    done(run, f"{failing}_help", other)
    assert run.finished


def test_an_error_that_nobody_catches_changes_nothing():
    run = FORM_THEN_CHOICE.start({"company": {"size": 20}}, now=NOW)
    done(run, "ask", "more")
    before = run.open_tasks

    assert not run.fail(run.open_at("create").id, "rejected", now=NOW)

    assert run.open_tasks == before


def test_the_exact_error_is_caught_before_any_error():
    run = blueprint(
        *("start s", "call create", "end e", "s > create", "create > e"),
        *("error any on=create", "error busy on=create code=busy"),
        *("user help", "notice wait", "any > help", "busy > wait", "end e2", "end e3"),
        *("help > e2", "wait > e3"),
    ).start({}, now=NOW)

    run.fail(run.open_at("create").id, "busy", now=NOW)

    assert elements(run) == ["wait"]


WITH_TIMERS = blueprint(
    *("start s", "user ask", "end e", "s > ask", "ask > pause", "timer pause P1M"),
    *("pause > e", "timer remind PT20M on=ask keep", "notice letter", "end told"),
    *("remind > letter", "letter > told", "timer close policy.close_after on=ask", "end closed"),
    *("close > closed",),
)


def test_a_timer_is_due_from_when_it_opened_and_stays_so():
    run = WITH_TIMERS.start({"policy": {"close_after": "P2D"}}, now=NOW)
    facts = {"policy": {"close_after": "P9D"}}

    run = WITH_TIMERS.resume(run.dump(), facts)

    assert {timer.element: timer.due_at for timer in run.timers} == {
        "remind": NOW + timedelta(minutes=20),
        "close": NOW + timedelta(days=2),
    }


def test_a_reminder_leaves_its_task_open():
    run = WITH_TIMERS.start({"policy": {"close_after": "P2D"}}, now=NOW)
    (remind,) = [timer for timer in run.timers if not timer.interrupting]

    run.fire(remind.task_id, now=NOW + timedelta(minutes=21))

    assert remind.attached_to == "ask"
    assert elements(run) == ["ask", "letter"]
    assert [timer.element for timer in run.timers] == ["close"]
    with pytest.raises(NotOpen):
        run.fire(remind.task_id, now=NOW)


def test_a_deadline_withdraws_its_task_and_the_other_timers():
    run = WITH_TIMERS.start({"policy": {"close_after": "P2D"}}, now=NOW)
    (close,) = [timer for timer in run.timers if timer.interrupting]

    run.fire(close.task_id, now=NOW)

    assert run.finished
    assert run.ends == ("closed",)
    assert run.timers == ()


def test_a_timer_stops_with_its_task():
    run = WITH_TIMERS.start({"policy": {"close_after": "P2D"}}, now=NOW)

    done(run, "ask")

    (pause,) = run.timers
    assert (pause.element, pause.attached_to) == ("pause", "")
    assert pause.due_at == NOW.replace(month=4)
    run.fire(pause.task_id, now=NOW)
    assert run.finished


def test_a_message_ends_the_task_that_waits_for_it_and_nothing_beside_it():
    both = blueprint(
        *("start s", "parallel fork", "user decide", "call shop", "end decided", "end open"),
        *("message taken_back on=decide says=withdrawn", "end over", "s > fork", "fork > decide"),
        *("fork > shop", "decide > decided", "shop > open", "taken_back > over"),
    )
    run = both.start({}, now=NOW)
    (listener,) = run.listeners
    assert (listener.message, listener.attached_to) == ("withdrawn", "decide")
    assert both.listening("withdrawn") == {"decide"}
    assert both.listening("weather") == frozenset()

    run = both.resume(run.dump(), {})
    run.receive("taken_back", now=NOW)

    assert (elements(run), run.ends, run.listeners) == (["shop"], ("over",), ())
    with pytest.raises(NotOpen):
        run.receive("taken_back", now=NOW)
    assert done(run, "shop").finished


def test_a_message_is_waited_for_no_longer_than_its_task():
    asked = blueprint(
        *("start s", "user decide", "end decided", "end over", "s > decide"),
        *("message taken_back on=decide says=withdrawn", "decide > decided", "taken_back > over"),
    )
    run = done(asked.start({}, now=NOW), "decide")

    assert (run.finished, run.listeners) == (True, ())


NESTED = Blueprint.compile(
    files(
        process(
            *("start s", "process credit calls=credit_check", "end e", "s > credit"),
            *("credit > e", "error referred on=credit code=referred", "user review"),
            *("end reviewed", "referred > review", "review > reviewed"),
        ),
        process(
            *("start s2", "end e2"),
            subprocess(
                "inside",
                *("start s3", "parallel fork", "call ask", "call screen", "choice ok"),
                *("end bad error=referred", "end good", "end screened"),
                *("s3 > fork", "fork > ask", "fork > screen", "ask > ok"),
                *("ok > bad if decision.outcome == 'REFER'", "ok > good else"),
                "screen > screened",
            ),
            *("s2 > inside", "inside > e2"),
            name="credit_check",
        ),
    )
)


def test_a_called_process_runs_inside_and_returns():
    run = NESTED.start({}, now=NOW)

    assert elements(run) == ["ask", "screen"]
    done(run, "ask", "screen")

    assert run.finished
    assert run.ends == ("e",)


def test_an_error_end_event_reaches_the_boundary_of_what_calls_it():
    run = NESTED.start({"decision": {"outcome": "REFER"}}, now=NOW)

    done(run, "ask")

    assert elements(run) == ["review"]


def test_an_error_end_event_is_no_end_of_what_it_interrupts():
    run = blueprint(
        *("start s", "end e", "end caught", "notice well", "notice badly"),
        *("s > inside", "inside > well", "well > e"),
        subprocess("inside", "start i", "user a", "end bad error=x", "i > a", "a > bad"),
        *("error failed on=inside code=x", "failed > badly", "badly > caught"),
    ).start({}, now=NOW)

    done(run, "a")

    assert elements(run) == ["badly"]


def test_an_error_at_a_task_within_reaches_the_boundary_around_it():
    run = NESTED.start({}, now=NOW)

    assert not run.fail(run.open_at("ask").id, "busy", now=NOW)
    assert run.fail(run.open_at("ask").id, "referred", now=NOW)

    assert elements(run) == ["review"]
    done(run, "review")
    assert run.finished


def test_every_element_is_listed_with_the_inner_ones_after_what_holds_them():
    assert " ".join(element.id for element in NESTED.elements) == (
        "s credit s2 e2 inside s3 fork ask screen ok bad good screened e referred review reviewed"
    )
    assert {element.id for element in NESTED.elements if element.kind == "call"} == {
        "ask",
        "screen",
    }


def test_a_terminate_end_event_ends_all_tracks():
    run = blueprint(
        *("start s", "parallel fork", "user a", "user b", "end stop terminate", "end e"),
        *("s > fork", "fork > a", "fork > b", "a > stop", "b > e"),
    ).start({}, now=NOW)

    done(run, "a")

    assert run.finished
    assert run.ends == ("stop",)


def test_a_parallel_block_in_a_loop_waits_for_both_tracks_every_time():
    run = blueprint(
        *("start s", "choice again", "parallel fork", "user a", "user b", "parallel join"),
        *("choice enough", "end e", "s > again", "again > fork", "fork > a", "fork > b"),
        *("a > join", "b > join", "join > enough", "enough > e if x == true"),
        "enough > again else",
    ).start({}, now=NOW)

    # Told by history alone, a join that has seen both tracks once takes one for both.
    for first, second in ["ba", "ab", "ab", "ba"]:
        done(run, first)
        assert elements(run) == [second]
        done(run, second)
        assert elements(run) == ["a", "b"]
    done(run, "a")
    done(run, "b", facts={"x": True})

    assert run.finished


def test_a_rewind_opens_an_earlier_form_and_undoes_what_came_of_it():
    run = FORM_THEN_CHOICE.start({}, now=NOW)
    done(run, "ask", "more")

    run.rewind("ask", now=NOW)

    assert elements(run) == ["ask"]
    done(run, "ask", "more", facts={"company": {"size": 11}})
    assert elements(run) == ["create"]


def test_a_rewind_starts_the_timers_of_the_form_anew():
    run = WITH_TIMERS.start({"policy": {"close_after": "P2D"}}, now=NOW)
    done(run, "ask")

    run.rewind("ask", now=NOW + timedelta(days=1))

    assert elements(run) == ["ask"]
    assert {timer.element: timer.due_at for timer in run.timers} == {
        "remind": NOW + timedelta(days=1, minutes=20),
        "close": NOW + timedelta(days=3),
    }


@pytest.mark.parametrize("largest_history", [1, 150])
def test_a_rewind_starts_the_timers_again_however_much_is_forgotten(monkeypatch, largest_history):
    monkeypatch.setattr(history, "LARGEST_HISTORY", largest_history)
    guarded = blueprint(
        *("start s", "choice again", "user ask", "user more", "choice fine", "end e"),
        *("timer remind PT20M on=ask keep", "notice letter", "end told", "s > again"),
        *("again > ask", "ask > more", "more > fine", "fine > e if done == true"),
        *("fine > again else", "remind > letter", "letter > told"),
    )
    run = guarded.start({}, now=NOW)
    for _ in range(3):
        run.fire(run.timers[0].task_id, now=NOW)
        done(run, "letter", "ask", "more")
        run = guarded.resume(run.dump(), {})
    done(run, "ask")

    run.rewind("ask", now=NOW)

    assert elements(run) == ["ask"]
    assert [timer.element for timer in run.timers] == ["remind"]


@pytest.mark.parametrize("largest_history", [1, 150])
def test_a_rewind_opens_the_step_it_names_however_much_is_forgotten(monkeypatch, largest_history):
    monkeypatch.setattr(history, "LARGEST_HISTORY", largest_history)
    sent_back = blueprint(
        *("start s", "user ask", "timer remind PT20M on=ask keep", "notice letter", "end told"),
        *("choice odd", "user confirm", "call create", "end e", "s > ask", "ask > odd"),
        *("odd > confirm if odd == true", "odd > create else", "confirm > ask", "create > e"),
        *("remind > letter", "letter > told"),
    )
    run = sent_back.start({"odd": True}, now=NOW)
    run.fire(run.timers[0].task_id, now=NOW)
    done(run, "letter", "ask", "confirm")
    done(run, "ask", facts={"odd": False})

    run.rewind("confirm", now=NOW)

    assert elements(run) == ["confirm"]


def test_a_hundred_corrections_leave_the_state_small():
    loop = blueprint(
        *("start s", "choice again", "user ask", "choice fine", "end e", "s > again"),
        *("again > ask", "ask > fine", "fine > e if done == true", "fine > again else"),
    )
    run = loop.start({}, now=NOW)

    for _ in range(300):
        done(run, "ask")
        run = loop.resume(run.dump(), {})

    assert len(run.dump()) < 1000
    assert elements(run) == ["ask"]


def test_a_rewind_leaves_the_other_track_alone_and_never_tears_a_join():
    tracks = blueprint(
        *("start s", "parallel fork", "user a", "user a2", "user b", "parallel join", "user c"),
        *("end e", "s > fork", "fork > a", "a > a2", "fork > b", "a2 > join", "b > join"),
        *("join > c", "c > e"),
    )
    run = done(tracks.start({}, now=NOW), "a", "a2")

    run.rewind("a", now=NOW)
    assert elements(run) == ["a", "b"]
    done(run, "a", "a2", "b")
    assert elements(run) == ["c"]

    for name in ("a", "b"):
        with pytest.raises(CannotRewind, match="join"):
            run.rewind(name, now=NOW)
    assert elements(run) == ["c"]


def test_what_was_never_done_or_is_not_a_form_cannot_be_opened_again():
    run = done(FORM_THEN_CHOICE.start({}, now=NOW), "ask", "more")

    for name in ("create", "which", "nonsense"):
        with pytest.raises(CannotRewind):
            run.rewind(name, now=NOW)


def test_a_state_keeps_ids_and_is_small():
    run = NESTED.start({}, now=NOW)

    again = NESTED.resume(run.dump(), {})

    assert again.open_tasks == run.open_tasks
    assert len(run.dump()) < 1000
    assert NESTED.resume(again.dump(), {}).dump() == again.dump()


def test_a_state_of_another_version_blueprint_or_shape_is_refused():
    state = NESTED.start({}, now=NOW).dump()

    for broken in (b"Z9" + state[2:], state[:-5], b"", b"A1rubbish"):
        with pytest.raises(UnreadableState):
            NESTED.resume(broken, {})
    with pytest.raises(UnreadableState, match="another blueprint"):
        TWO_TRACKS.resume(state, {})


def test_what_cannot_be_run_is_not_compiled():
    with pytest.raises(Unpublishable, match="atrio:form"):
        Blueprint.compile({"p.bpmn": file('<process id="p"><userTask id="u"/></process>')})
