"""What an import and a wardrobe say when something is wrong: the truth, what it was about, and once."""
import resource
import signal
import subprocess
import time

from daemons import SAMPLE_SHOP, TOP, binary, wait_until


def run_import(state, feed, **more):
    return subprocess.run([str(binary("wardrobe")), "import", str(feed), "--state-dir", str(state)], cwd=TOP,
                          capture_output=True, text=True, timeout=120, **more)


def test_a_full_disk_is_no_lack_of_memory(tmp_path):
    def leave_no_room():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (50000, 50000))

    done = run_import(tmp_path, SAMPLE_SHOP, preexec_fn=leave_no_room, restore_signals=False)
    assert done.returncode == 1
    assert "can't be written: File too large" in done.stderr, done.stderr
    assert "memory" not in done.stderr, done.stderr


def test_a_refused_row_shows_the_value(tmp_path):
    feed = tmp_path / "feed.tsv"
    feed.write_bytes(b"id\ttitle\tprice\tavailability\nA\tShirt\tabout ten\tin_stock\nB\tShirt\t10 USD\t" + b"x" * 90 +
                     b"\nC\tShirt\t10 USD\tin_stock\nC\tShirt\t10 USD\tin_stock\nD\tSh\x1b\xff\t10 USD\tin_stock\nE\t\t10 USD\tin_stock\n")
    said = run_import(tmp_path, feed).stderr
    assert 'line 2: refused: price: "about ten": no price' in said
    assert 'line 3: refused: availability: "' + "x" * 60 + '...": none of' in said
    assert 'line 5: refused: id: "C": there was a row with this id before' in said
    assert 'line 6: refused: title: "Sh??": not UTF-8' in said
    assert "line 7: refused: title: missing" in said


def test_a_wardrobe_without_a_catalogue_says_so_once(tmp_path):
    log = tmp_path / "log"
    with open(log, "w") as err:
        wardrobe = subprocess.Popen([str(binary("wardrobe")), "--state-dir", str(tmp_path / "state")], cwd=TOP, stderr=err)
    try:
        wait_until(lambda: " ready " in log.read_text())
        time.sleep(3)  # looks once a second
        assert log.read_text().count("no catalogue there") == 1
        (tmp_path / "state" / "catalogue.sqlite").write_bytes(b"something else" * 600)
        wait_until(lambda: log.read_text().count("catalogue.sqlite: ") > 1)
        time.sleep(2)
        assert log.read_text().count(" error ") <= 3, log.read_text()
        (tmp_path / "state" / "catalogue.sqlite").unlink()
        wait_until(lambda: log.read_text().count("no catalogue there") == 2)
    finally:
        wardrobe.terminate()
        wardrobe.wait(30)
