"""The fixtures of the system tests, for the official clients."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "system"))

from fixtures import *  # noqa: E402,F401,F403
