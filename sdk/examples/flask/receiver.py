"""The door for webhooks on Flask: verifies the bytes as they came, writes the event down, answers, and only then works.

Usage: INDABA_WEBHOOK_SECRETS=whsec_... PORT=8080 PYTHONPATH=sdk/python python3 sdk/examples/flask/receiver.py
"""

import json
import os
import sys
import threading
from typing import Any, Callable, Dict, List

from flask import Flask, request

from inbox import Inbox
from indaba_webhooks import WebhookError, verify_webhook

# Indaba sends at most 256 KiB.
BODY_BYTES_MAX = 1024 * 1024


def receiver(secrets: List[str], inbox: Inbox) -> Flask:
    app = Flask(__name__)

    @app.post("/webhooks/indaba")
    def receive():  # type: ignore[no-untyped-def]
        # Older Flasks keep to MAX_CONTENT_LENGTH for forms alone.
        if (request.content_length or 0) > BODY_BYTES_MAX:
            return {"error": "size"}, 413
        try:
            # Not request.json: the signature is over the bytes, and JSON written anew has others.
            webhook = verify_webhook(request.get_data(), request.headers, secrets)
        except WebhookError as error:
            print(f"refused ({error.reason}): {error}", file=sys.stderr, flush=True)
            return {"error": error.reason}, 401
        if webhook.event.get("type") == "webhook.verify":
            return {"challenge": webhook.event["data"]["challenge"]}
        inbox.add(webhook)
        return "", 204

    return app


def serve(handle: Callable[[Dict[str, Any]], None]) -> None:
    """The settings are of the environment: INDABA_WEBHOOK_SECRETS (separated by spaces), PORT and INBOX (a file).

    Flask's own server is enough to begin with. In production: one process of gunicorn, with threads, and this thread.
    """
    inbox = Inbox(os.environ.get("INBOX", "inbox.sqlite"))
    app = receiver(os.environ["INDABA_WEBHOOK_SECRETS"].split(), inbox)
    threading.Thread(target=inbox.work, args=(handle,), daemon=True).start()
    app.run(host=os.environ.get("HOST", "127.0.0.1"), port=int(os.environ.get("PORT", "8080")))


def show(event: Dict[str, Any]) -> None:
    """Put your own work in the place of this."""
    about = event["data"].get("links", {}).get("self")
    print(json.dumps({"type": event["type"], "seq": event["seq"], "about": about}), flush=True)


if __name__ == "__main__":
    serve(show)
