"""No room on the disk, and a folder that cannot be written: a step says so, harms nothing, and succeeds afterwards."""

import itertools
import os
from collections.abc import Callable
from pathlib import Path

from bench.faults.disks import grow, missing, read_only, small_space
from bench.faults.kills import STEPS, Step
from bench.faults.laws import all_of, difference, folder_faults
from bench.faults.material import copied
from bench.faults.processes import start
from bench.faults.tables import Outcome, judged
from etl.config import House
from etl.errors import StorageError

ENOUGH_KILOBYTES = 64_000
GRAIN_KILOBYTES = 4  # a page: finer room there is not
TOLD, TORN = 7, 8  # exit codes of a child that was told that the disk is full, and of one whose folder was torn then


def disk_full(folder: Path) -> list[Outcome]:
    """Every step on a disk that is full at each place where it can be; then room is made, and the step done again."""
    return [fill(name, folder / name) for name in STEPS]


def read_only_folder(folder: Path) -> list[Outcome]:
    """Every step on a data folder that cannot be written, and again when it can."""
    return [lock(name, folder / name) for name in STEPS]


def fill(name: str, folder: Path, grain: int = GRAIN_KILOBYTES) -> Outcome:
    """A step with no room beyond its house, then `grain` kilobytes, then twice as many, until it is not told."""
    step = STEPS[name]
    house, wanted = _ready(step, folder)
    faults: list[str] = []
    for tries in itertools.count():
        room = tries * grain
        with small_space(folder / f"{room}", ENOUGH_KILOBYTES) as place:
            trial = copied(house, place)
            left = os.statvfs(place)
            grow(place, (left.f_blocks - left.f_bfree) * left.f_frsize // 1024 + room)
            child = start(_act_in_little_space, step.act, trial, place)
            child.join()
            grow(place, ENOUGH_KILOBYTES)
            if child.exitcode == 0:
                return judged(f"{name}, disk full", tries, faults)
            found = [] if child.exitcode == TOLD else [f"the process ended with {child.exitcode}"]
            faults += [f"room of {room} kB: {fault}" for fault in [*found, *difference(all_of(trial), wanted)][:1]]
    raise AssertionError


def lock(name: str, folder: Path) -> Outcome:
    """A step on a data folder that is mounted to be read only, and again when it is not."""
    step = STEPS[name]
    house, wanted = _ready(step, folder)
    faults = []
    with read_only(house.data):
        try:
            step.act(house)
            faults.append("nobody was told")
        except StorageError:
            faults += folder_faults(house)
    step.act(house)
    return judged(f"{name}, folder read-only", 1, [*faults, *difference(all_of(house), wanted)][:1])


def _ready(step: Step, folder: Path) -> tuple[House, dict[str, object]]:
    """A house before the step, and all there is after it where nothing was amiss."""
    if reason := missing():
        raise SystemExit(reason)
    house = step.prepare(folder / "ready")
    undisturbed = copied(house, folder / "undisturbed")
    step.act(undisturbed)
    return house, all_of(undisturbed)


def _act_in_little_space(act: Callable[[House], object], house: House, place: Path) -> None:
    """The step; where it was told that there is no room, room is made and the same process does it again."""
    try:
        act(house)
    except StorageError:
        is_torn = bool(folder_faults(house))
        grow(place, ENOUGH_KILOBYTES)
        act(house)
        os._exit(TORN if is_torn else TOLD)
