"""Files and folders with a name that nobody reads: told first, with the name that would be."""

import pytest

from config.dialogues import read_dialogues
from config.errors import ConfigError
from config.load import load_site

FILE = "nobody reads a file of this name; rename it to"
FOLDER = "nobody reads a folder of this name; rename it to"
INTENTS = "lost:\n  title: {en: a lost thing, es: algo}\n  keywords: {en: [coat], es: [abrigo]}\n"
DIALOGUE = "desk:\n  turns: [{hangs_up: yes}]\n"
FLOW = "start: bye\nsteps: {bye: {kind: hang-up, prompt: bye}}\n"
NIGHT = "kind: sub-flow, flow: night, next: bye"


def renamed(site, old, new):
    (site.path / new).parent.mkdir(parents=True, exist_ok=True)
    (site.path / old).rename(site.path / new)


@pytest.mark.parametrize(
    ("name", "wrong", "told"),
    [
        ("site.yaml", "site.yml", f"site.yml:1:1: {FILE} 'site.yaml'"),
        ("prompts.yaml", "prompts.YML", f"prompts.YML:1:1: {FILE} 'prompts.yaml'"),
        ("queues.yaml", "Queues.yaml", f"Queues.yaml:1:1: {FILE} 'queues.yaml'"),
        ("intents.yaml", "intents.yml", f"intents.yml:1:1: {FILE} 'intents.yaml'"),
        ("agents.yaml", "agents.yaml.txt", f"agents.yaml.txt:1:1: {FILE} 'agents.yaml'"),
        ("flows/main.yaml", "flows/main.yml", f"flows/main.yml:1:1: {FILE} 'flows/main.yaml'"),
        ("flows", "Flows", f"Flows/:1:1: {FOLDER} 'flows'"),
        (
            "protocols/heart.yaml",
            "protocols/heart.yml",
            f"protocols/heart.yml:1:1: {FILE} 'protocols/heart.yaml'",
        ),
        ("dialogues", "dialogue", f"dialogue/:1:1: {FOLDER} 'dialogues'"),
        (
            "dialogues/desk.yaml",
            "dialogues/desk.yml",
            f"dialogues/desk.yml:1:1: {FILE} 'dialogues/desk.yaml'",
        ),
    ],
)
def test_a_name_that_is_nearly_right_is_one_problem_and_what_stands_there_is_not_unknown(
    site, name, wrong, told
):
    site.write("intents.yaml", INTENTS)
    site.replace("flows/main.yaml", '{digit: "1", words', '{digit: "1", intent: lost, words')
    site.replace(
        "prompts.yaml",
        "menu:",
        "mean-one: {en: '{first}?', es: '¿{first}?'}\n"
        "mean-two: {en: '{first} or {second}?', es: '¿{first} o {second}?'}\nmenu:",
    )
    site.write("dialogues/desk.yaml", DIALOGUE)
    assert site.problems() == []
    renamed(site, name, wrong)
    assert site.problems() == [told]


@pytest.mark.parametrize("wrong", ["dialogue/desk.yaml", "dialogues/desk.yml"])
def test_dialogues_do_not_vanish_behind_a_wrong_name(site, wrong):
    site.write(wrong, DIALOGUE)
    with pytest.raises(ConfigError, match="rename it to 'dialogues"):
        read_dialogues(site.path, load_site(site.path))


def test_an_old_copy_by_another_ending_is_a_warning(site):
    site.write("queues.yml", "a: b\n")
    site.write("flows/main.yml", "a: b\n")
    assert site.problems() == []
    assert site.warnings() == [
        "flows/main.yml:1:1: not read: flows/main.yaml is; delete the one that is not needed",
        "queues.yml:1:1: not read: queues.yaml is; delete the one that is not needed",
    ]


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("night.yaml", FLOW, "it belongs in the folder flows; move it to 'flows/night.yaml'"),
        (
            "end.yml",
            "steps: {bye: {kind: hang-up, prompt: bye}}\n",
            "it belongs in the folder shared; move it to 'shared/end.yaml'",
        ),
        ("desk.yaml", DIALOGUE, "it belongs in the folder dialogues; move it to 'dialogues/desk.y"),
        ("heart.yaml", "rules: [a]\n", "it belongs in the folder protocols; move it to 'protoc"),
        ("flows/late/night.yaml", FLOW, "only what stands in flows itself is; move it to 'flows/n"),
        (
            "providers.xlsx",
            "PK",
            "a table is saved as CSV, with commas; save it as 'providers.csv'",
        ),
        ("other.yaml", "a: b\n", "no file of the site has this name"),
    ],
)
def test_what_nobody_reads_is_a_warning_that_says_where_it_belongs(site, name, text, told):
    site.write(name, text)
    assert site.problems() == []
    (warning,) = site.warnings()
    assert warning.startswith(f"{name}:1:1: not read: {told}")


def test_a_misspelt_file_that_need_not_be_there_is_a_warning(site):
    site.write("intent.yaml", INTENTS)
    assert site.warnings() == [
        "intent.yaml:1:1: not read; did you mean 'intents.yaml'?",
    ]


def test_folders_that_nobody_reads_are_warnings_where_they_hold_files_of_a_site(site):
    site.write("flow/night.yaml", FLOW)
    site.write("backup/night.yaml", FLOW)
    site.write("docs/readme.md", "Riverside\n")
    assert site.warnings() == [
        "backup/:1:1: nobody reads this folder; those read are flows, protocols, shared, dialogues",
        "flow/:1:1: nobody reads this folder; did you mean 'flows'?",
    ]


def test_a_copy_of_a_table_is_a_warning_that_names_the_one_that_is_read(site):
    site.write("providers.csv", "id,name,specialty\nhale,Dr. Hale,cardiology\n")
    site.write("providers (1).csv", "id,name,specialty\nhale,Dr. Hale,neurology\n")
    assert site.warnings() == [
        (
            "providers (1).csv:1:1: not read: no source in lookups.yaml names this table; "
            "providers.csv is"
        )
    ]


def test_a_table_that_a_source_names_is_read(site):
    site.write("patients.csv", "id,name\np-1,Ann\n")
    assert site.warnings() == [
        "patients.csv:1:1: not read: no source in lookups.yaml names this table"
    ]
    site.write("lookups.yaml", "patients:\n  file: patients.csv\n")
    assert site.warnings() == []
    # A source that could not be understood may have named it.
    site.write("lookups.yaml", "patients:\n  flie: patients.csv\n")
    assert not [each for each in site.warnings() if "not read" in each]


def test_two_directories_of_providers_are_one_too_many(site):
    site.write("providers.csv", "id,name,specialty\nhale,Dr. Hale,cardiology\n")
    site.write("providers.yaml", "hale:\n  name: Dr. Hale\n  speciality: neurology\n")
    assert site.problems() == [
        (
            "providers.csv:1:1: there is providers.yaml as well, and a site has one directory of "
            "providers; keep one of the two files"
        )
    ]


def test_a_file_in_place_of_the_folder_of_dialogues_is_told(site):
    site.write("dialogues", "desk: {}\n")
    assert site.problems() == ["dialogues/:1:1: found a file, wanted a folder of this name"]


def test_a_folder_of_dialogues_without_one_is_a_warning(site):
    (site.path / "dialogues").mkdir()
    assert site.problems() == []
    assert site.warnings() == [
        "dialogues/:1:1: there is no dialogue here: no publication notices what a change breaks"
    ]
