"""``lookups.yaml``: every mistake at its line, and no message shows what may be a credential."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.document import Document
from config.load import DEFAULT_CLINIC
from config.lookups import LOOKUPS, LookupSource, read_lookups, read_tables, secrets_named
from config.report import Report
from config.source import parse_document, read_document

GOOD = """\
patients:
  url: https://records.example.org/patients/{id}?phone={phone}&birth_date={birth_date}
  headers: {Accept: application/json}
  secret_headers: {Authorization: records/token}
  timeout_s: 3
  attempts: 2
  found_at: entry.0
log:
  url: http://127.0.0.1:8080/log
  method: POST
demo:
  file: patients.csv
"""


def read(text):
    document, problems = parse_document(LOOKUPS, text.encode())
    assert problems == []
    report = Report()
    return read_lookups(document, report), [str(each) for each in report.problems]


def test_a_good_file_is_read_whole():
    sources, problems = read(GOOD)
    assert problems == []
    assert list(sources) == ["patients", "log", "demo"]
    assert sources["patients"].placeholders == ("id", "phone", "birth_date")
    assert sources["patients"].secret_headers == {"Authorization": "records/token"}
    assert sources["log"] == LookupSource(id="log", url="http://127.0.0.1:8080/log", method="POST")
    assert sources["demo"] == LookupSource(id="demo", file="patients.csv")
    assert sources["demo"].placeholders == ()
    assert list(secrets_named(sources.values())) == [
        (("patients", "secret_headers", "Authorization"), "records/token")
    ]


PATIENTS_URL = "https://records.example.org/patients/{id}?phone={phone}&birth_date={birth_date}"
CREDENTIALS = "2:8: patients.url: a URL may hold no user and password"
PLACEHOLDERS = "2:8: patients.url: wanted names in braces"
NO_HOST = "2:8: patients.url: the URL names no host"
PLAIN = "2:8: patients.url: everybody on the way can read http://"
MISTAKES = [
    (PATIENTS_URL, "https://ann:hidden@records.example.org/", CREDENTIALS),
    (PATIENTS_URL, "https://hidden@records.example.org/", CREDENTIALS),
    (PATIENTS_URL, "https://@records.example.org/", CREDENTIALS),
    (PATIENTS_URL, "https://x.org/{phone", PLACEHOLDERS),
    (PATIENTS_URL, "https://x.org/phone}", PLACEHOLDERS),
    (PATIENTS_URL, "https://x.org/{}", PLACEHOLDERS),
    (PATIENTS_URL, "https://x.org/{{phone}}", PLACEHOLDERS),
    (PATIENTS_URL, "https://x.org/{Phone}", PLACEHOLDERS),
    (PATIENTS_URL, "https://x.org/{phone number}", PLACEHOLDERS),
    (PATIENTS_URL, "https://{host}/", "2:8: patients.url: the host may not depend"),
    (PATIENTS_URL, "https://x.org:{port}/", "2:8: patients.url: this is no URL"),
    (PATIENTS_URL, "https:///patients", NO_HOST),
    (PATIENTS_URL, "https://", NO_HOST),
    (PATIENTS_URL, "https://:443/", NO_HOST),
    (PATIENTS_URL, "https://x..org/", NO_HOST),
    (PATIENTS_URL, f"https://{'x' * 64}.org/", NO_HOST),
    (PATIENTS_URL, "https://[::1/", "2:8: patients.url: this is no URL"),
    (PATIENTS_URL, "https://x.org:99999/", "2:8: patients.url: this is no URL"),
    (PATIENTS_URL, "ftp://x.org/", "2:8: patients.url: wanted https://"),
    (PATIENTS_URL, "records.example.org", "2:8: patients.url: wanted https://"),
    (PATIENTS_URL, "file:///etc/passwd", "2:8: patients.url: wanted https://"),
    (PATIENTS_URL, "http://records.example.org/", PLAIN),
    (PATIENTS_URL, "http://127.0.0.1.example.org/", PLAIN),
    (PATIENTS_URL, "https://x.org/#top", "2:8: patients.url: what follows a '#' is never sent"),
    (PATIENTS_URL, "https://x.org/a b", "2:8: patients.url: a character may not stand in a URL"),
    (PATIENTS_URL, "https://x.org/é", "2:8: patients.url: a character may not stand in a URL"),
    (PATIENTS_URL, r"https://x.org\@y.org", "2:8: patients.url: a character may not stand"),
    (PATIENTS_URL, "https://x.org/%2{id}", "2:8: patients.url: a '%' must be followed by two"),
    (PATIENTS_URL, "https://x.org/?{id}=1", "2:8: patients.url: what is given can be the value"),
    (PATIENTS_URL, "https://x.org/?a=1&{id}", "2:8: patients.url: what is given can be the value"),
    (PATIENTS_URL, "''", "2:8: patients.url: nothing is given"),
    (PATIENTS_URL, "[hidden]", "2:3: patients.url: found a list, wanted text"),
    ("timeout_s: 3", "timeout_s: 0.1", "5:14: patients.timeout_s: found 0.1, wanted 0.2 to 10"),
    ("timeout_s: 3", "timeout_s: 10.5", "5:14: patients.timeout_s: found 10.5, wanted 0.2 to 10"),
    ("timeout_s: 3", "timeout_s: nan", "5:14: patients.timeout_s: found 'nan', wanted a number"),
    ("timeout_s: 3", "timeout_s: soon", "5:14: patients.timeout_s: found 'soon', wanted a number"),
    ("attempts: 2", "attempts: 0", "6:13: patients.attempts: found 0, wanted 1 to 3"),
    ("attempts: 2", "attempts: 4", "6:13: patients.attempts: found 4, wanted 1 to 3"),
    ("attempts: 2", "retries: 2", "6:3: patients.retries: unknown key 'retries'"),
    (
        "found_at: entry.0",
        "found_at: entry[0]",
        "7:13: patients.found_at: wanted names and numbers",
    ),
    ("found_at: entry.0", "found_at: ..", "7:13: patients.found_at: wanted names and numbers"),
    (
        "{Accept: application/json}",
        "Authorization hidden",
        "3:12: patients.headers: wanted a mapping, such as",
    ),
    (
        "{Accept: application/json}",
        "{Authorization: Bearer hidden}",
        "3:13: patients.headers: Authorization is a secret; name it in 'secret_headers'",
    ),
    (
        "{Accept: application/json}",
        "{'X: hidden': y}",
        "3:13: patients.headers: this is no name of a header",
    ),
    ("{Accept: application/json}", "{X: 'a b '}", "3:13: patients.headers: this cannot be sent"),
    ("{Accept: application/json}", '{X: "a\\nhidden"}', "3:13: patients.headers: this cannot be"),
    ("{Accept: application/json}", "{X: [hidden]}", "3:13: patients.headers: found a list"),
    (
        "{Accept: application/json}",
        "{accept-encoding: gzip}",
        "3:13: patients.headers: the line sets the header accept-encoding itself",
    ),
    (
        "{Accept: application/json}",
        "{Host: evil.example}",
        "3:13: patients.headers: the line sets the header Host itself",
    ),
    (
        "{Accept: application/json}",
        "{authorizatioN: x, AUTHORIZATION: y}",
        "3:13: patients.headers: authorizatioN is a secret",
    ),
    (
        "{Authorization: records/token}",
        "{ACCEPT: records/token}",
        "4:20: patients.secret_headers: this header stands twice; the first is on line 3",
    ),
    (
        "{Authorization: records/token}",
        "{Authorization: Bearer hidden}",
        "4:20: patients.secret_headers: this is no name of a secret",
    ),
    (
        "{Authorization: records/token}",
        "hidden",
        "4:19: patients.secret_headers: wanted a mapping",
    ),
    ("method: POST", "method: PUT", "10:11: log.method: found 'PUT', wanted GET or POST"),
    ("method: POST", "method: post", "10:11: log.method: found 'post', wanted GET or POST"),
    ("http://127.0.0.1:8080/log", "http://10.0.0.1/log", "9:8: log.url: everybody on the way"),
    ("  file: patients.csv", "  timeout_s: 3", "11:1: demo: wanted either url or file"),
    (
        "  file: patients.csv",
        "  file: a.csv\n  url: https://x.org/",
        "11:1: demo: wanted either url or file",
    ),
    (
        "  file: patients.csv",
        "  file: a.csv\n  method: POST",
        "13:3: demo.method: 'method' is only for a url",
    ),
    ("file: patients.csv", "file: ../a.csv", "12:9: demo.file: wanted a file beside lookups.yaml"),
    (
        "file: patients.csv",
        "file: /etc/a.csv",
        "12:9: demo.file: wanted a file beside lookups.yaml",
    ),
    ("file: patients.csv", "file: a.txt", "12:9: demo.file: wanted a file beside lookups.yaml"),
    ("demo:\n  file: patients.csv", "demo: https://a:hidden@x.org", "11:7: demo: wanted a mapping"),
    ("demo:", "Demo Patients:", "11:1: Demo Patients: 'Demo Patients' is no name"),
    ("demo:", "providers:", "11:1: providers: this name belongs to the directory"),
]


@pytest.mark.parametrize(("old", "new", "told"), MISTAKES, ids=lambda value: value[:40])
def test_a_mistake_is_told_at_its_line_and_shows_no_credential(old, new, told):
    assert GOOD.count(old) == 1
    _, problems = read(GOOD.replace(old, new))
    assert problems[0].startswith(f"lookups.yaml:{told}"), problems
    assert not any("hidden" in each for each in problems)


def test_one_mistake_hides_no_other():
    _, problems = read(
        "a:\n"
        "  url: http://x.org/{A}\n"
        "  method: PUT\n"
        "  headers: {Host: x}\n"
        "  timeout_s: 99\n"
        "  attempts: many\n"
        "  colour: red\n"
    )
    assert [each.split(":")[1] for each in problems] == ["2", "3", "4", "5", "6", "7"]


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost/",
        "http://127.9.9.9:8080/x",
        "http://[::1]:8080/",
        "https://x.org",
        "https://x.org:8443/a/{b}/c.json?d={e}-{f}&g",
        "https://xn--e1afmkfd.example/%C3%A9",
    ],
)
def test_these_urls_are_fine(url):
    assert read(f"a: {{url: '{url}'}}\n")[1] == []


def test_http_beyond_this_machine_has_to_be_meant():
    assert read("a: {url: 'http://x.org/', plain_http: yes}\n")[1] == []
    assert len(read("a: {url: 'http://x.org/', plain_http: no}\n")[1]) == 1


# --- tables -------------------------------------------------------------------------------------


def tables(folder, text="id,phone,birth_date\na,+15555550101,1980-12-31\n"):
    (folder / "patients.csv").write_text(text)
    report = Report()
    sources = {
        "one": LookupSource(id="one", file="patients.csv"),
        "two": LookupSource(id="two", file="patients.csv"),
        "web": LookupSource(id="web", url="https://x.org/"),
    }
    return read_tables(folder, sources, report), [str(each) for each in report.problems]


def test_tables_are_read_once_for_all_who_ask_them(tmp_path):
    read, problems = tables(tmp_path)
    assert problems == []
    assert list(read) == ["one", "two"]
    assert read["one"] is read["two"]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("1980-12-31", "12/31/1980", "2:16: birth_date: this is no date such as 1980-12-31"),
        ("1980-12-31", "19801231", "2:16: birth_date: this is no date such as 1980-12-31"),
        ("1980-12-31", "1980-02-30", "2:16: birth_date: this is no date such as 1980-12-31"),
        ("+15555550101", "hidden", "2:3: phone: this is no phone number"),
        ("+15555550101", "5550101", "2:3: phone: this is no phone number"),
        ("a,+15555550101,", "a,", "2:1: this line has 2 cells, wanted 3"),
    ],
)
def test_what_could_never_fit_is_told_without_what_stands_there(tmp_path, old, new, told):
    good = "id,phone,birth_date\na,+15555550101,1980-12-31\nb,,\n"
    _, problems = tables(tmp_path, good.replace(old, new))
    (problem,) = problems
    assert problem.startswith(f"patients.csv:{told}")
    assert new not in problem


@pytest.mark.parametrize(
    ("file", "told"),
    [
        (
            "patient.csv",
            "there is no file 'patient.csv' beside lookups.yaml; did you mean 'patients.csv'?",
        ),
        (
            "bills.csv",
            "there is no file 'bills.csv' beside lookups.yaml; save it there, or name another",
        ),
        (
            "'C:\\clinic\\patients.csv'",
            "wanted a file beside lookups.yaml, such as 'patients.csv'",
        ),
        ("../patients.csv", "wanted a file beside lookups.yaml, such as 'patients.csv'"),
    ],
)
def test_a_table_that_is_not_there_is_told_once_where_it_is_named(site, file, told):
    site.write("patients.csv", "id,name\np-1,Ann\n")
    site.write("lookups.yaml", "patients:\n  file: patients.csv\n")
    assert site.problems() == []
    site.write("lookups.yaml", f"patients:\n  file: {file}\n")
    assert site.problems() == [f"lookups.yaml:2:9: patients.file: {told}"]
    # The table is not called unread beside a line that means it.
    assert bool(site.warnings()) is (file == "bills.csv")


def test_the_sample_is_right_and_so_is_what_stands_in_its_comment(tmp_path):
    document, problems = read_document(DEFAULT_CLINIC, LOOKUPS)
    report = Report()
    sources = read_lookups(document, report)
    assert (problems, report.problems) == ([], [])
    assert len(read_tables(DEFAULT_CLINIC, sources, report)["patients"].data) == 12
    assert report.problems == []
    text = (DEFAULT_CLINIC / LOOKUPS).read_text()
    example = [line.removeprefix("# ") for line in text[text.index("# records:") :].splitlines()]
    assert read("\n".join(example))[1] == []


# --- anything -----------------------------------------------------------------------------------

KEYS = [
    *("url", "file", "method", "headers", "secret_headers"),
    *("timeout_s", "attempts", "plain_http", "found_at", "x"),
]
WORDS = st.text(max_size=20) | st.sampled_from(
    [
        "https://x.org/{a}",
        "http://[",
        "GET",
        "1",
        "nan",
        "1e999",
        "yes",
        "entry.0",
        "a.csv",
        "{",
        "%",
    ]
)
PARTS = WORDS | st.text("https:/.{}?=&#@[]%01a", max_size=30).map(lambda text: "https://" + text)
ENTRIES = st.dictionaries(
    st.sampled_from(KEYS), PARTS | st.lists(WORDS, max_size=2) | st.dictionaries(WORDS, WORDS)
)


@given(st.dictionaries(st.text(max_size=8), PARTS | ENTRIES | st.just([]), max_size=3))
def test_whatever_stands_in_the_file_there_are_sources_or_problems(data):
    report = Report()
    sources = read_lookups(Document(file=LOOKUPS, data=data), report)
    assert report.problems or sources.keys() == data.keys()
    for source in sources.values():
        assert isinstance(source.placeholders, tuple)
