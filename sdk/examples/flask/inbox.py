"""What has come in, on disk: written before the sender is answered, worked off afterwards, kept for as long as it may come
again. One process works on one inbox. What is done with an event is told by the program."""

import json
import sqlite3
import sys
import threading
import time
from typing import Any, Callable, Dict

from indaba_webhooks import Webhook

# Longer than an event can be repeated: held events and dead letters are sent again within 30 days.
KEPT_MS = 35 * 86_400_000
WAIT_MS_MAX = 15 * 60_000

SCHEMA = """
pragma journal_mode = wal;
pragma synchronous = full;
create table if not exists inbox (
  id text primary key,
  seq integer not null,
  event text not null,
  tries integer not null default 0,
  next_at_ms real not null,
  done_at_ms real,
  error text
);
create index if not exists inbox_open on inbox (seq) where done_at_ms is null;
"""


class Inbox:
    def __init__(self, path: str) -> None:
        # Each statement commits by itself; the lock keeps the threads apart.
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.executescript(SCHEMA)
        self._lock = threading.Lock()
        self._arrived = threading.Event()

    def add(self, webhook: Webhook) -> bool:
        """False: it had come before."""
        event = webhook.event
        sql = "insert into inbox (id, seq, event, next_at_ms) values (?, ?, ?, ?) on conflict do nothing"
        is_new = self._run(sql, webhook.id, event.get("seq", 0), json.dumps(event), now_ms()).rowcount == 1
        self._arrived.set()
        return is_new

    def work(self, handle: Callable[[Dict[str, Any]], None]) -> None:
        """Works off what is there and what comes, one at a time, lowest ``seq`` first. Does not end."""
        while True:
            self._arrived.clear()
            try:
                while self._work_one(handle):
                    pass
                self._run("delete from inbox where done_at_ms < ?", now_ms() - KEPT_MS)
            except sqlite3.Error as error:
                print(f"the inbox cannot be read or written: {error}", file=sys.stderr, flush=True)
            self._arrived.wait(1)

    def _work_one(self, handle: Callable[[Dict[str, Any]], None]) -> bool:
        row = self._one(
            "select id, event, tries from inbox where done_at_ms is null and next_at_ms <= ? order by seq limit 1",
            now_ms(),
        )
        if row is None:
            return False
        webhook_id, event, tries = row
        try:
            handle(json.loads(event))
            self._run("update inbox set done_at_ms = ?, error = null where id = ?", now_ms(), webhook_id)
        except Exception as error:  # whatever went wrong, the event stays
            wait_ms = min(WAIT_MS_MAX, 1000 * 2**tries)
            print(f"event {webhook_id} is tried again in {wait_ms // 1000} s: {error!r}", file=sys.stderr, flush=True)
            sql = "update inbox set tries = tries + 1, next_at_ms = ?, error = ? where id = ?"
            self._run(sql, now_ms() + wait_ms, repr(error), webhook_id)
        return True

    def _run(self, sql: str, *values: Any) -> sqlite3.Cursor:
        with self._lock:
            return self._db.execute(sql, values)

    def _one(self, sql: str, *values: Any) -> Any:
        with self._lock:
            return self._db.execute(sql, values).fetchone()


def now_ms() -> float:
    return time.time() * 1000
