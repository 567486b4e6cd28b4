"""Calls operations of a WSDL with python-zeep: a real client, strict about schemas.

Arguments: the URL of the WSDL, and JSON: a list of {port, operation, input, headers?, accept?}.
Prints one JSON list: {"output": ...} or {"fault": {...}} for each call.
"""

import datetime
import decimal
import json
import sys

import zeep
import zeep.exceptions
from lxml import etree
from zeep.helpers import serialize_object


def plain(value):
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items() if one is not None}
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, (decimal.Decimal, datetime.date, datetime.datetime)):
        return str(value)
    if isinstance(value, bytes):
        return value.hex()
    return value


def call(client, one):
    service = client.bind(port_name=one["port"])
    headers = one.get("headers")
    client.transport.session.headers["Accept"] = one.get("accept", "*/*")
    try:
        output = service[one["operation"]](_soapheaders=headers, **one["input"])
        return {"output": plain(serialize_object(output, dict))}
    except zeep.exceptions.Fault as fault:
        detail = None if fault.detail is None else etree.tostring(fault.detail).decode()
        subcodes = [str(one) for one in fault.subcodes or []]
        return {
            "fault": {
                "code": fault.code,
                "message": fault.message,
                "detail": detail,
                "subcodes": subcodes,
            }
        }


def main():
    client = zeep.Client(sys.argv[1])
    calls = json.loads(sys.argv[2])
    print(json.dumps([call(client, one) for one in calls]))


main()
