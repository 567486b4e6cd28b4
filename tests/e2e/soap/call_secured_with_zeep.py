"""Calls getInvoice with python-zeep under WS-Security, and verifies a message with it.

Arguments: JSON {wsdl, binding, url, calls: [{how, ...}], verify?: {envelope, certificate}}.
Prints one JSON list: {"output": ...} or {"fault": {"code", "subcodes", "message"}} for each call;
how: "username" (username, password, digest), "signature" or "binary" (key, certificate, sha1?,
timestamp?, ageS?), "none". A message that does not verify ends the program.
"""

import datetime
import json
import sys

import xmlsec
import zeep
import zeep.exceptions
from lxml import etree
from zeep.helpers import serialize_object
from zeep.wsse.signature import BinarySignature, Signature
from zeep.wsse.username import UsernameToken
from zeep.wsse.utils import WSU, get_security_header


class Timestamp:
    def __init__(self, age_s):
        self.age_s = age_s

    def apply(self, envelope, headers):
        created = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(seconds=self.age_s)
        expires = created + datetime.timedelta(seconds=300)
        security = get_security_header(envelope)
        written = WSU.Timestamp(
            WSU.Created(created.isoformat()), WSU.Expires(expires.isoformat())
        )
        security.append(written)
        return envelope, headers


class Together:
    def __init__(self, parts):
        self.parts = parts

    def apply(self, envelope, headers):
        for part in self.parts:
            envelope, headers = part.apply(envelope, headers)
        return envelope, headers

    def verify(self, envelope):
        return envelope


def security_of(one):
    if one["how"] == "none":
        return None
    if one["how"] == "username":
        return UsernameToken(one["username"], one["password"], use_digest=one["digest"])
    kind = BinarySignature if one["how"] == "binary" else Signature
    sha1 = one.get("sha1", False)
    method = xmlsec.Transform.RSA_SHA1 if sha1 else xmlsec.Transform.RSA_SHA256
    digest = xmlsec.Transform.SHA1 if sha1 else xmlsec.Transform.SHA256
    signature = kind(one["key"], one["certificate"], None, method, digest)
    if not one.get("timestamp", True):
        return Together([signature])
    return Together([Timestamp(one.get("ageS", 0)), signature])


def call(asked, one):
    client = zeep.Client(asked["wsdl"], wsse=security_of(one))
    service = client.create_service(asked["binding"], asked["url"])
    try:
        return {"output": serialize_object(service.getInvoice(id=4711), dict)["id"]}
    except zeep.exceptions.Fault as fault:
        subcodes = [str(each) for each in fault.subcodes or []]
        return {"fault": {"code": fault.code, "message": fault.message, "subcodes": subcodes}}


def main():
    asked = json.loads(sys.argv[1])
    check = asked.get("verify")
    if check is not None:
        envelope = etree.fromstring(check["envelope"].encode())
        BinarySignature(check["key"], check["certificate"]).verify(envelope)
    print(json.dumps([call(asked, one) for one in asked["calls"]]))


main()
