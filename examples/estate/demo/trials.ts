/** Commands to try once the estate runs; each works as it is printed. */
import { fileURLToPath } from "node:url";
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

const parcel = '{"country":"DE","weightKg":"2.5"}';

const reservation = '{"sku":"TEA-ASSAM-250","quantity":"2"}';

const question =
  '{"query":"{ orders_listOrders(limit: 2) { items { id status } } ' +
  'inventory_ListStock { articles { sku available } } }"}';

const newPrice = '{"sku":"TEA-ASSAM-250","price":"355.00"}';

const listInvoices = '{"customerName":"ravi@example.org","limit":2}';

const listOrders =
  '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>' +
  '<o:listOrders xmlns:o="urn:parlance:orders"><limit>2</limit></o:listOrders>' +
  "</s:Body></s:Envelope>";

const agent = fileURLToPath(new URL("../agent/agent.ts", import.meta.url));
const oldClient = fileURLToPath(new URL("../old-client/main.ts", import.meta.url));
const parlance = fileURLToPath(new URL("../../../bin/parlance", import.meta.url));

/** @param ledger its folder. */
export function trialsOf(
  gateway: string,
  admin: string,
  ledger: string,
  keys: EstateKeys,
): readonly Trial[] {
  const key = `-H 'X-Api-Key: ${keys.storefront}'`;
  const json = "-H 'Content-Type: application/json'";
  const xml = "-H 'Content-Type: application/xml'";
  const soap = "-H 'Content-Type: text/xml'";
  const inEnvironment = `GATEWAY_URL=${gateway} CLIENT_KEY=${keys.storefront}`;
  const txnId = `T-demo-${Date.now()}`;
  const once = `-H 'Idempotency-Key: "${txnId}"'`;
  const payments = `${gateway}/payments`;
  return [
    {
      what: "place an order (JSON); the shop's page shows it at once",
      command: `curl -i ${key} ${json} -d '${order}' ${gateway}/orders/orders`,
    },
    {
      what: "pay (XML)",
      command: `curl -i ${key} ${xml} -d '${payment(txnId)}' ${payments}/pay`,
    },
    {
      what: "pay with a key; run it twice: one payment, and the first answer again",
      command: `curl -i ${key} ${xml} ${once} -d '${payment(`${txnId}-2`)}' ${payments}/pay`,
    },
    {
      what: "list orders; two instances take turns",
      command: `curl -i ${key} '${gateway}/orders/orders?limit=3'`,
    },
    {
      what: "ask a SOAP service in JSON: billing has nothing but a WSDL",
      command: `curl -i ${key} ${json} -d '${listInvoices}' ${gateway}/billing/listInvoices`,
    },
    {
      what: "ask a JSON service in SOAP: orders has nothing but OpenAPI",
      command: `curl -i ${key} ${soap} -d '${listOrders}' ${gateway}/soap/orders`,
    },
    {
      what: "ask a program that follows no protocol: fixed columns over TCP, by tariffs.text.yaml",
      command: `curl -i ${key} ${json} -d '${parcel}' ${gateway}/tariffs/quoteTariff`,
    },
    {
      what: "ask a gRPC service in JSON",
      command: `curl -i ${key} '${gateway}/inventory/GetStock?sku=TEA-ASSAM-250'`,
    },
    {
      what: "watch a stream of gRPC as lines of JSON (10 seconds; the next one changes it)",
      command: `curl -N --max-time 10 ${key} '${gateway}/inventory/WatchStock?sku=TEA-ASSAM-250'`,
    },
    {
      what: "set some of it aside",
      command: `curl -i ${key} ${json} -d '${reservation}' ${gateway}/inventory/ReserveStock`,
    },
    {
      what: "ask a GraphQL service in JSON: catalog has nothing but its schema (cached: see Age)",
      command: `curl -i ${key} '${gateway}/catalog/tea?sku=TEA-ASSAM-250'`,
    },
    {
      what: "follow a subscription of GraphQL in JSON (10 seconds; the next one changes it)",
      command: `curl -N --max-time 10 ${key} '${gateway}/catalog/priceChanges?sku=TEA-ASSAM-250'`,
    },
    {
      what: "set its price",
      command: `curl -i ${key} ${json} -d '${newPrice}' ${gateway}/catalog/setPrice`,
    },
    {
      what: "ask several services at once, in GraphQL",
      command: `curl ${key} ${json} -d '${question}' ${gateway}/graphql`,
    },
    {
      what: "what an AI agent sees and does: tools over MCP",
      command: `${process.execPath} ${agent} ${gateway}/mcp ${keys.storefront}`,
    },
    {
      what: "an old program that knows nothing but SOAP places an order",
      command: `${inEnvironment} ${process.execPath} ${oldClient}`,
    },
    {
      what: "follow orders as they happen (10 seconds; place one meanwhile)",
      command: `curl -N --max-time 10 ${key} ${gateway}/orders/orders/events`,
    },
    {
      what: "without a key: refused, and Parlance-Fault says by whom",
      command: `curl -i ${gateway}/orders/orders`,
    },
    {
      what: "why a call goes where it goes, what stands in its way, and what that costs",
      command: `${parlance} explain GET ${gateway}/orders/orders --as storefront --admin ${admin}`,
    },
    { what: "what the gateway counts", command: `curl ${admin}/metrics` },
    {
      what: "the last exchanges on record, each with its id (ledger show ID tells all of one)",
      command: `${parlance} ledger tail --ledger ${ledger} --lines 10`,
    },
    {
      what: "check that nothing on record was changed or taken away",
      command: `${parlance} ledger verify --ledger ${ledger}`,
    },
  ];
}
