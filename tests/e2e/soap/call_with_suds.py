"""Calls the billing contract with python-suds through the WSDL at the URL given; prints JSON."""

import json
import sys

import suds
import suds.client

client = suds.client.Client(sys.argv[1], cache=None)
client.set_options(port=sys.argv[2])
invoice = client.service.getInvoice(42)
line = client.factory.create("ns0:Line")
line.sku = "b"
line.price.value = "2.50"
line.price._currency = "USD"
try:
    client.service.getInvoice(1)
    fault = None
except suds.WebFault as error:
    detail = error.fault.detail
    fault = {"message": str(error.fault.faultstring), "id": str(detail.NotFound.id)}
print(
    json.dumps(
        {
            "iban": str(invoice.iban),
            "price": str(invoice.line[0].price.value),
            "currency": str(invoice.line[0].price._currency),
            "receipt": str(client.service.store(7, "c", None, [line])),
            "sum": int(client.service.add(1, 2)),
            "fault": fault,
        }
    )
)
