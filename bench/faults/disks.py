"""Disks of our own in a file: mounted by the loop device, filled, frozen, copied and mounted again. Needs root."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def missing() -> str | None:
    """Why no disk can be mounted here; null where one can."""
    if os.getuid() != 0 or shutil.which("mkfs.ext4") is None:
        return "mounting a disk needs root and mkfs.ext4"
    try:
        with tempfile.TemporaryDirectory() as folder, small_space(Path(folder), 64):
            return None
    except RuntimeError as error:
        return f"no disk can be mounted here: {error}"


def make_disk(image: Path, megabytes: int) -> None:
    """An empty ext4 file system with a journal in a file."""
    with image.open("wb") as stream:
        stream.truncate(megabytes * 1_000_000)
    _run("mkfs.ext4", "-q", "-O", "has_journal", "-E", "lazy_itable_init=0,lazy_journal_init=0", str(image))


@contextmanager
def mounted(image: Path, folder: Path, *options: str) -> Iterator[Path]:
    """A disk at a folder, its journal replayed where it was not taken off in peace."""
    folder.mkdir(parents=True, exist_ok=True)
    _run("mount", "-o", ",".join(("loop", *options)), str(image), str(folder))
    try:
        yield folder
    finally:
        _run("umount", "-l", str(folder))


@contextmanager
def small_space(folder: Path, kilobytes: int) -> Iterator[Path]:
    """A folder in memory with so much room; `grow` gives it more."""
    folder.mkdir(parents=True, exist_ok=True)
    _run("mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(folder))
    try:
        yield folder
    finally:
        _run("umount", "-l", str(folder))


def grow(folder: Path, kilobytes: int) -> None:
    """Gives a folder of `small_space` so much room in all."""
    _run("mount", "-o", f"remount,size={kilobytes}k", str(folder))


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """A folder that nobody can write to, root included."""
    _run("mount", "--bind", str(folder), str(folder))
    try:
        _run("mount", "-o", "remount,bind,ro", str(folder))
        yield
    finally:
        _run("umount", "-l", str(folder))


def _run(*command: str) -> None:
    """Raises RuntimeError with what the program said."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")
