"""What agencies print behind the last sentence: end marks and the codes of desks and editors.

Only known shapes, only at the very end, and only behind a line end or the end of a sentence: a sentence that ends in a
number is left whole.
"""

import re
from collections.abc import Collection

from etl.model import Tail, TailMark

LONGEST = 120  # code points of the end that are looked at
MOST_MARKS = 4  # "End Item", a code, a source, and a code again
SENTENCE_END = r"(?<=[.!?…؟۔»”\"')\]])"
BREAK = rf"(?:\n|{SENTENCE_END}[ \t]*)"  # behind a line end or a sentence
OWN_LINE = rf"{SENTENCE_END}[ \t]*\n"  # a line of its own behind a sentence
# An end mark, and its own code where it has one.
ENDS = (
    r"/?(?:انتهای|پایان)[ \u200c]?(?:پیام|خبر|گزارش)",  # انتهای پیام/   انتهای پیام/ 4040 (seen at Tasnim, ISNA, YJC)
    r"[/(]?[ ]?انته[ىی]",  # /انتهى/   انتهى/ 25 (seen at INA)
    r"End [Ii]tem",  # End Item/129 (seen at Fars)
)
BEHIND = r"\n[^\W\d_][^\n.!?؟:؛،/]{1,60}"  # an office's own line: «باشگاه خبرنگاران جوان لرستان خرم‌آباد» (seen at YJC)
END_CODE = r"[ ]?/[ ]?[\w*]{1,12}/?|[ ]\d{1,4}"
SOURCE_LINE = r"(?:المصدر|مصدر|منبع|Sources?)[ ]?:[ ]?[^\n.!?؟]{1,60}"  # منبع: خراسان (seen at Serat)   المصدر: وكالات
# Published in Dawn, November 21st, 2026   Published - November 20, 2026 09:14 pm IST (Dawn, The Hindu)
PUBLISHED = r"Published (?:in [A-Z][\w ]{1,30}, |- )(?=[^\n.!?]*\d{4})[^\n.!?]{6,60}"
CONTACT = r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"  # the reporter's address (house style of Yonhap)
# Initials of editors, with the agencies they used: ر.ح/ع.ش (د ب أ، رويترز)   rm/jcg (AP, Reuters) (seen at DW)
INITIALS = r"[^\W\d_A-Z](?:\.?[^\W\d_]){0,2}\.?(?:[ ]?/[ ]?[^\W\d_](?:\.?[^\W\d_]){0,2}\.?){1,3}"
AGENCIES = r"\([^()\n.!?؟]{2,60}\)"
CODES = (
    rf"{OWN_LINE}\d{{3}}(?:/\d{{3}}){{0,3}}",  # 206   208/103/213 (seen at Iran Press)
    rf"{OWN_LINE}(?:\d{{5,6}}|(?!1[345]|19|20|۱[۳۴۵]|۱۹|۲۰)\d{{4}})",  # ۲۴۵۲۴۵   4747 (seen at Khabar Online)
    rf"{OWN_LINE}{INITIALS}",
    rf"{SENTENCE_END}[ \t]+\d{{3}}(?:/\d{{3}}){{1,3}}",
    rf"{BREAK}[A-Z]{{2,4}}/(?:\d{{5,8}}|[A-Z]{{2,4}})",  # MP/6274772 (seen at Mehr)
    rf"{BREAK}/?(?:[A-Z]{{1,3}}[ ]?)?(?:\d{{2,5}}\*\*\d{{0,5}}|\*\*\d{{2,5}})\*{{0,2}}",  # /SM 9211** (seen at IRNA)
    rf"{BREAK}/\d{{2,4}}/?",  # /129
    rf"{OWN_LINE}[A-Z]{{2,5}}/[A-Z][\w'’-]+(?:[ ][A-Z][\w'’-]+){{1,3}}",  # WAM/Laila Qasim
    rf"{OWN_LINE}(?!AA|AP|EU|UK|UN|US)[A-Z]{{2}}(?:/[A-Z]{{2}})?",  # AM   MG/SB (Tehran Times)
)
MARK = re.compile(
    rf"(?:(?P<end>{BREAK}(?:{'|'.join(ENDS)}))(?:(?P<end_code>{END_CODE})|[ ]?[)/.]*)(?P<behind>{BEHIND})?"
    rf"|(?P<initials>{OWN_LINE}{INITIALS})[ ]?(?P<agencies>{AGENCIES})"
    rf"|(?P<source>{BREAK}{SOURCE_LINE}|\n\(?(?:END|End|ENDS|Ends)\.?\)?|{OWN_LINE}(?:{PUBLISHED}|{CONTACT}))"
    rf"|(?P<code>{'|'.join(CODES)}))\s*\Z"
)
CREDIT = re.compile(rf"{OWN_LINE}[^\n.!?؟:]{{2,60}}\s*\Z")
PARTED = re.compile(r"[/،,+&()]| (?:و|مع|with|and) ")


def read_tail(text: str, outlets: Collection[str] = ()) -> Tail:
    """The marks that a text ends with, in their order; with `Tail.start` as their first code point.

    `outlets` are the names by which a last line of nothing else is known as a credit. `text[:start]` is never blank.
    Without marks `start` is the length of the text.
    """
    marks: list[TailMark] = []
    start = len(text)
    for _ in range(MOST_MARKS):
        window = max(0, start - LONGEST)
        found = MARK.search(text[window:start]) or _credit(text[window:start], outlets)
        if found is None or not text[: window + found.start()].strip():
            break
        start = window + found.start()
        marks = [*_marks(found), *marks]
    return Tail(start, tuple(marks))


def credited(mark: str) -> tuple[str, ...]:
    """The names in a source line or a credit: both of «فرانس24/ أ ف ب», those behind the colon of «منبع: ایسنا»."""
    return tuple(filter(None, (name.strip() for name in PARTED.split(mark.partition(":")[2] or mark))))


def name_key(name: str) -> str:
    """What an outlet's name in a credit is compared by: «فرانس24» is «فرانس 24»."""
    return "".join(name.casefold().split())


def _credit(text: str, outlets: Collection[str]) -> re.Match[str] | None:
    """The last line where it stands behind a sentence and all in it are names of outlets: «فرانس24/ أ ف ب»."""
    found = CREDIT.search(text) if outlets else None
    names = credited(found[0]) if found else ()
    return found if names and {name_key(name) for name in outlets}.issuperset(map(name_key, names)) else None


def _marks(found: re.Match[str]) -> list[TailMark]:
    """The end mark, its code and the line behind it, initials and agencies, or the one thing that a match is."""
    if found.re is CREDIT:
        return [TailMark(found[0].strip(), is_code=False)]
    code, behind = found["end_code"], (found["behind"] or "").strip()
    if found["initials"] is not None:
        return [TailMark(found["initials"].strip(), is_code=True), TailMark(found["agencies"], is_code=False)]
    line = [TailMark(behind, is_code=False)] if behind else []
    if code is not None:
        return [TailMark(found["end"].strip(), is_code=False), TailMark(code.strip(), is_code=True), *line]
    own = found[0][: len(found[0]) - len(found["behind"] or "")] if behind else found[0]
    return [TailMark(own.strip(), is_code=found["code"] is not None), *line]
