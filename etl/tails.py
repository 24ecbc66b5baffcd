"""What agencies print behind the last sentence: end marks and the codes of desks and editors.

Only known shapes, only at the very end, and only behind a line end or the end of a sentence: a sentence that ends in a
number is left whole.
"""

import re

from etl.model import Tail, TailMark

LONGEST = 120  # code points of the end that are looked at
MOST_MARKS = 4  # "End Item", a code, a source, and a code again
SENTENCE_END = r"(?<=[.!?…؟۔»”\"')\]])"
BREAK = rf"(?:\n|{SENTENCE_END}[ \t]*)"  # behind a line end or a sentence
OWN_LINE = rf"{SENTENCE_END}[ \t]*\n"  # a line of its own behind a sentence
# An end mark, and its own code where it has one.
ENDS = (
    r"/?(?:انتهای|پایان) (?:پیام|خبر|گزارش)",  # انتهای پیام/   انتهای پیام/ 4040 (seen at Tasnim, ISNA, YJC)
    r"[/(]?[ ]?انته[ىی]",  # /انتهى/   انتهى/ 25 (seen at INA)
    r"End [Ii]tem",  # End Item/129 (seen at Fars)
)
END_CODE = r"[ ]?/[ ]?[\w*]{1,12}/?|[ ]\d{1,4}"
SOURCE_LINE = r"(?:المصدر|مصدر|منبع|Sources?)[ ]?:[ ]?[^\n.!?؟]{1,60}"  # منبع: خراسان (seen at Serat)   المصدر: وكالات
CODES = (
    rf"{OWN_LINE}\d{{3}}(?:/\d{{3}}){{0,3}}",  # 206   208/103/213 (seen at Iran Press)
    rf"{SENTENCE_END}[ \t]+\d{{3}}(?:/\d{{3}}){{1,3}}",
    rf"{BREAK}[A-Z]{{2,4}}/(?:\d{{5,8}}|[A-Z]{{2,4}})",  # MP/6274772 (seen at Mehr)
    rf"{BREAK}/?(?:[A-Z]{{1,3}}[ ]?)?(?:\d{{2,5}}\*\*\d{{0,5}}|\*\*\d{{2,5}})\*{{0,2}}",  # /SM 9211** (seen at IRNA)
    rf"{BREAK}/\d{{2,4}}/?",  # /129
)
MARK = re.compile(
    rf"(?:(?P<end>{BREAK}(?:{'|'.join(ENDS)}))(?:(?P<end_code>{END_CODE})|[ ]?[)/.]*)"
    rf"|(?P<source>{BREAK}{SOURCE_LINE}|\n(?:END|End|ENDS|Ends)\.?)|(?P<code>{'|'.join(CODES)}))\s*\Z"
)


def read_tail(text: str) -> Tail:
    """The marks that a text ends with, in their order; with `Tail.start` as their first code point.

    `text[:start]` is never blank. Without marks `start` is the length of the text.
    """
    marks: list[TailMark] = []
    start = len(text)
    for _ in range(MOST_MARKS):
        window = max(0, start - LONGEST)
        found = MARK.search(text[window:start])
        if found is None or not text[: window + found.start()].strip():
            break
        start = window + found.start()
        marks = [*_marks(found), *marks]
    return Tail(start, tuple(marks))


def _marks(found: re.Match[str]) -> list[TailMark]:
    """The end mark and its code, or the one thing that a match is."""
    code = found["end_code"]
    if code is not None:
        return [TailMark(found["end"].strip(), is_code=False), TailMark(code.strip(), is_code=True)]
    return [TailMark(found[0].strip(), is_code=found["code"] is not None)]
