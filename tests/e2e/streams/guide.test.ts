/** What docs/guides/streams.md shows of inputs does what it says. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";
import type { sendUnaryData, ServerReadableStream } from "@grpc/grpc-js";
import { shopProto, startOrders } from "#tests/e2e/grpc/stand.ts";
import { startTranslating } from "#tests/e2e/translate/stand.ts";
import { readProjectFile } from "#tests/support/source-files.ts";

test("the command of the guide sends two inputs, and gets one answer", async (context) => {
  const port = await startOrders(context, {
    ...{ Get: () => undefined, Place: () => undefined, Watch: () => undefined },
    Add(call: ServerReadableStream<object, object>, answer: sendUnaryData<object>) {
      const lines: object[] = [];
      call.on("data", (line: object) => lines.push(line));
      call.on("end", () => answer(null, { id: "1", lines }));
    },
    Chat: () => undefined,
  });
  const { url } = await startTranslating(context, {
    text: `services:\n  orders: { contract: o.proto, instances: ["http://127.0.0.1:${port}"] }\n`,
    files: { "o.proto": shopProto },
  });
  const guide = readProjectFile("docs/guides/streams.md");
  const [, command = ""] = /^```sh\n(printf .*?)^```/ms.exec(guide) ?? [];
  assert.match(command, /x-ndjson/);
  const own = command.replace("http://127.0.0.1:8080", url).replace("curl ", "curl -s ");
  const { stdout } = await promisify(execFile)("sh", ["-c", own]);
  const { lines } = JSON.parse(stdout) as { lines: object[] };
  assert.deepEqual(lines, [
    { sku: "tea", count: 2 },
    { sku: "jam", count: 1 },
  ]);
});
