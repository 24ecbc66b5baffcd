"""Makes `config/name_parts.txt` again: the parts of the world's names, from two packages of open data.

    pip download --no-deps rigour==1.3.13 faker==40.54.0 && unzip each wheel into one folder
    python -m bench.nameparts FOLDER > config/name_parts.txt

rigour 1.3.13 (MIT) holds, in `rigour/data/names/persons.txt`, spellings of given and family names from Wikidata (CC0),
one name a line, in many scripts, not told apart. faker 40.54.0 (MIT) holds first names of about eighty countries: a
name is a given name when faker has it, in whatever script.
"""

import importlib
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from etl.people.lexicon import fold_part

LATIN = re.compile(r"(?!.*\b[a-z]-)[a-z][a-z'-]{2,10}")
ARABIC = re.compile(r"[\u0621-\u063a\u0641-\u064a\u067e\u0686\u0698\u06a9\u06af\u06cc]{3,10}")
# A name that no other script spells is a rare one, or a declined form of another ("böckenfördeová").
FEWEST_OTHER_SCRIPTS = 1
WIDTH = 118
HEAD = """\
# Parts of the world's names, folded to lower case without accents. Made by `python -m bench.nameparts`, which says
# how. Sources: rigour 1.3.13 (MIT; spellings from Wikidata, CC0) and faker 40.54.0 (MIT). Not edited by hand: what is
# missing goes into name_cues.toml.
"""


def main(folder: Path) -> None:
    """Prints the file."""
    given, family = faker_names(folder, "first"), faker_names(folder, "last")
    parts: set[str] = {name for name in family if LATIN.fullmatch(name)}
    first = {name for name in given if LATIN.fullmatch(name)}
    arabic: set[str] = set()
    for spellings in rigour_names(folder):
        latin = {name for name in spellings if LATIN.fullmatch(name)}
        others = [name for name in spellings if not re.search("[a-z]", name)]
        if len(others) >= FEWEST_OTHER_SCRIPTS:
            (first if given & spellings else parts).update(latin)
            arabic |= {name for name in spellings if ARABIC.fullmatch(name)}
    print(HEAD)
    for section, names in (("given", first), ("part", parts - first), ("arabic", arabic)):
        print(f"[{section}]")
        print("\n".join(lines(sorted(names))))


def rigour_names(folder: Path) -> Iterator[set[str]]:
    """The spellings of each name, folded."""
    with (folder / "rigour" / "data" / "names" / "persons.txt").open(encoding="utf-8") as names:
        for line in names:
            yield {fold_part(name) for name in line.rsplit(" => ", 1)[0].split(", ")}


def faker_names(folder: Path, kind: str) -> set[str]:
    """Folded names of all of faker's countries; `kind` is "first" or "last"."""
    sys.path.insert(0, str(folder))
    found: set[str] = set()
    for country in sorted((folder / "faker" / "providers" / "person").iterdir()):
        if (country / "__init__.py").is_file():
            provider = importlib.import_module(f"faker.providers.person.{country.name}").Provider
            lists = (getattr(provider, name) for name in dir(provider) if kind in name)
            found |= {
                fold_part(name) for names in lists if isinstance(names, (list, tuple, dict)) for name in texts(names)
            }
    return found


def texts(names: Iterable[object]) -> Iterator[str]:
    """The strings among them."""
    return (name for name in names if isinstance(name, str))


def lines(names: list[str]) -> Iterator[str]:
    """Names in lines of at most WIDTH characters."""
    line = ""
    for name in names:
        if line and len(line) + 1 + len(name) > WIDTH:
            yield line
            line = ""
        line = f"{line} {name}" if line else name
    yield line


if __name__ == "__main__":
    main(Path(sys.argv[1]))
