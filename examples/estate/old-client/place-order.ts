/** What place-order.php does, on the SOAP library of npm. */
import { createClientAsync } from "soap";

interface Order {
  readonly id: string;
  readonly status: string;
  readonly total: string;
  readonly currency: string;
  readonly lines: readonly { readonly quantity: number; readonly name: string }[];
  readonly invoice?: { readonly number?: string; readonly reason?: string };
}

type Call = (input: object) => Promise<readonly [Order, ...unknown[]]>;

interface SoapTrouble extends Error {
  readonly root?: {
    readonly Envelope?: {
      readonly Body?: {
        readonly Fault?: {
          readonly faultcode: string;
          readonly faultstring: string;
          readonly detail?: object;
        };
      };
    };
  };
}

/** Exit code. */
export async function placeOrder(): Promise<number> {
  const gateway = process.env["GATEWAY_URL"] ?? "http://127.0.0.1:8080";
  const key = process.env["CLIENT_KEY"] ?? "";
  try {
    const client = await createClientAsync(`${gateway}/soap/orders?wsdl`, {
      wsdl_headers: { "x-api-key": key },
      // Left to itself the library puts elements into the namespace that have none.
      overrideRootElement: {
        namespace: "o",
        xmlnsAttributes: [{ name: "xmlns:o", value: "urn:parlance:orders" }],
      },
    });
    client.addHttpHeader("x-api-key", key);
    const operations = client as unknown as Readonly<
      Record<"createOrderAsync" | "getOrderAsync", Call>
    >;
    const line = { sku: "CUP-CLAY-6", name: "Clay cups, six", quantity: 2, unitPrice: "180.00" };
    const [order] = await operations.createOrderAsync({
      body: { customer: "desk@example.org", lines: [line] },
    });
    const { reason = "orders has no billing", number = `none: ${reason}` } = order.invoice ?? {};
    console.log(`Placed ${order.id} over ${order.total} ${order.currency}, invoice ${number}`);
    const [again] = await operations.getOrderAsync({ orderId: order.id });
    const [first] = again.lines;
    console.log(`Read it again: ${again.status}, ${first?.quantity} x ${first?.name}`);
    await operations.getOrderAsync({ orderId: "o-0000000000000000" });
    return 1;
  } catch (error) {
    const { Fault: fault } = (error as SoapTrouble).root?.Envelope?.Body ?? {};
    if (fault === undefined) throw error;
    const [detail] = Object.keys(fault.detail ?? {});
    const more = detail === undefined ? "" : ` (${detail})`;
    console.log(`Fault ${fault.faultcode}: ${fault.faultstring}${more}`);
    return detail === "getOrder.NotFound" ? 0 : 1;
  }
}
