# Verifies one webhook a line with the kit's Python: {"body": base64, "headers": ..., "secrets": ..., "now": s}. Prints for
# each what came of it: the id, or the reason of the refusal.
import base64
import json
import sys

from indaba_webhooks import WebhookError, verify_webhook

for line in sys.stdin:
    given = json.loads(line)
    try:
        body = base64.b64decode(given["body"])
        print(json.dumps({"id": verify_webhook(body, given["headers"], given["secrets"], now=given["now"]).id}))
    except (WebhookError, TypeError) as error:
        print(json.dumps({"refused": getattr(error, "reason", "secret")}))
