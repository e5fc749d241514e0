# A chat as JSON that the client encodes itself: `data=json.dumps(...)` under a JSON header.
# Usage: chat_upload.py PAYLOAD_JSON
import json
import os
import sys

import requests

url = os.environ["BASE_URL"] + "/chat/upload/vela"
headers = {
    "Authorization": "Bearer " + os.environ["API_KEY"],
    "Content-Type": "application/json",
}
payload = json.loads(sys.argv[1])
response = requests.post(url, headers=headers, data=json.dumps(payload))

print(response.text)
