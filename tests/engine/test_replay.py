from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from atrio.engine import history
from atrio.engine.process import Blueprint, CannotRewind
from atrio.engine.replay import Diverged, Step, replay, take

from .drawing import files, process, subprocess

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
# Everything the engine knows, in one small shop: forms with a way back, parallel tracks with
# errors of their own inside a loop, reminders, deadlines, a subprocess and a called process.
SHOP = Blueprint.compile(
    files(
        process(
            *("start s", "user ask", "timer remind PT1H on=ask keep", "notice letter", "end told"),
            *("call register", "error silent on=register", "choice known", "user confirm"),
            *("choice right", "table risk", "choice outcome", "notice no", "end declined"),
            *("choice again", "parallel fork", "call create", "error broken on=create"),
            *("error busy on=create code=busy", "user repair", "timer rest PT5M", "choice made"),
            *("process credit calls=credit_check", "error referred on=credit code=referred"),
            *("timer patience policy.patience on=credit", "user review", "choice checked"),
            *(
                "message taken_back on=repair says=withdrawn",
                "message left on=credit says=withdrawn",
            ),
            *("taken_back > made", "left > checked"),
            *("parallel join", "choice good", "notice welcome", "end open", "user appeal"),
            *("end gone terminate", "choice forgiven", "s > ask", "ask > register"),
            *("remind > letter", "letter > told", "register > known", "silent > known"),
            *("known > confirm if register.outcome == 'unknown'", "known > risk else"),
            *("confirm > right", "right > ask if answers.again == true", "right > risk else"),
            *("risk > outcome", "outcome > no if decision.outcome == 'DECLINE'"),
            *("outcome > again else", "no > declined", "again > fork", "fork > create"),
            *("fork > credit", "create > made", "broken > repair", "repair > made"),
            *("busy > rest", "rest > made", "made > join", "credit > checked"),
            *("referred > review", "patience > appeal", "appeal > forgiven"),
            *("forgiven > gone if answers.again != true", "forgiven > checked else"),
            *("review > checked", "checked > join", "join > good"),
            *("good > again if answers.again == true", "good > welcome else", "welcome > open"),
        ),
        process(
            *("start c1", "end c2", "c1 > limit"),
            subprocess(
                "limit",
                *("start l1", "call bureau", "choice enough", "end enough_end"),
                *("end too_little error=referred", "l1 > bureau", "bureau > enough"),
                *("enough > too_little if answers.again == true", "enough > enough_end else"),
            ),
            "limit > c2",
            name="credit_check",
        ),
    )
)
POLICY = {"policy": {"patience": "PT2H"}}


def standing(run):
    """Return where a run stands, without the ids that differ from one replay to the next."""
    return (
        sorted(task.element for task in run.open_tasks),
        sorted((timer.element, timer.due_at) for timer in run.timers),
        sorted(listener.element for listener in run.listeners),
        run.ends,
        run.finished,
    )


