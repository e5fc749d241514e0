"""Sends each new recording of a folder, once, and follows it until it is analysed. For a recorder in daily use there is
``indaba watch``, which does more; this shows the calls.

Usage: INDABA_URL, INDABA_API_KEY, RECORDINGS (a folder) and UPLOADS (a file of SQLite, which remembers what was sent);
PYTHONPATH=sdk/python python3 sdk/examples/upload-watcher/upload_watcher.py
"""

import hashlib
import json
import os
import re
import sqlite3
import sys
import time
from pathlib import Path
from typing import Any, Dict

import requests
from indaba_api import IndabaApi

FOLDER = Path(os.environ["RECORDINGS"])
# A recorder writes for minutes: what has changed lately may not be complete.
SETTLE_S = float(os.environ.get("SETTLE_MS", "10000")) / 1000
POLL_S = float(os.environ.get("POLL_MS", "5000")) / 1000
SUFFIXES = {".wav", ".mp3", ".ogg", ".flac", ".m4a"}

indaba = IndabaApi(os.environ["INDABA_URL"], os.environ["INDABA_API_KEY"])
db = sqlite3.connect(os.environ["UPLOADS"], isolation_level=None)
db.execute("""create table if not exists uploads (
  path text, changed_at_ms real, call_id text, status text, reason text, primary key (path, changed_at_ms)
)""")


def look() -> None:
    for path in sorted(FOLDER.iterdir()):
        if path.suffix.lower() not in SUFFIXES:
            continue
        stat = path.stat()
        known = db.execute("select 1 from uploads where path = ? and changed_at_ms = ?", [str(path), stat.st_mtime * 1000])
        if stat.st_size > 0 and time.time() - stat.st_mtime >= SETTLE_S and known.fetchone() is None:
            send(path, stat.st_mtime * 1000)
    unfinished = "select distinct call_id from uploads where status not in ('completed', 'failed', 'refused')"
    for (call_id,) in db.execute(unfinished).fetchall():
        follow(call_id)


def send(path: Path, changed_at_ms: float) -> None:
    content = path.read_bytes()
    key = hashlib.sha256(path.name.encode() + content).hexdigest()
    note = "insert into uploads values (?, ?, ?, ?, ?)"
    try:
        # The same recording under the same key is taken in once, also when we are stopped before we could note it.
        answer = indaba.post("/v1/calls/upload", key, data=describe(path.name), files={"file": (path.name, content)})
    except requests.HTTPError as error:
        # These say that the file is not right, and it will not be right the next time.
        if error.response.status_code not in (400, 409, 413, 415, 422):
            raise
        db.execute(note, [str(path), changed_at_ms, None, "refused", error.response.text])
        tell(refused=path.name, reason=error.response.text)
        return
    db.execute(note, [str(path), changed_at_ms, answer["call_id"], "sent", None])
    tell(sent=path.name, call_id=answer["call_id"])


def follow(call_id: str) -> None:
    call = indaba.get(f"/v1/conversations/{call_id}") or {"status": "failed", "failure": {"reason": "It was deleted."}}
    reason = (call["failure"] or {}).get("reason")
    db.execute("update uploads set status = ?, reason = ? where call_id = ?", [call["status"], reason, call_id])
    if call["status"] in ("completed", "failed"):
        tell(call_id=call_id, status=call["status"], reason=reason)


def describe(name: str) -> Dict[str, str]:
    """What the name says: ``thandi@example.com_20261121-093000_4711.wav``. Change it to how your recorder names files."""
    found = re.match(r"([^_]+)_(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)_(\w+)\.", name)
    if not found:
        return {}
    agent, year, month, day, hour, minute, second, number = found.groups()
    date = f"{year}-{month}-{day}T{hour}:{minute}:{second}"
    return {"agent_email": agent, "call_date": date, "interaction_id": number}


def tell(**what: Any) -> None:
    print(json.dumps(what), flush=True)


while True:
    try:
        look()
    except (OSError, requests.RequestException) as error:
        # Nothing is lost by a failure: what is not written down as sent is tried again.
        print(f"tried again in {POLL_S} s: {error}", file=sys.stderr, flush=True)
    time.sleep(POLL_S)
