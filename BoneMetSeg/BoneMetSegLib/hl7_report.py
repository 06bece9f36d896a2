r"""Reports in HL7 v2 messages ORU^R01: the text of their OBX segments, joined in order (floor 2).

Chapters 2 and 7 of HL7 v2.5. Separators come from MSH-1 and MSH-2, the character set from MSH-18, the numbers of the
examination from ORC-2, ORC-3, OBR-2, OBR-3 and OBR-18 to 20, the text from OBX-5 of the types TX, FT, ST, CE, CWE, ED.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from .errors import InputError
from .line_joining import joined_lines
from .report import normalise
from .report_choice import FoundReport
from .report_headings import is_heading
from .text_encodings import chinese_in_disguise, decoded, decoded_as

_START = re.compile(rb"^[\x0b\s]{0,16}(?:(?:FHS|BHS)[^\r\n]{0,500}[\r\n\x0b]+){0,2}MSH[^\w\s]")
# HL7 table 0211 and what is written for it.
_CODECS = {
    "UNICODEUTF8": "utf-8", "UTF8": "utf-8", "UNICODE": "utf-8", "GB180302000": "gb18030", "GB18030": "gb18030",
    "GB2312": "gb18030", "GBK": "gb18030", "CNS116431992": "big5hkscs", "BIG5": "big5hkscs",
    "88591": "latin-1", "885915": "iso8859-15",
}  # fmt: skip
_WESTERN = frozenset({"latin-1", "iso8859-15"})
_TEXT_TYPES = frozenset({"TX", "FT", "ST", "CE", "CWE", "CF", "CNE", ""})
_WITHDRAWN = frozenset("DWX")  # OBX-11: deleted, wrong patient, no result
_STATUS_RANK = {"C": 3, "F": 2, "A": 1}  # OBR-25: a correction replaces the final report, that the preliminary one
_HEADING_OF_SUFFIX = {
    "GDT": ("检查所见", "Findings"),
    "IMP": ("诊断意见", "Impression"),
    "REC": ("建议", "Recommendations"),
}
_HEADING_OF_CODE = {
    **dict.fromkeys(("18782-3", "59776-5"), "GDT"),
    **dict.fromkeys(("19005-8", "55110-1"), "IMP"),
    "18783-1": "REC",
}
_LINE_COMMANDS = re.compile(r"\.(?:br|sp|ce|ti|in|sk)[+-]?\d*", re.IGNORECASE)
_SHORT_LINE = 60  # columns under which a line was ended on purpose
_MAX_MESSAGES = 20_000


def looks_like_hl7(data: bytes) -> bool:
    """Return whether bytes start as HL7 v2 messages do."""
    return _START.match(_in_bytes(data[:4000])) is not None


def _in_bytes(data: bytes) -> bytes:
    """Return messages without a byte order mark, those in UTF-16 as UTF-8."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace").encode("utf-8")
    return data.removeprefix(codecs.BOM_UTF8)


def hl7_reports(name: str, data: bytes, read_document: Callable[[str, bytes], tuple[str, str]]) -> list[FoundReport]:
    """Return the reports of a file of messages, one per examination; a correction replaces what came before.

    Parameters
    ----------
    name : str
        The file's name, for the error.
    data : bytes
    read_document : callable
        ``read_document(name, bytes)`` returns text and kind of a document that a message carries (a PDF).

    Raises
    ------
    InputError
        There is no ORU message, or none with text; the bytes are not of the character set named.
    """
    messages = list(_messages(name, _in_bytes(data)))
    results = [message for message in messages if message.kind.startswith("ORU")]
    if not results:
        # A damaged header may hold something else there, the patient's number too.
        known = {message.kind for message in messages if re.fullmatch(r"[A-Z]{3}(?:\^[A-Z]\d\d)?", message.kind)}
        kinds = ", ".join(sorted(known))[:60]
        raise InputError(f"{name} holds HL7 messages of the kind {kinds or 'unknown'}; ORU^R01 with a report is needed")
    found = [report for message in results for report in _reports(name, message, read_document)]
    if not found:
        raise InputError(f"{name} holds HL7 messages without a report's text (OBX segments of type TX, FT or ED)")
    latest: dict[tuple[str, tuple[str, ...] | int], tuple[int, FoundReport]] = {}
    for number, (patient, rank, report) in enumerate(found):
        key = patient, report.accessions or number
        if key not in latest or rank >= latest[key][0]:
            latest[key] = rank, report
    return [report for _, report in latest.values()]