class AnyWay(RuleBasedStateMachine):
    """Takes every kind of step in every order that is possible."""

    def __init__(self):
        super().__init__()
        self.run = SHOP.start(POLICY, now=NOW)
        self.steps = []

    def happens(self, element, outcome, facts, code=""):
        at = NOW + timedelta(minutes=len(self.steps))
        step = Step(element, outcome, at, POLICY | facts, code)
        take(self.run, step)
        self.steps.append(step)

    facts = st.fixed_dictionaries(
        {
            "register": st.fixed_dictionaries({"outcome": st.sampled_from(["unknown", "active"])}),
            "answers": st.fixed_dictionaries({"again": st.sampled_from([True, False, None])}),
            "decision": st.fixed_dictionaries(
                {"outcome": st.sampled_from(["APPROVE", "APPROVE", "REFER", "DECLINE"])}
            ),
        }
    )

    @precondition(lambda self: self.run.open_tasks)
    @rule(data=st.data(), facts=facts)
    def somebody_does_something(self, data, facts):
        task = data.draw(st.sampled_from(self.run.open_tasks))
        self.happens(task.element, "complete", facts)

    @precondition(lambda self: self.run.open_tasks)
    @rule(data=st.data(), code=st.sampled_from(["busy", "referred", "other"]))
    def something_fails(self, data, code):
        task = data.draw(st.sampled_from(self.run.open_tasks))
        before = standing(self.run)
        probe = SHOP.resume(self.run.dump(), POLICY)
        if probe.fail(task.id, code, now=NOW):
            self.happens(task.element, "fail", {}, code)
        else:
            assert standing(probe) == before

    @precondition(lambda self: self.run.timers)
    @rule(data=st.data())
    def time_passes(self, data):
        timer = data.draw(st.sampled_from(self.run.timers))
        self.happens(timer.element, "fire", {})

    @precondition(lambda self: self.run.listeners)
    @rule(data=st.data())
    def a_message_comes(self, data):
        listener = data.draw(st.sampled_from(self.run.listeners))
        self.happens(listener.element, "receive", {})
        assert listener not in self.run.listeners

    @precondition(lambda self: not self.run.finished)
    @rule(element=st.sampled_from(["ask", "confirm", "repair", "review"]))
    def somebody_goes_back(self, element):
        before = standing(self.run)
        try:
            self.happens(element, "rewind", {})
        except CannotRewind:
            assert standing(self.run) == before
        else:
            assert element in standing(self.run)[0]

    @precondition(lambda self: len(self.steps) > 12)
    @rule()
    def it_is_ended_from_outside(self):
        before = self.run.ends
        self.happens("withdrawn", "stop", {})
        assert standing(self.run) == ([], [], [], before, True)

    @rule()
    def the_process_is_killed(self):
        """Nobody may be able to tell whether a run was dumped and resumed."""
        self.run = SHOP.resume(self.run.dump(), POLICY)

    @invariant()
    def something_is_left_to_do_until_the_end(self):
        open_tasks, timers, listeners, ends, finished = standing(self.run)
        assert finished == (not open_tasks and not timers)
        assert open_tasks or not listeners
        assert not finished or ends or self.steps[-1].outcome == "stop"

    @invariant()
    def no_task_is_open_twice(self):
        # All but the reminder's letter: it keeps to itself, and may be sent again.
        open_tasks = [element for element in standing(self.run)[0] if element != "letter"]
        assert len(open_tasks) == len(set(open_tasks))

    @invariant()
    def a_dump_changes_nothing(self):
        again = SHOP.resume(self.run.dump(), POLICY)
        assert again.open_tasks == self.run.open_tasks
        assert again.timers == self.run.timers
        assert again.listeners == self.run.listeners
        assert again.ends == self.run.ends

    @invariant()
    def a_state_stays_small(self):
        assert len(self.run.dump()) < 4000

    def teardown(self):
        replayed = replay(SHOP, self.steps, facts=POLICY, now=NOW)
        assert standing(replayed) == standing(self.run)


class AnyWayForgetting(AnyWay):
    """The same, with a history that is cut short after every step."""

    def __init__(self):
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr(history, "LARGEST_HISTORY", 1)
        super().__init__()

    def teardown(self):
        super().teardown()
        self.patch.undo()


TestAnyWay = AnyWay.TestCase
TestAnyWayForgetting = AnyWayForgetting.TestCase
TestAnyWay.settings = TestAnyWayForgetting.settings = settings(
    max_examples=40,
    stateful_step_count=40,
    # A failing way is printed step by step; making it shorter takes many minutes.
    phases=[Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)


@pytest.mark.parametrize("seed", range(20))
def test_whoever_keeps_choosing_by_chance_comes_to_an_end(seed):
    random = Random(seed)
    run = SHOP.start(POLICY, now=NOW)
    for _ in range(3000):
        if run.finished:
            break
        answers = {"again": random.random() < 0.3}
        facts = POLICY | {"answers": answers, "decision": {"outcome": "APPROVE"}}
        if run.open_tasks:
            run.complete(random.choice(run.open_tasks).id, facts, now=NOW)
        else:
            run.fire(random.choice(run.timers).task_id, facts, now=NOW)

    assert run.finished


def test_a_step_that_the_blueprint_does_not_know_is_named():
    steps = [Step("ask", "complete", NOW, POLICY), Step("risk", "complete", NOW, POLICY)]

    with pytest.raises(Diverged, match=r"step 2, complete at 'risk'.*open: register") as found:
        replay(SHOP, steps, facts=POLICY, now=NOW)

    assert (found.value.number, found.value.step) == (2, steps[1])


@pytest.mark.parametrize(
    "step",
    [
        Step("ask", "fail", NOW, POLICY, "busy"),
        Step("patience", "fire", NOW, POLICY),
        Step("welcome", "complete", NOW, POLICY),
    ],
)
def test_a_step_that_cannot_be_taken_diverges(step):
    with pytest.raises(Diverged):
        replay(SHOP, [step], facts=POLICY, now=NOW)
