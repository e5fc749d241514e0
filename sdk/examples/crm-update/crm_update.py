"""Writes each finished call into the CRM, and into the profile of the customer who called. HubSpot's API, with unique
properties of our own, so that everything can be written again.

Make once in HubSpot: ``indaba_call_id`` of calls and ``indaba_phone`` of contacts as unique properties; the others as texts.

Usage: settings of flask/receiver.py, and INDABA_URL, INDABA_API_KEY, HUBSPOT_URL, HUBSPOT_TOKEN;
PYTHONPATH=sdk/python:sdk/examples/flask python3 sdk/examples/crm-update/crm_update.py
"""

import os
from typing import Any, Dict
from urllib.parse import quote

from indaba_api import TIMEOUT_S, IndabaApi, patient_session
from receiver import serve

OBJECTS = os.environ["HUBSPOT_URL"] + "/crm/objects/2026-09"

indaba = IndabaApi(os.environ["INDABA_URL"], os.environ["INDABA_API_KEY"])
hubspot = patient_session(os.environ["HUBSPOT_TOKEN"])


def on_event(event: Dict[str, Any]) -> None:
    if event["type"] == "call.deleted":
        return forget(event["data"]["call_id"])
    if event["type"] not in ("call.completed", "call.updated"):
        return None
    call = indaba.get(event["data"]["links"]["self"])
    if call is None:
        return forget(event["data"]["call_id"])
    phone = call["called_number"] if call["direction"] == "outbound" else call["caller_number"]
    logged = upsert("calls", "indaba_call_id", call["id"], call_properties(call))
    if not phone or is_old(phone, call):
        return None
    contact = upsert("contacts", "indaba_phone", phone, profile(call, phone))
    link = f"{OBJECTS}/calls/{logged}/associations/default/contacts/{contact}"
    hubspot.put(link, timeout=TIMEOUT_S).raise_for_status()


def call_properties(call: Dict[str, Any]) -> Dict[str, str]:
    summary = ((call["analysis"] or {}).get("summary", {}).get("value") or {}).get("short", "")
    return {
        "hs_timestamp": call["started_at"],
        "hs_call_title": "Call",
        "hs_call_body": f"{summary}\nIssues: {issues(call)}\nSentiment: {call['sentiment'] or 'unknown'}",
        "hs_call_duration": str(call["duration_ms"] or 0),
        "hs_call_direction": "OUTBOUND" if call["direction"] == "outbound" else "INBOUND",
        "hs_call_status": "COMPLETED",
        "hs_call_from_number": call["caller_number"] or "",
        "hs_call_to_number": call["called_number"] or "",
    }


def profile(call: Dict[str, Any], phone: str) -> Dict[str, str]:
    return {
        "phone": phone,
        "indaba_last_call_at": call["started_at"],
        "indaba_last_sentiment": call["sentiment"] or "",
        "indaba_last_issues": issues(call),
        "indaba_last_agent": call["agent"]["name"] or "",
    }


def issues(call: Dict[str, Any]) -> str:
    keywords = (call["analysis"] or {}).get("keywords", {}).get("value") or []
    return ", ".join(keyword["text"] for keyword in keywords)


def is_old(phone: str, call: Dict[str, Any]) -> bool:
    """Calls end in another order than they began: the profile shows the last one that began."""
    query = {"idProperty": "indaba_phone", "properties": "indaba_last_call_at"}
    response = hubspot.get(f"{OBJECTS}/contacts/{quote(phone, safe='')}", params=query, timeout=TIMEOUT_S)
    if response.status_code == 404:
        return False
    response.raise_for_status()
    # Both are ISO 8601 in UTC, of one length: their order is that of the texts.
    return (response.json()["properties"].get("indaba_last_call_at") or "") > call["started_at"]


def upsert(kind: str, id_property: str, value: str, properties: Dict[str, str]) -> str:
    """Makes or changes what has this value in our unique property. Returns HubSpot's id."""
    item = {"idProperty": id_property, "id": value, "properties": properties}
    response = hubspot.post(f"{OBJECTS}/{kind}/batch/upsert", json={"inputs": [item]}, timeout=TIMEOUT_S)
    response.raise_for_status()
    return response.json()["results"][0]["id"]


def forget(call_id: str) -> None:
    """What was deleted here is not kept there."""
    blank = {"hs_call_body": "", "hs_call_title": "Deleted", "hs_call_from_number": "", "hs_call_to_number": ""}
    upsert("calls", "indaba_call_id", call_id, blank)


serve(on_event)
