"""What stands in the way of publishing a pack is told with file, place and reason."""

import json

import pytest

from atrio.engine.problems import Unpublishable
from atrio.journeys.packs import load_pack
from atrio.journeys.rules import check_pack
from tests.journeys.making import EXAMPLE, FILES, FORM, PROCESS, TABLE, TEXTS, write_pack


def with_field(**options):
    fields = [*FORM["fields"][:-1], FORM["fields"][-1] | options]
    return json.dumps(FORM | {"fields": fields})


def with_example(**options):
    return json.dumps(EXAMPLE | options)


def with_call(attribute, name="registry.find_company"):
    """Ask somebody before the decision."""
    call = f'<serviceTask id="ask" name="Ask" atrio:call="{name}" {attribute} />'
    flow = '<sequenceFlow id="f2" sourceRef="enter_vat" targetRef="decide" />'
    there = flow.replace("decide", "ask")
    onwards = flow.replace("f2", "asked").replace("enter_vat", "ask")
    return PROCESS.replace(flow, call + there + onwards)


ENGLISH = TEXTS.format(words="In English")

# what is changed, file, place, words of the reason
BROKEN = [
    ({"pack.toml": None}, "pack.toml", "", "there is none"),
    (
        {"pack.toml": FILES["pack.toml"].replace("company_xx", "company_yy")},
        "pack.toml",
        "name",
        "the folder is called 'company_xx'",
    ),
    ({"pack.toml": "name = "}, "pack.toml", "", "not TOML"),
    ({"pack.toml": FILES["pack.toml"].replace("DE", "Germany")}, "pack.toml", "country", "match"),
    (
        {"pack.toml": FILES["pack.toml"].replace('"en"\n', '"fr"\n')},
        "pack.toml",
        "default_language",
        "not among",
    ),
    (
        {"pack.toml": FILES["pack.toml"].replace("\nde = ", "\nfr = ")},
        "pack.toml",
        "title",
        "translation into de",
    ),
    ({"process.bpmn": "<x/>"}, "process.bpmn", "", ""),
    (
        {"process.bpmn": PROCESS.replace('form="company"', 'form="compani"')},
        "process.bpmn",
        "enter_vat",
        "did you mean company",
    ),
    (
        {"process.bpmn": PROCESS.replace("decision.outcome", "decision.outcom")},
        "process.bpmn",
        "approved",
        "decision.outcome",
    ),
    (
        {"process.bpmn": PROCESS.replace('notice="welcome"', 'notice="hello"')},
        "process.bpmn",
        "send_welcome",
        "no notice 'hello'",
    ),
    (
        {"process.bpmn": PROCESS.replace("<flowNodeRef>enter_vat</flowNodeRef>", "")},
        "process.bpmn",
        "enter_vat",
        "lane customer or admin or associate",
    ),
    (
        {"process.bpmn": PROCESS.replace('form="company"', 'form="company" atrio:detuor="yes"')},
        "process.bpmn",
        "enter_vat",
        "nobody reads atrio:detuor",
    ),
    (
        {"process.bpmn": PROCESS.replace('form="company"', 'form="company" atrio:not_by="lookk"')},
        "process.bpmn",
        "enter_vat",
        "'lookk' is not a step",
    ),
    (
        {"process.bpmn": PROCESS.replace('form="company"', 'form="company" atrio:proof="my.mail"')},
        "process.bpmn",
        "enter_vat",
        "nobody brings my.mail",
    ),
    (
        {
            "process.bpmn": PROCESS.replace(
                'form="company"', 'form="company" atrio:proof="contact.email"'
            )
        },
        "texts/de.toml",
        "notices.code",
        "no such text",
    ),
    ({"process.bpmn": with_call("atrio:patience='8 s'")}, "process.bpmn", "ask", "ISO 8601"),
    ({"process.bpmn": with_call("atrio:key='company.id'")}, "process.bpmn", "ask", "company.id"),
    ({"process.bpmn": with_call("", name="erp.sing")}, "process.bpmn", "ask", "no call"),
    ({"forms/company.json": "{"}, "forms/company.json", "", "not JSON"),
    (
        {"forms/company.json": with_field(label={"en": "Email"})},
        "forms/company.json",
        "contact.email",
        "no translation into de",
    ),
    (
        {"forms/company.json": with_field(required="company.employes > 3")},
        "forms/company.json",
        "contact.email",
        "company.employees",
    ),
    (
        {"forms/company.json": with_field(visible="company.employees")},
        "forms/company.json",
        "contact.email",
        "true or false",
    ),
    (
        {"forms/company.json": with_field(source="register.email")},
        "forms/company.json",
        "contact.email",
        "nobody brings register.email",
    ),
    (
        {"forms/company.json": json.dumps(FORM | {"name": "firm"})},
        "forms/company.json",
        "",
        "calls itself 'firm'",
    ),
    (
        {"forms/other.json": json.dumps(FORM | {"name": "other"})},
        "forms/other.json",
        "",
        "no step asks",
    ),
    ({"decisions/risk.json": "{}"}, "decisions/risk.json", "", ""),
    (
        {"decisions/risk.json": json.dumps(TABLE).replace("company.employees", "company.staff")},
        "decisions/risk.json",
        "table/Employees",
        "company.staff",
    ),
    ({"decisions/other.json": json.dumps(TABLE)}, "decisions/other.json", "", "no step asks"),
    (
        {"decisions/risk.json": json.dumps(TABLE).replace('"reasons"', '"why"')},
        "decisions/risk.json",
        "",
        "its reasons",
    ),
    (
        {"policy/approval.json": '{"mode": "never", "modes": ["automatic"]}'},
        "policy/approval.json",
        "mode",
        "'never'",
    ),
    ({"policy/approval.json": "[]"}, "policy/approval.json", "", "JSON object"),
    ({"texts/de.toml": None}, "texts/de.toml", "", "missing"),
    (
        {"texts/en.toml": ENGLISH + "sms = 'Welcome'\n"},
        "texts/de.toml",
        "notices.welcome.sms",
        "no such text",
    ),
    (
        {"texts/en.toml": ENGLISH + "sms = '{company.taxid}'\n"},
        "texts/en.toml",
        "notices.welcome",
        "nobody knows",
    ),
    (
        {"texts/en.toml": ENGLISH + "[notices.welcome.brands.red]\nsubject = 'Red'\n"},
        "texts/de.toml",
        "notices.welcome.brands.red.subject",
        "no such text",
    ),
    (
        {"texts/de.toml": ENGLISH.replace("[notices.welcome]", "[notices.hello]")},
        "texts/de.toml",
        "notices.welcome",
        "no such text",
    ),
    (
        {"texts/en.toml": ENGLISH.replace("{company.tax_id}", "{company.taxid}")},
        "texts/en.toml",
        "outcomes.served",
        "did you mean company.tax_id",
    ),
    (
        {"texts/en.toml": ENGLISH.replace('who = "customer"', 'who = "nobody"')},
        "texts/en.toml",
        "steps.enter_vat",
        "who is one of",
    ),
    ({"texts/en.toml": ENGLISH + "[jokes]\na = 1\n"}, "texts/en.toml", "jokes", "nobody reads"),
    ({"examples/big.json": None}, "examples", "", "at least one story"),
    ({"examples/big.json": "{}"}, "examples/big.json", "", "required"),
    (
        {"examples/big.json": with_example(expect={"end": "sent_away"})},
        "examples/big.json",
        "",
        "ends at served, not at sent_away",
    ),
    (
        {
            "examples/big.json": with_example(
                answers=[{"step": "enter_vat", "form": {"company.tax_id": "DE1"}}]
            )
        },
        "examples/big.json",
        "",
        "tax_id.length",
    ),
    (
        {"examples/big.json": with_example(answers=[{"step": "elsewhere", "form": {}}])},
        "examples/big.json",
        "",
        "elsewhere is answered",
    ),
    (
        {
            "process.bpmn": with_call(""),
            "examples/big.json": with_example(
                calls={"ask": [{"facts": {"register.outcom": "found"}}]}
            ),
        },
        "examples/big.json",
        "ask",
        "no call brings register.outcom",
    ),
    (
        {"examples/big.json": with_example(calls={"ask_nobody": [{}]})},
        "examples/big.json",
        "ask_nobody",
        "no such call",
    ),
]


