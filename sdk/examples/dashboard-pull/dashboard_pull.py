"""Keeps a copy of the figures of all conversations beside your own, and prints both together. Pulls what changed since the
last time: run it every few minutes, or at night. The table ``sales`` stands for whatever else you know; fill it from your
own systems.

Usage: INDABA_URL, INDABA_API_KEY and DASHBOARD (a file of SQLite);
PYTHONPATH=sdk/python python3 sdk/examples/dashboard-pull/dashboard_pull.py
"""

import json
import os
import sqlite3
from typing import Any, Callable, Dict, List, Optional, Tuple

import requests
from indaba_api import IndabaApi

indaba = IndabaApi(os.environ["INDABA_URL"], os.environ["INDABA_API_KEY"])
db = sqlite3.connect(os.environ["DASHBOARD"])
db.row_factory = sqlite3.Row
db.executescript("""
  create table if not exists conversations (
    id text primary key, seq integer, status text, channel text, day text, duration_ms real, sentiment text, agent text
  );
  create table if not exists cursors (name text primary key, seq integer not null);
  create table if not exists sales (day text, agent text, amount real);
""")

# Items, where to go on, and whether there is more.
Page = Tuple[List[Dict[str, Any]], Optional[int], bool]

FIGURES = """
  select day, agent, count(*) as conversations, round(sum(duration_ms) / 60000, 1) as minutes,
    round(100.0 * sum(sentiment = 'negative') / count(*), 1) as negative_percent,
    (select coalesce(sum(amount), 0) from sales where sales.day = c.day and sales.agent = c.agent) as sales
  from conversations c where status = 'completed' group by day, agent order by day, agent
"""


def pull() -> None:
    follow("conversations", read_conversations, put)
    # What was deleted is in no list any more, but in the log of events.
    follow("events", read_deletions, remove)


def follow(name: str, read: Callable[[Optional[int]], Page], write: Callable[[Dict[str, Any]], None]) -> None:
    """Rows and cursor are written together: whenever it is stopped, the next run goes on from where the rows end."""
    has_more = True
    while has_more:
        row = db.execute("select seq from cursors where name = ?", [name]).fetchone()
        items, following, has_more = read(row["seq"] if row else None)
        with db:
            for item in items:
                write(item)
            if following is not None:
                db.execute("insert or replace into cursors values (?, ?)", [name, following])


def read_conversations(after: Optional[int]) -> Page:
    rows = ask(f"/v1/conversations?after_seq={after or 0}&limit=200")["conversations"]
    return rows, rows[-1]["seq"] if rows else None, bool(rows)


def read_deletions(after: Optional[int]) -> Page:
    page = ask("/v1/events?types=call.deleted,chat.deleted" + ("" if after is None else f"&after={after}"))
    return page["events"], page["next_after"], page["has_more"]


def ask(link: str) -> Any:
    answer = indaba.get(link)
    if answer is None:
        raise LookupError(f"There is no {link}.")
    return answer


def put(row: Dict[str, Any]) -> None:
    agent = row["agent"]["email"] or row["agent"]["name"] or "nobody"
    day = row["started_at"][:10]
    values = [row["id"], row["seq"], row["status"], row["channel"], day, row["duration_ms"], row["sentiment"], agent]
    db.execute("insert or replace into conversations values (?, ?, ?, ?, ?, ?, ?, ?)", values)


def remove(event: Dict[str, Any]) -> None:
    db.execute("delete from conversations where id = ?", [event["data"]["conversation_id"]])


try:
    pull()
except requests.HTTPError as error:
    # The log no longer reaches back to where we were (410), or not yet, after a backup was restored (400). Then nobody can
    # tell us what was deleted, so we begin anew.
    if error.response.status_code not in (400, 410):
        raise
    with db:
        db.execute("delete from conversations")
        db.execute("delete from cursors")
    pull()
print(json.dumps([dict(row) for row in db.execute(FIGURES)]))