@dataclass(frozen=True)
class _Message:
    kind: str
    encoding: str
    codec: str
    separators: str  # field, component, repetition, escape, subcomponent
    segments: list[list[str]] = field(repr=False)

    def parts(self, segment: list[str], number: int) -> list[str]:
        """Return the components of a field (1-based)."""
        value = segment[number] if number < len(segment) else ""
        return value.split(self.separators[1])

    def repetitions(self, value: str) -> list[str]:
        """Return the repetitions of a field's value; "6~8" and "T3~T5" are ranges that were not escaped."""
        mark = re.escape(self.separators[2])
        return re.split(rf"(?<!\d){mark}|{mark}(?!第?[A-Za-z]?\d{{1,2}}(?![\d.、)]))", value)

    def plain(self, value: str) -> str:
        """Return a value with its escape sequences replaced."""
        mark = self.separators[3]
        if not mark.strip() or mark not in value:
            return value
        value = value.replace(f"{mark * 2}.br{mark * 2}", f"{mark}.br{mark}")  # escaped twice on its way
        return re.sub(f"{re.escape(mark)}([^{re.escape(mark)}\n]{{1,400}}){re.escape(mark)}", self._unescaped, value)

    def _unescaped(self, match: re.Match[str]) -> str:
        code = match[1]
        single = {"F": 0, "S": 1, "R": 2, "E": 3, "T": 4}.get(code)
        if single is not None:
            return self.separators[single]
        if _LINE_COMMANDS.fullmatch(code):
            return "\n"
        if code[0] in "Xx" and re.fullmatch("(?:[0-9A-Fa-f]{2})+", code[1:]):
            raw = bytes.fromhex(code[1:])
            text = decoded_as(raw, self.codec or "utf-8")
            return (text if text is not None else raw.decode("latin-1")).replace("\r\n", "\n").replace("\r", "\n")
        if code in "HN" or code[0] in ".CMZP":  # highlighting, formatting, other character sets
            return ""
        return match[0]


def _messages(name: str, data: bytes) -> Iterator[_Message]:
    starts = [match.start(1) for match in re.finditer(rb"(?:^|[\r\n\x0b\x1c])(MSH[^\w\s])", data)]
    if len(starts) > _MAX_MESSAGES:
        raise InputError(f"{name} holds {len(starts)} HL7 messages; at most {_MAX_MESSAGES} are read")
    for start, stop in zip(starts, [*starts[1:], len(data)], strict=True):
        yield _message(name, data[start:stop])


def _message(name: str, raw: bytes) -> _Message:
    head = raw[:2000].decode("latin-1").splitlines()[0]
    separators = (head[3:8] + "|^~\\&"[len(head[3:8]) :]) if len(head) > 7 else "|^~\\&"
    fields = head.split(separators[0])
    said = re.sub(r"[\s./_-]|ISO(?=8859)", "", (fields[17] if len(fields) > 17 else "").split(separators[2])[0]).upper()
    codec = _CODECS.get(said, "")
    text = decoded_as(raw, codec) if codec else None
    if text is not None and codec in _WESTERN and chinese_in_disguise(raw):
        text = None
    encoding = {"utf-8": "UTF-8", "gb18030": "GB18030", "big5hkscs": "Big5"}.get(codec, codec)
    if text is None:  # nothing or something wrong is said: looked at
        read = decoded(raw)
        if read is None:
            raise InputError(f"{name} is not text in the character set that its HL7 header names")
        text, encoding = read
    lines = [line.strip("\n\x0b\x1c ") for line in re.split(r"[\r\n]+", text)]
    segments = _segments([line for line in lines if line], separators[0])
    header = segments[0] if segments else []
    kind = header[8].replace(separators[1], "^")[:40] if len(header) > 8 else ""
    return _Message(kind, encoding, codec or "", separators, segments)


def _segments(lines: list[str], separator: str) -> list[list[str]]:
    """Return segments as fields; a line that starts no segment continues the one before.

    Fields are numbered as HL7 does, but for MSH: its first is the separator itself, so MSH-9 is ``[8]``.
    """
    segments: list[list[str]] = []
    for line in lines:
        if re.match(rf"[A-Z][A-Z0-9]{{2}}{re.escape(separator)}", line):
            segments.append(line.split(separator))
        elif segments:
            segments[-1][-1] += f"\n{line}"
    return segments


