"""A ticket in the help desk for each alert, or for each conversation that went badly: subscribe the endpoint to
``alert.opened`` and let rules decide (docs/alerts.md), or to ``call.completed`` and ``chat.completed``. Zendesk's API; one
ticket, however often an event comes.

Usage: settings of flask/receiver.py, and INDABA_URL, INDABA_API_KEY, ZENDESK_URL, ZENDESK_TOKEN;
PYTHONPATH=sdk/python:sdk/examples/flask python3 sdk/examples/alert-to-ticket/alert_to_ticket.py
"""

import os
from typing import Any, Dict, List
from urllib.parse import urljoin

from indaba_api import TIMEOUT_S, IndabaApi, patient_session
from receiver import serve

INDABA_URL = os.environ["INDABA_URL"]
TICKETS = os.environ["ZENDESK_URL"] + "/api/v2/tickets"
PRIORITIES = {"low": "low", "medium": "normal", "high": "high", "critical": "urgent"}

indaba = IndabaApi(INDABA_URL, os.environ["INDABA_API_KEY"])
zendesk = patient_session(os.environ["ZENDESK_TOKEN"])


def on_event(event: Dict[str, Any]) -> None:
    """What is true now may be other than what the event says, or nothing any more: so it is asked for."""
    if event["type"] == "alert.opened":
        alert = indaba.get(event["data"]["links"]["self"])
        if alert and alert["state"] != "resolved":
            open_ticket(f"/v1/alerts/{alert['id']}", alert["title"], [alert["detail"]], PRIORITIES[alert["severity"]])
    if event["type"] in ("call.completed", "chat.completed"):
        conversation = indaba.get(event["data"]["links"]["self"])
        if conversation and conversation["sentiment"] == "negative":
            about = f"/v1/conversations/{conversation['id']}"
            open_ticket(about, "A customer was unhappy", lines_of(conversation), "high")


def lines_of(conversation: Dict[str, Any]) -> List[str]:
    analysis = conversation["analysis"] or {}
    summary = (analysis.get("summary", {}).get("value") or {}).get("short", "No summary.")
    who = f"Agent: {conversation['agent']['name'] or 'unknown'}. Caller: {conversation['caller_number'] or 'unknown'}."
    return [summary, f"{who} At: {conversation['started_at']}."]


def open_ticket(about: str, subject: str, lines: List[str], priority: str) -> None:
    external_id = f"indaba:{about}"
    # Zendesk remembers idempotency keys for hours, and external ids for ever.
    known = zendesk.get(TICKETS, params={"external_id": external_id}, timeout=TIMEOUT_S)
    known.raise_for_status()
    if known.json()["tickets"]:
        return
    ticket = {
        "external_id": external_id,
        "subject": subject,
        "comment": {"body": "\n\n".join([*lines, urljoin(INDABA_URL, about)]), "public": False},
        "priority": priority,
        "tags": ["indaba"],
    }
    headers = {"Idempotency-Key": external_id}
    zendesk.post(TICKETS, json={"ticket": ticket}, headers=headers, timeout=TIMEOUT_S).raise_for_status()


serve(on_event)
