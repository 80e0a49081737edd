"""Everything that must not be published has a file here, and is refused for its own reason."""

from pathlib import Path

import pytest

from atrio.engine.bpmn_xml import BPMN
from atrio.engine.publication import check_decision, check_process

REFUSED = Path(__file__).with_name("refused")
FACTS = {
    "company.size": "number",
    "company.legal_name": "text",
    "register.outcome": "any",
    "policy.close_after": "text",
}
# File → the element that is named, and how the reason that is given begins.
PROCESSES = {
    "ad_hoc_subprocess.bpmn": ("it", "an ad hoc subprocess has no order that could be promised"),
    "attribute_of_another_engine.bpmn": (
        "it",
        "{http://camunda.org/schema/zeebe/1.0}async belongs to another engine",
    ),
    "boundary_on_a_gateway.bpmn": ("edge", "a boundary event must sit on a task or a subprocess"),
    "broken_condition.bpmn": (
        "big",
        "this does not compile: Unexpected end of unary expression at (14, 14)",
    ),
    "catch_event_without_definition.bpmn": (
        "it",
        "only timers can be waited for, and errors and messages caught at a boundary",
    ),
    "choice_without_condition.bpmn": (
        "big",
        "a flow behind an exclusive gateway needs a condition",
    ),
    "compensation.bpmn": ("it", "nothing is compensated by itself: draw what is to be done"),
    "circle_that_never_waits.bpmn": ("which", "this circle never waits for anybody"),
    "complex_gateway.bpmn": (
        "it",
        "complex gateways are not supported: use exclusive and parallel ones",
    ),
    "condition_behind_a_task.bpmn": (
        "to_done",
        "a condition counts only behind an exclusive gateway that splits",
    ),
    "condition_by_chance.bpmn": (
        "big",
        "the function rand() is not allowed: its answer changes with time",
    ),
    "condition_by_the_clock.bpmn": (
        "big",
        "the function date() is not allowed: its answer changes with time",
    ),
    "condition_in_another_language.bpmn": (
        "big",
        "conditions have one language, ZEN: leave `language` out",
    ),
    "condition_over_text_order.bpmn": (
        "big",
        "`>` needs a number, not text: ZEN orders numbers only",
    ),
    "condition_that_assigns.bpmn": ("big", "'=' is not allowed in an expression: compare with =="),
    "condition_that_breaks_replay.bpmn": ("big", "d() has no methods here"),
    "condition_that_is_a_number.bpmn": ("big", "the answer must be true or false, not a number"),
    "condition_that_is_text.bpmn": ("big", "the answer must be true or false, not text"),
    "condition_that_may_be_anything.bpmn": (
        "big",
        "the answer must be true or false, not whatever stands there: compare it",
    ),
    "conditional_event.bpmn": (
        "it",
        "conditional events are not watched: use an exclusive gateway",
    ),
    "data_association.bpmn": (
        "it",
        "data associations are not followed: every step sees all facts",
    ),
    "data_object.bpmn": ("paper", "data lives in facts, not in data objects"),
    "data_store.bpmn": ("cellar", "<dataStore> is not followed: data lives in facts"),
    "dead_end.bpmn": ("it", "no flow leaves: draw one to an end event"),
    "default_flow_with_condition.bpmn": (
        "small",
        "the default flow has no condition: it is what is left",
    ),
    "default_of_a_task.bpmn": ("it", "only an exclusive gateway has a default flow"),
    "doctype.bpmn": ("", "a document type (DOCTYPE) is not allowed"),
    "empty_condition.bpmn": ("big", "a flow behind an exclusive gateway needs a condition"),
    "entity_bomb.bpmn": ("", "a document type (DOCTYPE) is not allowed"),
    "error_caught_twice.bpmn": ("edge_too", "'edge' catches the same error already"),
    "error_end_nobody_catches.bpmn": ("done", "nobody catches the error 'bad'"),
    "error_that_does_not_interrupt.bpmn": (
        "edge",
        "an error always interrupts: set cancelActivity to true",
    ),
    "error_without_code.bpmn": ("edge", "the error 'busy' is not defined or has no errorCode"),
    "escalation_boundary.bpmn": ("edge", "escalations are not supported: use an error or a timer"),
    "event_based_gateway.bpmn": (
        "it",
        "event-based gateways are not supported: put a boundary timer on the task",
    ),
    "event_definition_elsewhere.bpmn": ("edge", "write the event definition into the event itself"),
    "event_of_two_kinds.bpmn": ("edge", "an event has one definition only"),
    "event_subprocess.bpmn": ("watch", "event subprocesses are not supported: use boundary events"),
    "flow_into_a_subprocess.bpmn": ("jump", "a flow must lead from node to node of one process"),
    "flow_out_of_an_end.bpmn": ("done", "no flow can leave an end event"),
    "flow_to_nowhere.bpmn": ("lost", "a flow must lead from node to node of one process"),
    "flow_twice.bpmn": ("small", "'which' and 'it' are already connected"),
    "id_twice.bpmn": ("ask", "the id is already used in id_twice.bpmn: ids are unique in a pack"),
    "id_with_spaces.bpmn": ("ask me", "the id 'ask me' must be letters, digits, _ . or -"),
    "import.bpmn": ("", "<import> is not followed: data lives in facts"),
    "inclusive_gateway.bpmn": (
        "it",
        "inclusive gateways are not supported: use exclusive and parallel ones",
    ),
    "input_specification.bpmn": (
        "it",
        "inputs and outputs are not followed: every step sees all facts",
    ),
    "join_missing_on_error.bpmn": (
        "join",
        "this parallel gateway can wait for ever for a token that does not come",
    ),
    "join_that_never_fires.bpmn": (
        "join",
        "this parallel gateway can wait for ever for a token that does not come",
    ),
    "link_event.bpmn": ("it", "link events end silently: draw the flow"),
    "loop_without_exit.bpmn": ("it", "from here no way leads to an end event"),
    "manual_task.bpmn": ("it", "nobody can tell when a manual task is done: make it a user task"),
    "merge_of_two_tokens.bpmn": (
        "join",
        "a second token can arrive while the first is still here: join parallel flows",
    ),
    "message_catch.bpmn": (
        "it",
        "only timers can be waited for, and errors and messages caught at a boundary",
    ),
    "message_caught_twice.bpmn": ("again", "'taken_back' catches the same message already"),
    "message_end.bpmn": ("done", "an end event cannot be a messageEventDefinition"),
    "message_nobody_sends.bpmn": (
        "taken_back",
        "nobody sends a message 'weather'; known are: withdrawn",
    ),
    "message_that_does_not_interrupt.bpmn": (
        "taken_back",
        "a message always interrupts: set cancelActivity to true",
    ),
    "message_without_name.bpmn": ("taken_back", "a message event needs a message with a name"),
    "misspelt_fact.bpmn": ("big", "there is no fact 'company.sise': did you mean company.size?"),
    "multi_instance.bpmn": ("it", "a task cannot be repeated for every item of a list"),
    "no_default_flow.bpmn": ("which", "there is no default flow: there may be no way on"),
    "no_end.bpmn": ("main", "there must be at least one end event, not 0"),
    "no_process.bpmn": ("", "there is no process in this file"),
    "no_start.bpmn": ("main", "there must be exactly one start event, not 0"),
    "not_bpmn.bpmn": ("", "this is not BPMN 2.0: the root must be bpmn:definitions"),
    "not_executable.bpmn": ("main", 'the process is marked isExecutable="false"'),
    "not_xml.bpmn": (
        "",
        "this is not XML: Opening and ending tag mismatch: process line 1 and definitions",
    ),
    "nothing_leads_here.bpmn": ("alone", "no flow leads here"),
    "other_engine.bpmn": (
        "it",
        "{http://camunda.org/schema/zeebe/1.0}taskDefinition belongs to another engine",
    ),
    "process_called_in_two_places.bpmn": (
        "again",
        "'it' calls 'inner' already: a process is called in one place",
    ),
    "process_that_calls_itself.bpmn": ("it", "'inner' would call itself"),
    "property.bpmn": ("it", "properties are not kept: data lives in facts"),
    "receive_task.bpmn": (
        "it",
        "messages are not received: make it a service task that waits for its call",
    ),
    "reminder_that_rejoins.bpmn": (
        "edge",
        "what does not interrupt must keep to itself: lead it to an end event of its own",
    ),
    "script_task.bpmn": ("it", "scripts are not run: decide with a table, compute in a call"),
    "service_task_without_call.bpmn": ("it", "a serviceTask needs atrio:call"),
    "several_tokens_at_once.bpmn": ("it", "completionQuantity other than 1 is not supported"),
    "signal_event.bpmn": ("it", "signals are not exchanged"),
    "standard_loop.bpmn": ("it", "a task does not loop by itself: draw the flow back"),
    "throwing_event.bpmn": (
        "it",
        "intermediate events that throw do nothing here: use a send task",
    ),
    "timer_in_words.bpmn": (
        "edge",
        "'two days' is no ISO 8601 duration such as PT30M, and no expression",
    ),
    "timer_of_a_misspelt_fact.bpmn": (
        "edge",
        "'policy.close_aftr' is no ISO 8601 duration such as PT30M, and no expression",
    ),
    "timer_start.bpmn": ("begin", "a start event has no definition: applications start it"),
    "timer_that_is_a_number.bpmn": (
        "edge",
        "'company.size' is no ISO 8601 duration such as PT30M, and no expression",
    ),
    "timer_that_repeats.bpmn": ("edge", "repeating timers are not supported: draw the flow back"),
    "timer_without_offset.bpmn": (
        "edge",
        "'2026-01-31T12:00:00' is no ISO 8601 moment with its offset, and no expression",
    ),
    "timer_without_time.bpmn": ("edge", "a timer needs a timeDuration or a timeDate"),
    "transaction.bpmn": ("it", "transactions are not supported: catch errors with boundary events"),
    "two_flows_out_of_a_task.bpmn": ("it", "only a gateway may have two flows out"),
    "two_processes_and_no_call.bpmn": (
        "inner",
        "one process is called by no other; here it could be main, inner",
    ),
    "two_starts.bpmn": ("main", "there must be exactly one start event, not 2"),
    "unknown_call.bpmn": (
        "it",
        "there is no call 'erp.create_custommer': did you mean erp.create_customer?",
    ),
    "unknown_form.bpmn": ("it", "there is no form 'compnay': did you mean company?"),
    "unknown_notice.bpmn": ("it", "there is no notice 'goodbye'"),
    "unknown_process.bpmn": ("it", "there is no process 'elsewhere' in this pack"),
    "unknown_table.bpmn": ("it", "there is no table 'credit'"),
    "unreachable.bpmn": ("island", "this can never be reached from the start event"),
    "untyped_task.bpmn": (
        "it",
        "an untyped task does nothing: make it a user, service, business rule or send task",
    ),
}
DECISIONS = {
    "code_node.json": ("it", "code is not run: use tables and expressions"),
    "custom_node.json": ("it", "a node of type 'customNode' is not supported"),
    "decision_of_another_file.json": ("it", "a node of type 'decisionNode' is not supported"),
    "expression_by_chance.json": (
        "it/outcome",
        "the function rand() is not allowed: its answer changes with time",
    ),
    "not_json.json": ("", "this is not JSON: Expecting value: line 1 column 1 (char 0)"),
    "switch_node.json": ("it", "a node of type 'switchNode' is not supported"),
    "table_by_the_clock.json": (
        "it/row 1/outcome",
        "the function date() is not allowed: its answer changes with time",
    ),
    "table_of_a_misspelt_fact.json": (
        "it/company.sise",
        "there is no fact 'company.sise': did you mean company.size?",
    ),
    "table_over_a_list.json": (
        "it",
        "a node that loops over a list, or renames its input, is not supported",
    ),
    "table_that_says_too_little.json": (
        "it/row 2/outcome",
        "an output is missing: every row says all of them",
    ),
    "table_with_a_broken_cell.json": (
        "it/row 1/company.size",
        "`>` needs a number, not text: ZEN orders numbers only",
    ),
    "table_with_a_gap.json": ("it", "no row fits company.size 5"),
    "table_with_a_hidden_row.json": (
        "it/row 3",
        "this row is never reached: earlier rows fit wherever it does",
    ),
}


