/**
 * The ledger thread: the only one that writes the log. It blocks on the disk and sleeps on the
 * bell, so its event loop never runs; questions of the main thread are read from its port between.
 */
import {
  parentPort,
  receiveMessageOnPort,
  workerData,
  type MessagePort,
} from "node:worker_threads";
import { createLog } from "#base/log.ts";
import { nodeDisk, nodePlatform, nodeProcesses } from "#base/platform.ts";
import { isProblem } from "#base/problem.ts";
import { openBodySync } from "#ledger/bodies/body-sync.ts";
import { recoverErasures, settle } from "#ledger/bodies/erase.ts";
import { logWithBodies } from "#ledger/bodies/log-with-bodies.ts";
import { openKeyStore, type KeyStore } from "#ledger/bodies/subject-keys.ts";
import { LedgerProblem, trying } from "#ledger/store/problems.ts";
import { openLog } from "#ledger/store/open-log.ts";
import { openReader } from "#ledger/store/log-reader.ts";
import { layoutOf } from "#ledger/store/layout.ts";
import { releaseOwn } from "#ledger/store/lock.ts";
import type { FromThread, ToThread } from "#runtime/worker-thread.ts";
import { createExpiry } from "./expire-entries.ts";
import type { LedgerCommand, LedgerOpened, LedgerThreadData } from "./ledger-messages.ts";
import { readPast } from "./ledger-past.ts";
import { LedgerSession } from "./ledger-session.ts";
import { createSettledIntents } from "./settled-intents.ts";

const port = parentPort as MessagePort;
const data = workerData as LedgerThreadData;
const { clock, random } = nodePlatform;
const log = createLog(clock.nowMs, (message) => send({ kind: "message", message }));

function send(message: FromThread): void {
  port.postMessage(message);
}

function open(): { session: LedgerSession; opened: LedgerOpened } {
  const { path, checkpoints, name } = data;
  if (data.run !== undefined) {
    // Another process may hold it by now, if an earlier successor could not open the ledger.
    const { lockFile } = layoutOf(path);
    trying(`read ${lockFile}`, () => releaseOwn(nodeDisk, nodeProcesses, lockFile));
  }
  const options = {
    path,
    checkpoints,
    name,
    disk: nodeDisk,
    random,
    processes: nodeProcesses,
    log,
  };
  const { writer, recovered } = openLog({ ...options, nowMs: clock.nowMs() });
  try {
    const { size, writtenAgain, tornBytes } = recovered;
    log.info("ledger-open", `${writer.origin} has ${size} entries`, {
      origin: writer.origin,
      size,
      writtenAgain,
      tornBytes,
    });
    const settled = createSettledIntents(nodeDisk, path);
    const reader = openReader({ path, disk: nodeDisk, processes: nodeProcesses });
    reader.refresh(writer.size);
    const past = readPast(reader, settled.read(reader.size));
    reader.close();
    const keys = openKeys();
    const { run: bodyRun, slots } = data.bodies;
    const session = new LedgerSession({
      platform: nodePlatform,
      log,
      data,
      writer: logWithBodies(writer, openBodySync(nodeDisk, path, bodyRun, slots)),
      erasures: trying("recover erasures", () => recoverErasures(keys)),
      noteErased: (pseudonym) => settle(keys, pseudonym),
      past,
      expiry: createExpiry({
        ...{ disk: nodeDisk, log, path, retention: data.retention, writer, clock },
        clockAheadMs: data.clockAheadMs,
        openReader: () => openReader({ path, disk: nodeDisk, processes: nodeProcesses }),
      }),
      noteSettledIntents: (index) => settled.write(index, writer.size),
    });
    const { run } = session;
    return { session, opened: { origin: writer.origin, run, floorUs: past.floorUs } };
  } catch (error) {
    writer.close();
    throw error;
  }
}

function openKeys(): KeyStore {
  const keys = trying("open the keys of subjects", () =>
    openKeyStore(nodeDisk, random, data.path, true),
  );
  if (isProblem(keys)) throw new LedgerProblem(keys);
  return keys;
}

/** Runs until the main thread says stop. */
function serve(session: LedgerSession): void {
  for (let obeyed = -1; !session.isOver;) {
    const { commands } = session;
    if (commands !== obeyed) {
      obeyed = commands;
      obeyAll(session);
    } else session.turn(obeyed);
  }
}

function obeyAll(session: LedgerSession): void {
  for (let got = receiveMessageOnPort(port); got !== undefined; got = receiveMessageOnPort(port)) {
    if (!session.isOver) obey(session, got.message as ToThread);
  }
}

function obey(session: LedgerSession, { id, question }: ToThread): void {
  const answer = (value: unknown): void => send({ kind: "answer", id, answer: value });
  session.obey(question as LedgerCommand, answer);
}

/** The first question is whether it is up. */
function main(): void {
  const asked = new Promise<ToThread>((resolve) => port.once("message", resolve));
  void asked.then(({ id }) => {
    port.removeAllListeners("message");
    let up: ReturnType<typeof open>;
    try {
      up = open();
    } catch (error) {
      if (!(error instanceof LedgerProblem)) throw error;
      const { definition, detail } = error.problem;
      return send({ kind: "failure", id, error: { message: detail, code: definition.code } });
    }
    send({ kind: "answer", id, answer: up.opened });
    serve(up.session);
    port.close();
  });
}

main();
