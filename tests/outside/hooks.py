"""What schemathesis is told of one running bank: whose token to send where, and what is there to be found.

The story comes as JSON in IDX_STORY:

    {"customer": [tokens of his logins], "clerk": [tokens], "known": {name of a field: value, ...}}

A login may ask twenty times a second, so a customer asks by many. Logging out would end one of them, so
that route has tokens of its own, under "leaving".
"""

import itertools
import json
import os
import threading

import schemathesis

STORY = json.loads(os.environ["IDX_STORY"])
CLERKS = ("/deposit", "/withdraw", "/freeze", "/unfreeze", "/flags", "/clear")
JUDGES_CLERKS = ("/submit", "/execute")

_lock = threading.Lock()
_turns = {role: itertools.cycle(STORY[role]) for role in ("customer", "clerk", "leaving", "auditor", "judge_clerk", "regulator")}


def role_of(path, method):
    if path.endswith("/logout"):
        return "leaving"
    if path.endswith("/judges") and method.upper() == "POST":
        return "regulator"
    if "/court-orders" in path:
        return "judge_clerk" if path.endswith(JUDGES_CLERKS) else "auditor"
    return "clerk" if path.endswith(CLERKS) else "customer"


@schemathesis.auth(refresh_interval=None)
class Bearer:
    """A token of the role that the route is for."""

    def get(self, case, context):
        with _lock:
            return next(_turns[role_of(case.operation.path, case.operation.method)])

    def set(self, case, data, context):
        case.headers = {**(case.headers or {}), "Authorization": f"Bearer {data}"}


def known(path, name):
    """What this field is at this bank: of this route's last word, of its room, or everywhere."""
    words = path.split("/")
    values = STORY["known"]
    places = (f"{words[-1]}.{name}", f"{words[2]}.{name}", name)
    return next((values[place] for place in places if place in values), None)


@schemathesis.hook
def before_load_schema(context, raw_schema):
    """Gives fields the values that this bank knows as examples: without them few requests find anything."""
    for path, operations in raw_schema["paths"].items():
        for operation in operations.values():
            for parameter in operation["parameters"]:
                value = known(path, parameter["name"])
                if value is not None:
                    parameter["example"] = value
            body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
            for name, schema in body.get("schema", {}).get("properties", {}).items():
                value = known(path, name)
                if value is not None:
                    schema["examples"] = [value]


UNREAD = ("INVALID_BODY", "INVALID_QUERY", "INVALID_IDEMPOTENCY_KEY")

# What a schema cannot say, by the field that the refusal names.
UNSAYABLE = {
    "password": "not all the same character; not the PAN; one proof and not two",
    "end_date": "not before start_date, and at most 366 days in all",
    "account_id": "needed by who has several accounts",
    "recipient_nickname": "this or recipient_idx",
    "recipient_idx": "somebody else",
    "signed_order": "a transaction in borsh",
    "proposal": "a transaction in borsh",
    "intent": "the body of a transaction in borsh",
    "end_id": "not below start_id, and a height there is",
}


def is_float(case, field):
    """Numbers are read by their digits as they stand: 5.0 is no whole number here, and what arithmetic made of
    an amount (0.5700000000000001) is none."""
    return isinstance(case.body, dict) and isinstance(case.body.get(field), float)


@schemathesis.check
def what_fits_the_schema_is_read(ctx, response, case):
    """The rules may refuse what fits the schema, but not as something that cannot be read."""
    if case.meta is None or not case.meta.generation.mode.is_positive or response.status_code != 400:
        return
    error = response.json()["error"]
    field = error["details"].get("field")
    if error["code"] in UNREAD and field not in UNSAYABLE and not is_float(case, field):
        raise AssertionError(f"{error['code']}: {error['details']}")
