# A chat as a form: requests encodes `data` as a urlencoded body, and the messages are JSON text inside of it.
# Usage: chat_form_upload.py PATH CHATS_JSON_FILE
import json
import os
import sys

import requests

url = os.environ["BASE_URL"] + sys.argv[1]
token = os.environ["API_KEY"]
with open(sys.argv[2], encoding="utf-8") as file:
    chats = json.load(file)
data = {
    "org_id": os.environ["ORG_ID"],
    "chats": json.dumps(chats),
}
headers = {
    "Authorization": f"Bearer {token}",
}
response = requests.post(url, data=data, headers=headers)

print(json.dumps(response.json(), indent=4))
