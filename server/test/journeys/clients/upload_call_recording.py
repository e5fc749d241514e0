# A call by file_url, as a Python integration sends it: requests, a JSON body, `isoformat()` of a naive datetime.
# Usage: upload_call_recording.py FILE_URL AGENT_EMAIL CALL_DATE
import json
import os
import sys
from datetime import datetime

import requests


def upload_call_recording(file_path, agent_email, call_date):
    url = os.environ["BASE_URL"] + "/calls/upload"
    headers = {
        "Authorization": "Bearer " + os.environ["API_KEY"],
        "Content-Type": "application/json",
    }
    data = {
        "org_id": os.environ["ORG_ID"],
        "agent_email": agent_email,
        "call_date": call_date.isoformat(),
        "file_url": file_path,
    }
    response = requests.post(url, headers=headers, json=data)
    return response.json()


print(json.dumps(upload_call_recording(sys.argv[1], sys.argv[2], datetime.fromisoformat(sys.argv[3]))))
