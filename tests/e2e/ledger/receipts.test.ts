/** Receipts of answers that are too long, or come too slowly, to be held whole: in the trailers. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import { connect as connectHttp2 } from "node:http2";
import { test } from "node:test";
import { listenHttp } from "#tests/support/listen-http.ts";
import { configurationOf, runGateway } from "../running/run-gateway.ts";
import { ledgerFolder, parseReceipt, readLedger } from "./read-ledger.ts";

test("a streamed answer ends with its receipt, for callers who take trailers", async (t) => {
  const url = await listenHttp(t, (_request, response) => {
    // More than is held whole.
    response.write("x".repeat(100_000), () => setTimeout(() => response.end("last"), 20));
  });
  const ledger = ledgerFolder(t);
  const gateway = await runGateway(t, configurationOf(url, { more: ledger.text() }));
  const ask = async (headers: Record<string, string>): Promise<IncomingMessage> => {
    const [answer] = (await once(get(`${gateway.url}/echo/stream`, { headers }), "response")) as [
      IncomingMessage,
    ];
    answer.resume();
    await once(answer, "end");
    return answer;
  };

  const withTrailers = await ask({ te: "trailers" });
  assert.equal(withTrailers.headers["parlance-receipt"], undefined);
  const id = String(withTrailers.headers["parlance-exchange"]);
  assertFits(withTrailers.trailers["parlance-receipt"] ?? "", id);

  const without = await ask({});
  assert.deepEqual(without.trailers, {});
  assert.equal(without.headers["parlance-receipt"], undefined);
  readLedger(ledger.path).exchange(String(without.headers["parlance-exchange"]));

  const session = connectHttp2(gateway.url);
  t.after(() => session.destroy());
  const stream = session.request({ ":path": "/echo/stream", te: "trailers" });
  const trailers = once(stream, "trailers") as Promise<[Record<string, string>]>;
  const [head] = (await once(stream, "response")) as [Record<string, string>];
  stream.resume();
  const [fields] = await trailers;
  assertFits(fields["parlance-receipt"] ?? "", head["parlance-exchange"] ?? "");

  /** It names the very entry, which is on record already. */
  function assertFits(text: string, exchange: string): void {
    const read = readLedger(ledger.path);
    const receipt = parseReceipt(text);
    assert.equal(receipt.origin, read.origin);
    assert.equal(read.entries[receipt.index], read.exchange(exchange));
    assert.equal(receipt.leaf, read.leafHashes[receipt.index]);
  }
});