def check(files):
    return check_process(
        files,
        forms={"company"},
        calls={"erp.create_customer"},
        tables={"risk"},
        notices={"welcome"},
        facts=FACTS,
        messages={"withdrawn"},
    )


@pytest.mark.parametrize("file", sorted(PROCESSES))
def test_a_process_is_refused_with_file_element_and_reason(file):
    problems = check({file: (REFUSED / file).read_bytes()})

    assert {problem.file for problem in problems} == {file}
    element, reason = PROCESSES[file]
    assert any(p.element == element and p.reason.startswith(reason) for p in problems), problems


@pytest.mark.parametrize("file", sorted(DECISIONS))
def test_a_decision_is_refused_with_file_element_and_reason(file):
    (problem,) = check_decision(file, (REFUSED / file).read_bytes(), facts=FACTS)

    assert (problem.file, problem.element, problem.reason) == (file, *DECISIONS[file])


def test_every_file_is_tried():
    assert {path.name for path in REFUSED.iterdir()} == PROCESSES.keys() | DECISIONS.keys()


@pytest.mark.parametrize("file", sorted(PROCESSES))
def test_a_problem_names_the_line_of_what_it_is_about(file):
    content = (REFUSED / file).read_text()

    for problem in check({file: content.encode()}):
        if problem.line and problem.element:
            # The thing itself, or what stands inside it, starts in that line or ends a tag there.
            around = "\n".join(content.splitlines()[max(problem.line - 6, 0) : problem.line])
            assert f'id="{problem.element}"' in around


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "cp1252"])
def test_a_document_type_is_refused_in_every_encoding(encoding):
    content = (REFUSED / "doctype.bpmn").read_text()
    content = content.replace('encoding="UTF-8"', f'encoding="{encoding.upper()}"')

    (problem,) = check({"doctype.bpmn": content.encode(encoding)})

    assert "DOCTYPE" in problem.reason or "not XML" in problem.reason


