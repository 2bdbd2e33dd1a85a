"""Call the crosscut binary of this wheel from Python.

    import crosscut
    crosscut.run("bounds", "--problem", "disj", "--n", "4")["deterministic"]["lower"]   # 5

`run` returns the command's JSON. A refutation (exit status 1) is an answer and is
returned; every other status raises `CrosscutError` with the message of the tool.
"""

import json
import os
import shutil
import subprocess
import sysconfig


class CrosscutError(RuntimeError):
    """A command that could not be run; `status` is its exit status."""

    def __init__(self, status, message):
        super().__init__(message)
        self.status = status


def path():
    """The binary: the one of this wheel, else the first on PATH."""
    name = "crosscut.exe" if os.name == "nt" else "crosscut"
    for scheme in (None, os.name + "_user"):
        try:
            folder = sysconfig.get_path("scripts", scheme) if scheme else sysconfig.get_path("scripts")
        except KeyError:
            continue
        if folder and os.path.exists(os.path.join(folder, name)):
            return os.path.join(folder, name)
    found = shutil.which(name)
    if not found:
        raise CrosscutError(2, "crosscut: the binary is not here")
    return found


def run(*args, text=False):
    """Run `crosscut ARGS --format json` and return the parsed JSON (or, with
    text=True, what the command prints)."""
    command = [path(), *map(str, args)]
    if not text:
        command += ["--format", "json"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", stdin=subprocess.DEVNULL)
    if done.returncode not in (0, 1):
        raise CrosscutError(done.returncode, done.stderr.strip())
    return done.stdout if text else json.loads(done.stdout)
