# Posts a recording with the five names of the older signature, as the requests package encodes them.
# Usage: presigned_upload.py TICKET_JSON FILE
import json
import os
import sys

import requests

ticket = json.loads(sys.argv[1])
fields = ticket["fields"]

url = ticket["url"]
payload = {
    "AWSAccessKeyId": fields["AWSAccessKeyId"],
    "key": fields["key"],
    "policy": fields["policy"],
    "signature": fields["signature"],
    "x-amz-security-token": fields["x-amz-security-token"],
}
files = [("file", (os.path.basename(sys.argv[2]), open(sys.argv[2], "rb"), "audio/wav"))]
headers = {}
response = requests.request("POST", url, headers=headers, data=payload, files=files)

print(json.dumps({"status": response.status_code, "text": response.text}))