def test_a_file_out_of_all_proportion_is_refused_unread():
    (problem,) = check({"large.bpmn": b"<" * 2_000_001})

    assert problem.reason == "the file is larger than 2000000 bytes"


def test_an_empty_pack_is_refused():
    (problem,) = check({})

    assert problem.reason == "there is no BPMN file"


def test_subprocesses_without_end_are_refused():
    deep = "".join(f'<subProcess id="s{depth}">' for depth in range(60)) + "</subProcess>" * 60
    content = f'<definitions xmlns="{BPMN}"><process id="p">{deep}</process></definitions>'

    assert "subprocesses are nested deeper than 8" in {
        problem.reason for problem in check({"deep.bpmn": content.encode()})
    }


def test_one_process_that_could_be_published_has_no_problem():
    """The frame of the refused files is itself in order: they fail for their own reason only."""
    content = (REFUSED / "unknown_form.bpmn").read_text().replace("compnay", "company")

    assert check({"process.bpmn": content.encode()}) == []


@pytest.mark.parametrize(
    "model", ["A.1.0", "A.2.0", "A.2.1", "A.3.0", "A.4.0", "A.4.1", "B.1.0", "B.2.0"]
)
def test_the_reference_models_of_the_standard_are_refused_with_reasons(shared_data, model):
    file = f"{model}.bpmn"
    content = (shared_data / "bpmn" / "miwg_a_b" / file).read_bytes()

    problems = check({file: content})

    # They are made of untyped tasks, so that none of them may run here.
    assert problems
    assert all(problem.file == file and problem.reason for problem in problems)
    assert any(problem.line for problem in problems)
