import stat

import pytest

from fleet import runfile


def test_a_note_counts_while_its_writer_lives_and_never_after(tmp_path):
    with runfile.only_one(tmp_path):
        runfile.write_private(tmp_path / runfile.NOTE, {"broker_url": "redis://x"})
        during = runfile.read(tmp_path)
    # what a killed run leaves behind
    runfile.write_private(tmp_path / runfile.NOTE, {"broker_url": "redis://x"})

    assert (during, runfile.read(tmp_path)) == ({"broker_url": "redis://x"}, {})


def test_a_second_run_over_the_same_folder_is_refused(tmp_path):
    with runfile.only_one(tmp_path), pytest.raises(BlockingIOError), runfile.only_one(tmp_path):
        pass


def test_only_its_owner_reads_a_file_of_secrets(tmp_path):
    path = tmp_path / "secrets.json"

    runfile.write_private(path, {"a": "b"})
    runfile.write_private(path, {"a": "c"})

    assert (stat.S_IMODE(path.stat().st_mode), list(tmp_path.iterdir())) == (0o600, [path])
