"""A vBot administrator's client: every customer operation of its documentation, in the order of a day's work."""

import json
import os

import requests

BASE_URL = os.environ["BASE_URL"]
headers = {"Authorization": f"Bearer {os.environ['API_KEY']}"}

created = requests.post(
    f"{BASE_URL}/api/customers",
    headers=headers,
    json={"name": "Customer Name", "company_name": "Company Name", "email": "customer@example.com"},
)
customer = created.json()

listed = requests.get(f"{BASE_URL}/api/customers", headers=headers)

updated = requests.put(
    f"{BASE_URL}/api/customers/{customer['id']}",
    headers=headers,
    json={
        "name": "Updated Name",
        "company_name": "Updated Company",
        "email": "updated@example.com",
        "is_active": True,
    },
)

deleted = requests.delete(f"{BASE_URL}/api/customers/{customer['id']}", headers=headers)
gone = requests.put(f"{BASE_URL}/api/customers/{customer['id']}", headers=headers, json={"name": "x"})
refused = requests.get(f"{BASE_URL}/api/customers", headers={"Authorization": f"Bearer {customer['api_key']}"})

print(
    json.dumps(
        {
            name: {"status": answer.status_code, "body": answer.json()}
            for name, answer in {
                "created": created,
                "listed": listed,
                "updated": updated,
                "deleted": deleted,
                "gone": gone,
                "refused": refused,
            }.items()
        }
    )
)
