"""The tablet's texts: every code in every language, none without use, and no text outside the catalogues."""

import json
import re
import shutil
import subprocess
from typing import Any

import pytest

from mobile_api.tablet_files import TABLET
from workorders.catalogue import CATALOGUE, catalogue_document
from workorders.messages.texts import LANGUAGES
from workorders.messages.words import unable_title
from workorders.usecases.district.publish_rules import sample_document

USED = re.compile(r"""[^\w.](?:t|Worded|Unreachable)\(\s*([^)]*)""")
CODE = re.compile(r"""["`]([a-z][\w]*(?:\.[\w]+)*(?:\.\$\{[^}]+\})?)["`]""")
CODE_ELSEWHERE = re.compile(
    r"""(?:code|otherwise|verb)(?:: | = )"([a-z_]+\.[\w.]+)"|["`](read\.\$\{\w+\})`"""
)
TEMPLATE = re.compile(r"html`")
SERVED = {"title", "help", "section", "unit"}
PROPER = re.compile(r"Curbstop")


def sources() -> dict[str, str]:
    """Every script of the app outside the catalogues."""
    folders = ("ui", "lib", "data", "rules")
    found = [path for folder in folders for path in sorted((TABLET / folder).glob("*.js"))]
    return {path.relative_to(TABLET).as_posix(): path.read_text() for path in [TABLET / "app.js", *found]}


@pytest.fixture(scope="module")
def catalogues() -> dict[str, Any]:
    """The catalogues as JavaScript reads them, by language."""
    node = shutil.which("node")
    assert node, "Node is needed"
    script = "const all = {};" + "".join(
        f"all.{code} = (await import({json.dumps((TABLET / 'texts' / f'{code}.js').as_uri())})).default;"
        for code in LANGUAGES
    )
    run = subprocess.run(
        [node, "--input-type=module", "-e", f"{script}console.log(JSON.stringify(all));"],
        capture_output=True,
        text=True,
        check=True,
    )
    read: dict[str, Any] = json.loads(run.stdout)
    return read


def codes_in(text: str) -> set[str]:
    """Codes that a script asks for; a part that is filled in stands as `*`."""
    found = {code for call in USED.findall(text) for code in CODE.findall(call)}
    found |= {one or other for one, other in CODE_ELSEWHERE.findall(text)}
    return {re.sub(r"\$\{[^}]+\}", "*", code) for code in found}


@pytest.mark.node
def test_every_language_has_every_code_with_the_same_parameters(catalogues: dict[str, Any]) -> None:
    english = catalogues["en"]["words"]

    def parameters(text: str | dict[str, str]) -> set[str]:
        forms = [text] if isinstance(text, str) else list(text.values())
        return {name for form in forms for name in re.findall(r"\{(\w+)\}", form)}

    for language in LANGUAGES:
        words = catalogues[language]["words"]
        assert set(words) == set(english), language
        for code, text in words.items():
            assert parameters(text) == parameters(english[code]), (language, code)
            assert isinstance(text, str) == isinstance(english[code], str), (language, code)
            assert text not in ("", {}), (language, code)


@pytest.mark.node
def test_every_code_has_a_text_and_every_text_a_use(catalogues: dict[str, Any]) -> None:
    english = set(catalogues["en"]["words"])
    used: set[str] = {"language.name"}
    for name, text in sources().items():
        for code in codes_in(text):
            prefix = code.removesuffix("*")
            matching = {
                known for known in english if known == code or ("*" in code and known.startswith(prefix))
            }
            assert matching, f"{name} asks for {code}"
            used |= matching
    problems = {code for code in english if code.startswith("error.")}  # of the server, said by their code
    assert english - used - problems == set()


def texts_of(node: Any) -> set[str]:
    """What the server writes for people in a document, at whatever depth."""
    if isinstance(node, list):
        return set().union(*map(texts_of, node)) if node else set()
    if not isinstance(node, dict):
        return set()
    found = {value for key, value in node.items() if key in SERVED and isinstance(value, str)}
    found |= set(node.get("door_checks") or ())
    return found.union(*map(texts_of, node.values()))


@pytest.mark.node
def test_what_the_server_writes_in_english_is_turned_too(catalogues: dict[str, Any]) -> None:
    wanted = texts_of(catalogue_document()) | texts_of(sample_document()["fees"])
    wanted |= {unable_title(code) for known in CATALOGUE.values() for code in known.unable_reasons}
    assert len(wanted) > 100
    assert wanted - set(catalogues["es"]["served"]) == set()
    assert set(catalogues["es"]["served"]) - wanted == set()


def templates(text: str) -> list[str]:
    """The literal parts of a script's templates, without what is filled in."""
    parts = []
    for start in (match.end() for match in TEMPLATE.finditer(text)):
        literal, depth, at = "", 0, start
        while at < len(text) and (depth or text[at] != "`"):
            if text.startswith("${", at):
                depth += 1
                at += 1
            elif depth and text[at] == "{":
                depth += 1
            elif depth and text[at] == "}":
                depth -= 1
            elif not depth:
                literal += text[at]
            at += 1
            if depth and at < len(text) and text[at] == "`":  # a template within: its own start finds it
                at = closing(text, at + 1) + 1
        parts.append(literal)
    return parts


def closing(text: str, at: int) -> int:
    """Where the template that begins at `at` ends."""
    while at < len(text) and text[at] != "`":
        if text.startswith("${", at):
            depth, at = 1, at + 2
            while depth and at < len(text):
                if text[at] == "`":
                    at = closing(text, at + 1)
                depth += {"{": 1, "}": -1}.get(text[at], 0)
                at += 1
        else:
            at += 1
    return at


def test_no_text_stands_in_a_page() -> None:
    sample = 'html`<p title="Lock">Hi ${on ? html`<b>you ${name}</b>` : nothing} there</p>`'
    assert templates(sample) == ['<p title="Lock">Hi  there</p>', "<b>you </b>"]
    for name, text in sources().items():
        for literal in templates(text):
            shown = re.sub(r"<[^>]*>", " ", f">{literal}<" if "<" not in literal else literal)
            words = re.findall(r"[A-Za-zÀ-ÿ]{2,}", shown.replace(">", " ").replace("<", " "))
            assert not [w for w in words if not PROPER.match(w)], f"{name}: {literal[:120]}"
            spoken = re.findall(r"""(?:aria-label|placeholder|title|alt)="([^"]+)\"""", literal)
            assert [s for s in spoken if re.search("[A-Za-z]{2}", s) and "XXXX" not in s] == [], name
        assert not re.search(r"""say\(\s*["`]|new Error\(["`]""", text), name
