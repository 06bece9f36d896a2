"""The Chinese words of the panel: collected from the sources, kept in a .ts file, compiled to the .qm that ships.

``python -m Testing.translations`` brings the .ts file into step with the sources, compiles it, and names what is not
translated yet: fill in ``<translation>`` in the .ts file and run it again. A translation belongs to its English text:
one that moves to another file keeps it, and one that nobody says any more waits in the .ts file ("vanished") in case it
comes back. ``--check`` writes nothing.

Qt's own lupdate gives module-level ``_()`` the empty context; Slicer asks for the file's name, after the package's.
"""

from __future__ import annotations

import argparse
import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

CHECKOUT = Path(__file__).resolve().parents[1]
MODULE = CHECKOUT / "BoneMetSeg"
LANGUAGE = "zh_CN"
TS_FILE = MODULE / "Resources" / "Translations" / f"BoneMetSeg_{LANGUAGE}.ts"
QM_FILE = TS_FILE.with_suffix(".qm")

Texts = dict[tuple[str, str], str]


class UntranslatableError(ValueError):
    """``_()`` was given something that is no plain text, so nobody can look it up."""


def texts_in_sources(module: Path = MODULE) -> list[tuple[str, str]]:
    """Return context and text of every translatable string, sorted."""
    found: set[tuple[str, str]] = set()
    for path in (*module.glob("*.py"), *module.glob("BoneMetSegPanel/*.py")):
        found |= {(context_of(path), text) for text in _texts_of_python(path)}
    for path in (module / "Resources" / "UI").glob("*.ui"):
        found |= set(_texts_of_form(path))
    return sorted(found)


def context_of(path: Path) -> str:
    """Return the context under which ``slicer.i18n.tr`` looks for the words of a Python file."""
    return f"{path.parent.name}.{path.stem}" if (path.parent / "__init__.py").is_file() else path.stem


def _texts_of_python(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_":
            text = node.args[0]
            if not (isinstance(text, ast.Constant) and isinstance(text.value, str)):
                raise UntranslatableError(f"{path.name}:{node.lineno}: _() takes a plain text, without f and variables")
            yield text.value


def _texts_of_form(path: Path) -> Iterator[tuple[str, str]]:
    """Yield what QUiLoader translates: strings, under the class of the form."""
    form = ET.parse(path).getroot()
    context = form.findtext("class") or ""
    fixed = {id(string) for parent in form.iter() if parent.get("notr") == "true" for string in parent.iter("string")}
    for string in form.iter("string"):
        if string.text and string.get("notr") != "true" and id(string) not in fixed:
            yield context, string.text


def read_translations(path: Path = TS_FILE) -> Texts:
    """Return the translations of a .ts file by context and text; empty where one is missing."""
    if not path.is_file():
        return {}
    return {
        (context.findtext("name") or "", message.findtext("source") or ""): message.findtext("translation") or ""
        for context in ET.parse(path).getroot().iter("context")
        for message in context.iter("message")
    }


def in_step(wanted: list[tuple[str, str]], known: Texts) -> Texts:
    """Return a translation for each wanted text: its own, that of the same text elsewhere, or none."""
    by_text = {text: translation for (_, text), translation in sorted(known.items()) if translation}
    return {(context, text): known.get((context, text)) or by_text.get(text, "") for context, text in wanted}


def vanished(wanted: list[tuple[str, str]], known: Texts) -> Texts:
    """Return the translations of texts that nobody says any more."""
    said = {text for _, text in wanted}
    return {(context, text): translation for (context, text), translation in known.items() if text not in said}


def ts_document(translations: Texts, gone: Texts | None = None) -> str:
    """Return the text of a .ts file; what is ``gone`` is kept in it and not compiled."""
    gone = {key: translation for key, translation in (gone or {}).items() if translation}
    translations = {**translations, **gone}
    lines = ['<?xml version="1.0" encoding="utf-8"?>', "<!DOCTYPE TS>", f'<TS version="2.1" language="{LANGUAGE}">']
    for context in sorted({context for context, _ in translations}):
        lines += ["<context>", f"    <name>{escape(context)}</name>"]
        for (where, text), translation in sorted(translations.items()):
            if where == context:
                state = "" if translation else ' type="unfinished"'
                state = ' type="vanished"' if (where, text) in gone else state
                lines += [
                    "    <message>",
                    f"        <source>{escape(text)}</source>",
                    f"        <translation{state}>{escape(translation)}</translation>",
                    "    </message>",
                ]
        lines.append("</context>")
    return "\n".join([*lines, "</TS>", ""])


def faults(translations: Texts) -> list[str]:
    """Return a line for each text without translation, and for each whose translation lost or gained a placeholder."""
    lines = []
    for (context, text), translation in sorted(translations.items()):
        if not translation:
            lines.append(f"not translated in {context}: {text!r}")
        elif _placeholders(text) != _placeholders(translation):
            lines.append(f"other placeholders in {context}: {text!r} - {translation!r}")
    return lines


def _placeholders(text: str) -> set[str]:
    return set(re.findall(r"(?<!\{)\{([^{}]+)\}(?!\})", text))


def compile_translations(ts_file: Path = TS_FILE, qm_file: Path = QM_FILE) -> None:
    """Compile a .ts file with Qt's lrelease, which PySide6 brings."""
    import PySide6

    program = Path(PySide6.__file__).parent / ("lrelease.exe" if sys.platform == "win32" else "lrelease")
    subprocess.run([str(program), "-silent", str(ts_file), "-qm", str(qm_file)], check=True, timeout=60)


def main(arguments: list[str] | None = None) -> int:
    """Bring .ts and .qm into step, or say what is not."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing")
    is_check = parser.parse_args(arguments).check
    wanted, known = texts_in_sources(), read_translations()
    translations = in_step(wanted, known)
    if not is_check:
        TS_FILE.parent.mkdir(parents=True, exist_ok=True)
        TS_FILE.write_text(ts_document(translations, vanished(wanted, known)), encoding="utf-8", newline="\n")
        compile_translations()
    lines = faults(translations)
    print(*lines or [f"All {len(translations)} texts are translated."], sep="\n")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
