"""Defective, foreign and misplaced entries and directories: a miss each time, and never loaded."""

from __future__ import annotations

import errno
import hashlib
import os
import random
import time
import warnings
from pathlib import Path

import pytest

from iris_cc import build, config
from iris_cc.build import BytesImage, CacheWarning, manage, obtain, peek, staging, store
from iris_cc.build.store import CacheStore
from tests.build.build_helpers import answers, built, failed, files, only_entry, unit

pytestmark = pytest.mark.needs_cc
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")


@pytest.fixture
def entry(cache: Path) -> Path:
    """A cached object, with the process's tables empty."""
    built(obtain(unit()))
    build.forget()
    return only_entry(cache)


def _rebuilt(entry: Path, match: str) -> None:
    """The entry is seen to be defective, set aside with one warning, and built anew."""
    with pytest.warns(CacheWarning, match=match) as caught:
        assert built(obtain(unit())).origin == "built"
    assert len(caught) == 1
    assert entry.is_file() and not entry.is_symlink()
    assert any((entry.parents[1] / "quarantine").iterdir())
    build.forget()
    assert built(obtain(unit())).origin == "disk"


def test_every_truncation_is_seen(entry: Path) -> None:
    key, size = entry.name[:64], entry.stat().st_size
    with CacheStore.open("user", create=False) as opened:
        assert opened.find(key, passive=True) is not None
        for length in range(size - 1, -1, -1):
            os.truncate(entry, length)
            assert opened.find(key, passive=True) is None, length
    _rebuilt(entry, "cut short")


