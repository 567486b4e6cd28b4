/** A gateway between a raw caller and a recording service, for one test. */
import type { TestContext } from "node:test";
import {
  startGatewayUnderTest,
  type GatewayOptions,
  type GatewayUnderTest,
} from "./gateway-under-test.ts";
import {
  startRecordingUpstream,
  type RecordingUpstream,
  type UpstreamOptions,
} from "./recording-upstream.ts";

export interface Mediated {
  readonly gateway: GatewayUnderTest;
  readonly upstream: RecordingUpstream;
  readonly port: number;
}

export async function mediated(
  context: Pick<TestContext, "after">,
  upstreamOptions: UpstreamOptions = {},
  gatewayOptions: Omit<GatewayOptions, "upstreamPort"> = {},
): Promise<Mediated> {
  const upstream = await startRecordingUpstream(upstreamOptions);
  const gateway = await startGatewayUnderTest({ upstreamPort: upstream.port, ...gatewayOptions });
  context.after(async () => {
    await gateway.close();
    await upstream.close();
  });
  return { gateway, upstream, port: gateway.port };
}
