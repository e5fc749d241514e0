# Exchanges a refresh token as requests sends it: urlencoded, since the list of files is empty.
# Usage: generate_token.py PATH FIELD REFRESH_TOKEN
import json
import os
import sys

import requests

url = os.environ["BASE_URL"] + sys.argv[1]
payload = {sys.argv[2]: sys.argv[3]}
files = []
headers = {}

response = requests.request("POST", url, headers=headers, data=payload, files=files)

print(json.dumps({"status": response.status_code, "body": response.json()}))