def test_bit_flips_are_seen(entry: Path) -> None:
    key, sound, chance = entry.name[:64], entry.read_bytes(), random.Random(5)
    with CacheStore.open("user", create=False) as opened:
        for _ in range(200):
            position = chance.randrange(len(sound) * 8)
            damaged = bytearray(sound)
            damaged[position // 8] ^= 1 << position % 8
            entry.write_bytes(damaged)
            assert opened.find(key, passive=True) is None, position
        entry.write_bytes(sound)
        assert opened.find(key, passive=True) is not None
    for _ in range(8):
        damaged = bytearray(sound)
        damaged[chance.randrange(len(sound))] ^= 0x10
        entry.write_bytes(damaged)
        _rebuilt(entry, "SHA-256|cut short|not one of ours")
        build.forget()


def test_bytes_after_the_end_are_seen(entry: Path) -> None:
    with entry.open("ab") as file:
        file.write(b"x")
    _rebuilt(entry, "not one of ours")


def test_a_zeroed_entry_is_seen(entry: Path) -> None:
    """What a crash may leave of a file whose data was not yet written."""
    entry.write_bytes(bytes(entry.stat().st_size))
    _rebuilt(entry, "not one of ours")


@needs_root
def test_a_foreign_owner(entry: Path) -> None:
    os.chown(entry, 65534, 65534)
    _rebuilt(entry, "65534")


@pytest.mark.parametrize("mode", [0o602, 0o620, 0o666])
def test_a_file_others_can_write(entry: Path, mode: int) -> None:
    entry.chmod(mode)
    _rebuilt(entry, "others can write")


def test_a_link_in_place_of_the_entry(entry: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.so"
    entry.rename(elsewhere)
    entry.symlink_to(elsewhere)
    _rebuilt(entry, "symbolic link")
    assert elsewhere.is_file()


def test_a_fifo_does_not_stop_the_process(entry: Path) -> None:
    entry.unlink()
    os.mkfifo(entry)
    _rebuilt(entry, "not a regular file")


def test_a_directory_in_place_of_the_entry(entry: Path) -> None:
    entry.unlink()
    entry.mkdir()
    (entry / "x").touch()
    _rebuilt(entry, "not a regular file")


def test_another_keys_file(entry: Path) -> None:
    built(obtain(unit(5, 6)))
    build.forget()
    (other,) = (path for path in entry.parents[1].rglob("*.so") if path != entry)
    entry.write_bytes(other.read_bytes())
    _rebuilt(entry, "another key's")


def test_sound_contents_under_another_digest(entry: Path) -> None:
    moved = entry.with_name(entry.name[:65] + "0" * 16 + ".so")
    entry.rename(moved)
    with pytest.warns(CacheWarning, match="not the ones the name tells of"):
        assert built(obtain(unit())).origin == "built"
    assert entry.is_file() and not moved.exists()


def test_a_sound_entry_beside_a_defective_one(entry: Path) -> None:
    bad = entry.with_name(entry.name[:65] + "0" * 16 + ".so")
    bad.write_bytes(b"x")
    bad.chmod(0o600)
    with pytest.warns(CacheWarning):
        assert built(obtain(unit())).origin == "disk"


def test_the_name_is_the_digest_of_the_contents(entry: Path) -> None:
    data = entry.read_bytes()
    assert data.startswith(b"\x7fELF")
    assert data[-32:] == hashlib.sha256(data[:-32]).digest()
    assert entry.stem[65:] == data[-32:].hex()[:16]


def test_looking_changes_nothing(entry: Path) -> None:
    os.utime(entry, (1, 1))
    assert peek(unit()) == "disk"
    assert entry.stat().st_mtime == 1
    os.truncate(entry, 100)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert peek(unit()) == "none"
    assert [path.name for path in entry.parents[1].iterdir() if path.name == "quarantine"] == []


def test_quarantine_is_bounded(entry: Path) -> None:
    for _ in range(12):
        build.forget()
        os.truncate(entry, 99)
        with pytest.warns(CacheWarning):
            built(obtain(unit()))
    assert len(list((entry.parents[1] / "quarantine").iterdir())) == 8


def test_a_loaded_kernel_survives_the_truncation_of_its_cache(entry: Path) -> None:
    assert answers(3)
    entry.unlink()
    assert answers(3)


@pytest.mark.parametrize("level", ["", "v1", "shard"])
@pytest.mark.parametrize("defect", ["mode", "owner", "link"])
def test_a_directory_that_cannot_be_trusted(level: str, defect: str, entry: Path, cache: Path, tmp_path: Path) -> None:
    if defect == "owner" and os.geteuid() != 0:
        pytest.skip("only root can give files away")
    directory = {"": cache, "v1": cache / "v1", "shard": entry.parent}[level]
    match defect:
        case "mode":
            directory.chmod(0o777)
        case "owner":
            os.chown(directory, 65534, 65534)
        case _:
            directory.rename(tmp_path / "moved")
            directory.symlink_to(tmp_path / "moved")
    before = files(tmp_path / "moved" if defect == "link" else directory)
    with pytest.warns(CacheWarning, match="To repair") as caught:
        result = built(obtain(unit()))
    assert len(caught) == 1
    assert result.origin == "built" and (result.artifact.path is None or cache not in result.artifact.path.parents)
    assert files(tmp_path / "moved" if defect == "link" else directory) == before  # not even to publish
    if defect == "mode":
        directory.chmod(0o700)
        build.forget()
        result = built(obtain(unit()))
        assert result.origin == "disk" and result.artifact.path == entry


def test_the_warning_comes_once(cache: Path) -> None:
    cache.mkdir(mode=0o777)
    cache.chmod(0o777)
    with pytest.warns(CacheWarning, match=f"chmod 700 {cache}"):
        built(obtain(unit()))
    built(obtain(unit(3, 301)))
    built(obtain(unit(3, 302)))
    assert files(cache) == []
    assert manage.location().kind == "temporary"


def test_temporary_directory_takes_over(cache: Path, tmp_path: Path) -> None:
    cache.write_text("a file, not a directory")
    result = built(obtain(unit()))
    place = tmp_path / "tmp" / f"iris_cc-{os.geteuid()}"
    assert result.artifact.path is not None and place in result.artifact.path.parents
    assert place.stat().st_mode & 0o777 == 0o700
    build.forget()
    assert built(obtain(unit())).origin == "disk"
    assert [entry.path for entry in manage.entries()] == [result.artifact.path]


@pytest.mark.parametrize("trap", ["link", "mode", "owner"])
def test_a_temporary_directory_made_by_someone_else(trap: str, cache: Path, tmp_path: Path) -> None:
    if trap == "owner" and os.geteuid() != 0:
        pytest.skip("only root can give files away")
    cache.write_text("")
    target = tmp_path / "tmp" / f"iris_cc-{os.geteuid()}"
    match trap:
        case "link":
            (tmp_path / "theirs").mkdir()
            target.symlink_to(tmp_path / "theirs")
        case "mode":
            target.mkdir()
            target.chmod(0o777)
        case _:
            target.mkdir(0o700)
            os.chown(target, 65534, 65534)
    with pytest.warns(CacheWarning):
        result = built(obtain(unit()))
    assert (result.origin, result.artifact.path) == ("built", None)
    assert isinstance(result.artifact.image, BytesImage)
    assert answers(4)
    assert files(target) == [] and [p.name for p in (tmp_path / "tmp").iterdir()] == [target.name]
    assert manage.location().kind == "memory"


@pytest.mark.parametrize("name", ["mkdir", "rename", "fsync", "open"])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EMFILE, errno.EDQUOT])
def test_system_calls_that_fail(name: str, number: int, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the system refuses, there is code or a failure, and no exception."""
    real = getattr(os, name)

    def refuse(*arguments: object, **keywords: object) -> object:
        if name == "open" and not int(arguments[1]) & os.O_CREAT:
            return real(*arguments, **keywords)
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, name, refuse)
    result = obtain(unit())
    monkeypatch.undo()
    if name in ("rename", "fsync"):
        assert built(result).artifact.path is None
    else:
        assert failed(result).transient
    assert [name for name in files(cache) if "staging" in name] == []


def test_no_descriptors_left(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, allowed = os.open, [0]

    def refuse(*arguments: object, **keywords: object) -> int:
        if allowed[0] <= 0:
            raise OSError(errno.EMFILE, "Too many open files")
        allowed[0] -= 1
        return real(*arguments, **keywords)  # type: ignore[arg-type]

    for count in range(30):
        build.forget()
        allowed[0] = count
        monkeypatch.setattr(os, "open", refuse)
        obtain(unit())
        monkeypatch.setattr(os, "open", real)
    build.forget()
    assert answers(9)


def test_dead_staging_directories_are_collected(cache: Path) -> None:
    built(obtain(unit()))
    parent = cache / "v1" / "staging"
    dead = parent / f"{staging.PREFIX}1-abc"
    dead.mkdir()
    (dead / "k.c").touch()
    with staging.staging(str(parent)) as alive:
        built(obtain(unit(3, 401)))
        assert [path.name for path in parent.iterdir()] == [Path(alive.path).name]
    assert list(parent.iterdir()) == []


def test_least_recently_used_go_first(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def make(shift: int, used: float) -> Path:
        path = built(obtain(unit(2, shift))).artifact.path
        assert path is not None
        os.utime(path, (used, used))
        return path

    now = time.time()
    paths = [make(shift, now - 100 + shift) for shift in range(4)]
    size = sum(path.stat().st_size + path.with_suffix(".c").stat().st_size for path in paths) // 4
    build.forget()
    built(obtain(unit(2, 0)))  # used again
    monkeypatch.setenv("IRIS_CC_CACHE_MIB", str(3.5 * size / 2**20))
    fifth = make(4, now)
    assert [path.exists() for path in paths] == [True, False, False, True]
    assert [path.with_suffix(".c").exists() for path in paths] == [True, False, False, True]
    assert fifth.exists()
    monkeypatch.setenv("IRIS_CC_CACHE_MIB", "0")
    sixth = make(5, now)
    assert [path.name for path in cache.rglob("*.so")] == [sixth.name]  # never the one just made


def test_listing(cache: Path) -> None:
    before = time.time() - 2
    first, second = built(obtain(unit())), built(obtain(unit(5, 6)))
    assert first.artifact.path and second.artifact.path
    os.utime(first.artifact.path, (before + 100, before + 100))
    found = manage.entries()
    assert [entry.key for entry in found] == [first.key, second.key]
    entry = found[0]
    assert (entry.label, entry.signature, entry.path) == ("answer_3_4", "i4->i4", first.artifact.path)
    assert entry.source == first.artifact.source and entry.size == first.artifact.path.stat().st_size
    assert before < entry.created < time.time() + 1 and abs(entry.used - before - 100) < 1
    assert entry.meta["meta"] == {"function": "answer"} and entry.meta["fp"] == "strict"


def test_verify_gc_and_clear(cache: Path) -> None:
    paths = [built(obtain(unit(2, shift))).artifact.path for shift in range(3)]
    assert all(paths)
    os.truncate(str(paths[1]), 5000)
    failed(obtain(unit(text=lambda: "#error no\n", identity="ab")))
    assert {entry.path: ok for entry, ok, _ in manage.verify_all()} == {paths[0]: True, paths[1]: False, paths[2]: True}
    assert [reason for _, ok, reason in manage.verify_all() if ok] == ["sound", "sound"]
    assert manage.gc(1 << 30) == (0, 0)
    os.utime(str(paths[0]), (1, 1))
    count, size = manage.gc(sum(path.stat().st_size for path in cache.rglob("*-*.*")) - 1)
    assert count == 1 and size > 4_000 and not paths[0].exists()  # type: ignore[union-attr]
    assert manage.clear() == 2
    assert files(cache) == [] and manage.entries() == [] and manage.clear() == 0


def test_location(cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (manage.location().path, manage.location().kind) == (cache, "user")
    assert not cache.exists()
    cache.symlink_to(tmp_path)
    assert manage.location().path == tmp_path / "tmp" / f"iris_cc-{os.geteuid()}"
    assert manage.location().kind == "temporary" and "symbolic link" in manage.location().reason
    (tmp_path / "tmp" / f"iris_cc-{os.geteuid()}").write_text("")
    assert manage.location().kind == "memory" and manage.location().path is None


def test_an_old_orphan_of_c_is_removed(entry: Path) -> None:
    orphan = entry.with_name("ab" * 32 + "-" + "0" * 16 + ".c")
    orphan.touch(0o600)
    manage.gc(1 << 30)
    assert orphan.exists()  # perhaps its code is about to follow
    os.utime(orphan, (1, 1))
    manage.gc(1 << 30)
    assert not orphan.exists() and entry.with_suffix(".c").exists()


def test_entry_pattern_matches_nothing_else(entry: Path, cache: Path) -> None:
    (entry.parent / "README").touch()
    (cache / "v1" / "zz").mkdir()
    (cache / "v1" / "zz" / entry.name).touch()
    assert [found.path for found in manage.entries()] == [entry]
    assert manage.clear() == 1
    assert (entry.parent / "README").exists()
    assert store.QUARANTINE not in os.listdir(cache / "v1")


@pytest.mark.parametrize("text", ["inf", "-inf", "nan", "much", "1e999"])
def test_a_size_that_is_no_number_is_the_default(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IRIS_CC_CACHE_MIB", text)
    assert config.cache_limit_bytes() == 256 << 20
