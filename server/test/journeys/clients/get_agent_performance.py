# An agent's figures for a period, with `isoformat()` of datetimes and of dates.
# Usage: get_agent_performance.py AGENT_ID datetime|date START END
import json
import os
import sys
from datetime import date, datetime

import requests


def get_agent_performance(agent_id, start_date, end_date):
    url = f"{os.environ['BASE_URL']}/agents/{agent_id}/performance"
    headers = {"Authorization": "Bearer " + os.environ["API_KEY"]}
    params = {
        "start_date": start_date.isoformat(),
        "end_date": end_date.isoformat(),
    }
    response = requests.get(url, headers=headers, params=params)
    return response.json()


read = {"datetime": datetime, "date": date}[sys.argv[2]].fromisoformat
print(json.dumps(get_agent_performance(sys.argv[1], read(sys.argv[3]), read(sys.argv[4]))))
