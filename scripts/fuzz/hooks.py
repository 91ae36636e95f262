"""What Schemathesis is taught about headers whose meaning is in the server's state."""

import uuid

import schemathesis

calls = 0


@schemathesis.hook
def before_call(context, case, kwargs):
    """Gives each write a key of its own, and one in ten the `If-Match` that was made up: its answer is 412, whatever else it says."""
    global calls
    calls += 1
    headers = case.headers or {}
    key = headers.get("Idempotency-Key")
    if isinstance(key, str) and 0 < len(key) <= 200:
        headers["Idempotency-Key"] = str(uuid.uuid4())
    if calls % 10 != 0:
        headers.pop("If-Match", None)