def test_the_small_pack_itself_is_sound(tmp_path):
    assert check_pack(write_pack(tmp_path)) == []


@pytest.mark.parametrize(("changed", "file", "place", "words"), BROKEN)
def test_a_broken_pack_is_refused_with_file_place_and_reason(tmp_path, changed, file, place, words):
    problems = check_pack(write_pack(tmp_path, **changed))

    told = [p for p in problems if (p.file, p.element) == (file, place)]
    assert any(words in problem.reason for problem in told), problems


def test_a_link_out_of_the_pack_is_refused(tmp_path):
    folder = write_pack(tmp_path)
    secret = tmp_path / "secret.json"
    secret.write_text("{}")
    (folder / "policy" / "stolen.json").symlink_to(secret)

    with pytest.raises(Unpublishable, match="not links"):
        load_pack(folder)


def test_a_file_of_unreasonable_size_is_refused(tmp_path):
    folder = write_pack(tmp_path, **{"policy/huge.json": " " * 2_000_000})

    with pytest.raises(Unpublishable, match="too large"):
        load_pack(folder)


def test_files_nobody_reads_do_not_become_part_of_a_pack(tmp_path):
    folder = write_pack(tmp_path)
    (folder / ".git").mkdir()
    (folder / ".git" / "config.json").write_text("{}")
    (folder / "notes.xlsx").write_text("")

    assert set(load_pack(folder).files) == set(FILES)
