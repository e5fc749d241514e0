# A webhook receiver on Flask that reads the keys which integrations read. Prints one line of JSON for each thing it does.
# Usage: flask_webhook.py PORT
import json
import sys

from flask import Flask, request

app = Flask(__name__)


@app.route("/webhook/vela", methods=["POST"])
def handle_vela_webhook():
    event = request.json
    if event["event"] == "call.completed":
        call_data = event["data"]
        if call_data["sentiment"] == "negative":
            create_support_ticket(call_data)
        update_customer_profile(call_data)
    return {"status": "success"}


def create_support_ticket(call_data):
    print(json.dumps({"ticket": call_data["call_id"]}), flush=True)


def update_customer_profile(call_data):
    print(json.dumps({"profile": call_data["call_id"], "sentiment": call_data["sentiment"]}), flush=True)


app.run(host="127.0.0.1", port=int(sys.argv[1]))
