/** A service behind a gateway that knows its callers by proofs, for tests of proofs. */
import type { IncomingMessage } from "node:http";
import type { TestContext } from "node:test";
import { startPoliced, type PolicedService } from "./policed-service.ts";

export interface ProvingService extends PolicedService {
  /** What an instance got last. */
  readonly got: () => Pick<IncomingMessage, "headers" | "url">;
  /** @param path behind that of the service. */
  readonly ask: (headers?: Readonly<Record<string, string>>, path?: string) => Promise<Asked>;
}

export interface Asked {
  readonly status: number;
  readonly code: string | undefined;
  readonly detail: string | undefined;
  /** Values of `WWW-Authenticate`. */
  readonly challenge: string | null;
}

export async function startProving(
  context: Pick<TestContext, "after">,
  callers: Readonly<Record<string, unknown>>,
  identity?: Readonly<Record<string, unknown>>,
): Promise<ProvingService> {
  let got: Pick<IncomingMessage, "headers" | "url"> = { headers: {} };
  const service = await startPoliced(
    context,
    [],
    [
      (incoming, outgoing) => {
        got = { headers: incoming.headers, url: incoming.url ?? "" };
        outgoing.end("fine");
      },
    ],
    { callers, ...(identity && { identity }) },
  );
  return {
    ...service,
    got: () => got,
    async ask(headers = {}, path = "") {
      const answer = await fetch(service.url + path, { headers });
      const body = await answer.text();
      const problem = answer.ok ? {} : (JSON.parse(body) as Partial<Asked>);
      return {
        status: answer.status,
        code: problem.code,
        detail: problem.detail,
        challenge: answer.headers.get("www-authenticate"),
      };
    },
  };
}
