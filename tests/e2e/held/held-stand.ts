/** A gateway with a recorder in the test's hand, and what a caller has got so far. */
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { eventually, stand, type StandOptions } from "#tests/e2e/wire/stand.ts";
import type { LoadedGateway } from "#tests/support/gateway-under-test.ts";
import { createHandRecorder, type HandRecorder } from "#tests/support/hand-recorder.ts";
import type { RawConnection } from "#tests/support/raw-http.ts";

export interface HeldStand extends LoadedGateway {
  readonly recorder: HandRecorder;
}

export async function heldStand(
  t: TestContext,
  port: number,
  options: StandOptions = {},
): Promise<HeldStand> {
  const recorder = createHandRecorder();
  return { ...(await stand(t, port, { ...options, recorder })), recorder };
}

/** Until that many records wait; and as long again, so that what would leave has left. */
export async function untilWaiting({ recorder }: HeldStand, count = 1): Promise<void> {
  assert.ok(await eventually(() => recorder.waiting() >= count), "a record is waited for");
  await pause(30);
  assert.equal(recorder.waiting(), count);
}

export async function received(connection: RawConnection): Promise<string> {
  return (await connection.wait(() => true)).received.toString("latin1");
}