def _reports(
    name: str, message: _Message, read_document: Callable[[str, bytes], tuple[str, str]]
) -> Iterator[tuple[str, int, FoundReport]]:
    """Yield patient, rank and report of each examination (OBR); those of one number are one report."""
    order: list[str] = []
    groups: dict[tuple[str, tuple[str, ...]], tuple[int, list[list[str]]]] = {}
    numbers: tuple[str, ...] = ()
    patient = ""  # a message may hold the results of several
    for segment in message.segments:
        if segment[0] == "PID":
            patient, order, numbers = "|".join(segment[2:4]), [], ()
        elif segment[0] == "ORC":
            order = _numbers(message, segment, (2, 3))
        elif segment[0] == "OBR":
            numbers = tuple(dict.fromkeys(order + _numbers(message, segment, (2, 3, 18, 19, 20))))
            status = segment[25].strip() if len(segment) > 25 else ""
            groups.setdefault((patient, numbers), (_STATUS_RANK.get(status[:1], 0), []))
        elif segment[0] == "OBX":
            groups.setdefault((patient, numbers), (0, []))[1].append(segment)
    for (patient, accessions), (rank, observations) in groups.items():
        text, kind = _observed(name, message, observations, read_document)
        if text.strip():
            yield patient, rank, FoundReport(text, f"HL7 v2, {kind or message.encoding}", accessions)


def _numbers(message: _Message, segment: list[str], fields: tuple[int, ...]) -> list[str]:
    found = (message.plain(message.parts(segment, number)[0]).strip() for number in fields)
    return [number for number in found if number]


def _observed(
    name: str, message: _Message, observations: list[list[str]], read_document: Callable[[str, bytes], tuple[str, str]]
) -> tuple[str, str]:
    """Return the text of observations; the document they carry only where they hold no text themselves."""
    blocks: list[tuple[str, list[str]]] = []
    documents: list[bytes] = []
    for segment in observations:
        kind = segment[2].strip() if len(segment) > 2 else ""
        if len(segment) < 6 or (len(segment) > 11 and segment[11].strip()[:1] in _WITHDRAWN):
            continue
        if kind == "ED":
            documents += _documents(name, message, segment)
        elif kind in _TEXT_TYPES:
            heading = _heading(message, segment)
            if not blocks or blocks[-1][0] != heading:
                blocks.append((heading, []))
            for repetition in message.repetitions(segment[5]):
                shown = _coded(message, repetition) if kind in ("CE", "CWE", "CF", "CNE") else repetition
                blocks[-1][1].extend(message.plain(shown).split("\n"))
    said = "\n".join(_block(heading, lines) for heading, lines in blocks if any(line.strip() for line in lines))
    if said.strip() or not documents:
        return said, ""
    read = [read_document(name, document) for document in documents]
    return "\n".join(text for text, _ in read), read[0][1]


def _coded(message: _Message, value: str) -> str:
    """Return the words of a coded value: its second component, else its first."""
    parts = value.split(message.separators[1])
    return parts[1] if len(parts) > 1 and parts[1] else parts[0]


def _block(heading: str, lines: list[str]) -> str:
    body = joined_lines(lines, short=_SHORT_LINE)
    first = next((line for line in lines if line.strip()), "").strip()
    if not heading or _starts_with_heading(first):
        return body
    pair = _HEADING_OF_SUFFIX.get(heading)
    title = heading if pair is None else pair[0 if re.search("[\u4e00-\u9fff]", body) else 1]
    return f"{title}:\n{body}"


def _starts_with_heading(line: str) -> bool:
    plain = normalise(line)
    return is_heading(plain) or (":" in plain and is_heading(plain[: plain.index(":") + 1]))


def _heading(message: _Message, segment: list[str]) -> str:
    """Return the section that OBX-3 names: "GDT", "IMP", "REC", its words where they are a heading, or ""."""
    for code in message.parts(segment, 3):
        for part in code.split(message.separators[4]):
            suffix = _HEADING_OF_CODE.get(part.strip(), part.strip().upper())
            if suffix in _HEADING_OF_SUFFIX:
                return suffix
    for words in message.parts(segment, 3)[:2]:
        plain = message.plain(words).strip()
        if plain and is_heading(normalise(f"{plain}:")):
            return plain
    return ""


def _documents(name: str, message: _Message, segment: list[str]) -> Iterator[bytes]:
    """Yield the documents of an OBX segment of type ED: source ^ type ^ subtype ^ encoding ^ data."""
    parts = message.parts(segment, 5)
    if len(parts) < 5:
        return
    encoding, data = parts[3].strip().lower(), parts[4]
    if encoding == "base64":
        packed = "".join(message.plain(data).split())
        try:
            yield base64.b64decode(packed + "=" * (-len(packed) % 4), validate=True)
        except (binascii.Error, ValueError) as error:
            raise InputError(f"{name} carries a document in its HL7 message that is cut short or damaged") from error
    elif encoding == "hex":
        try:
            yield bytes.fromhex("".join(data.split()))
        except ValueError as error:
            raise InputError(f"{name} carries a document in its HL7 message that is damaged") from error
    else:
        yield message.plain(data).encode("utf-8", "replace")
