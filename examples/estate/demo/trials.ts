/** Commands to try once the estate runs; each works as it is printed. */
import type { Trial } from "./report.ts";
import type { EstateKeys } from "./stations.ts";

const order =
  '{"customer":"ravi@example.org","lines":' +
  '[{"sku":"TEA-ASSAM-250","name":"Assam tea","quantity":2,"unitPrice":"349.50"}]}';

/** The id is new for each start of the demo, so that the payment is a new one. */
function payment(txnId: string): string {
  return (
    `<PayRequest xmlns="urn:example:payments:1" txnId="${txnId}"><Payer addr="ravi@okbank"/>` +
    '<Payee addr="kettle@okbank"/><Amount value="699.00" curr="INR"/></PayRequest>'
  );
}

export function trialsOf(gateway: string, admin: string, keys: EstateKeys): readonly Trial[] {
  const key = `-H 'X-Api-Key: ${keys.storefront}'`;
  const json = "-H 'Content-Type: application/json'";
  const xml = "-H 'Content-Type: application/xml'";
  const txnId = `T-demo-${Date.now()}`;
  return [
    {
      what: "place an order (JSON); the shop's page shows it at once",
      command: `curl -i ${key} ${json} -d '${order}' ${gateway}/orders/orders`,
    },
    {
      what: "pay (XML)",
      command: `curl -i ${key} ${xml} -d '${payment(txnId)}' ${gateway}/payments/pay`,
    },
    {
      what: "list orders; two instances take turns",
      command: `curl -i ${key} '${gateway}/orders/orders?limit=3'`,
    },
    {
      what: "follow orders as they happen (10 seconds; place one meanwhile)",
      command: `curl -N --max-time 10 ${key} ${gateway}/orders/orders/events`,
    },
    {
      what: "without a key: refused, and Parlance-Fault says by whom",
      command: `curl -i ${gateway}/orders/orders`,
    },
    { what: "what the gateway counts", command: `curl ${admin}/metrics` },
  ];
}
