"""A version is what the files mean, not how they are written."""

import pytest

from config.load import load_site


def versions(site):
    loaded = load_site(site.path)
    return loaded.version, loaded.flows["main"].version


def test_a_version_is_a_sha_256_and_the_same_each_time(site):
    assert versions(site) == versions(site)
    assert all(len(each) == 64 and int(each, 16) for each in versions(site))


def test_comments_order_and_layout_do_not_count(site):
    before = versions(site)
    text = (site.path / "queues.yaml").read_text()
    general, nurse = text.split("nurse:", 1)
    site.write(
        "queues.yaml", "# queues\nnurse:" + nurse + general.replace("Everything", '"Everything"')
    )
    assert versions(site) == before


def test_the_folder_does_not_count(site, tmp_path):
    before = versions(site)
    site.path = site.path.rename(tmp_path / "elsewhere")
    assert versions(site) == before


def test_a_prompt_of_the_flow_changes_both(site):
    before = versions(site)
    site.replace("prompts.yaml", "Press 1 or 2 or 3.", "Please press 1 or 2 or 3.")
    after = versions(site)
    assert after[0] != before[0]
    assert after[1] != before[1]


def test_a_step_changes_both(site):
    before = versions(site)
    site.replace("flows/main.yaml", "    prompt: menu\n", "    prompt: menu\n    attempts: 2\n")
    assert all(old != new for old, new in zip(before, versions(site), strict=True))


def test_hours_that_the_flow_asks_for_change_both(site):
    before = versions(site)
    site.replace("calendars.yaml", "13:00-17:30", "13:00-17:00")
    assert all(old != new for old, new in zip(before, versions(site), strict=True))


def test_an_agent_changes_the_site_and_not_the_flow(site):
    before = versions(site)
    site.replace("agents.yaml", "general: 3", "general: 4")
    after = versions(site)
    assert after[0] != before[0]
    assert after[1] == before[1]


def test_a_calendar_that_the_flow_does_not_name_leaves_the_flow_alone(site):
    before = versions(site)
    site.write(
        "calendars.yaml",
        (site.path / "calendars.yaml").read_text() + "other:\n  week: {sunday: [10:00-11:00]}\n",
    )
    after = versions(site)
    assert after[0] != before[0]
    assert after[1] == before[1]


@pytest.mark.parametrize(
    "line",
    [
        "deadline_s: 300",
        "prefer: skill",
        "relax: [{after_s: 60, level: any}]",
        "last_agent_wait_s: 15",
        "hours: office",
        "longest_wait_s: 300",
        "call_back_attempts: 2",
        "call_back_every_s: 600",
    ],
)
def test_every_rule_of_a_queue_changes_the_site(site, line):
    before = versions(site)
    site.replace("queues.yaml", "  title: Everything\n", f"  title: Everything\n  {line}\n")
    assert versions(site)[0] != before[0]


def test_a_longest_wait_changes_the_flows_in_which_callers_wait_there(site):
    site.write(
        "queues.yaml",
        (site.path / "queues.yaml").read_text() + "desk:\n  title: Desk\n  skills: [general]\n",
    )
    before = versions(site)
    site.replace("queues.yaml", "title: Desk\n", "title: Desk\n  longest_wait_s: 300\n")
    assert versions(site)[1] == before[1]
    site.replace("queues.yaml", "title: Everything\n", "title: Everything\n  longest_wait_s: 300\n")
    assert versions(site)[1] != before[1]
    assert load_site(site.path).rules.longest_waits == {"general": 300.0, "desk": 300.0}


def test_a_longhand_means_what_its_shorthand_does(site):
    site.replace(
        "queues.yaml", "  title: Nurse\n", "  title: Nurse\n  relax: [{after_s: 9, level: 1}]\n"
    )
    before = versions(site)
    site.replace("queues.yaml", "level: 1", "level: any")
    site.replace("queues.yaml", "[{skill: nurse}]", "[nurse]")
    site.replace("site.yaml", "{es: spanish}", "{es: {skill: spanish}}")
    assert versions(site) == before


def test_a_queue_has_a_deadline_unless_it_says_that_there_is_never_one(site):
    assert load_site(site.path).queues["general"].deadline_s == 600.0
    site.replace("queues.yaml", "title: Everything\n", "title: Everything\n  deadline_s: never\n")
    assert load_site(site.path).queues["general"].deadline_s is None


def test_the_ladder_changes_the_site_and_no_flow(site):
    before = versions(site)
    ladder = "emergency: {ladder: [{after_s: 9, do: ring-all}, {after_s: 30, do: on-call}]}\n"
    site.replace("site.yaml", "id: small\n", "id: small\n" + ladder)
    after = versions(site)
    assert after[0] != before[0]
    assert after[1] == before[1]
