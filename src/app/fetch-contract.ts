/**
 * A contract from the one host that the operator named, with all documents of that host that it
 * refers to. Nothing else is ever asked, whatever the documents say.
 */
import type { Diagnostic } from "#base/diagnostic.ts";
import type { Platform } from "#base/platform.ts";
import { declaringUtf8, decodeDocument } from "./decode-document.ts";
import { askProcess } from "#runtime/one-answer-process.ts";
import type { FoundReferences, ReferencesQuestion } from "./find-references.ts";

interface FetchLimits {
  readonly documentBytesMax: number;
  readonly allBytesMax: number;
  readonly documentsMax: number;
  readonly redirectsMax: number;
  /** For one document, to its last byte. */
  readonly answerMsMax: number;
}

const defaultFetchLimits: FetchLimits = {
  documentBytesMax: 20 * 1024 * 1024,
  allBytesMax: 64 * 1024 * 1024,
  documentsMax: 200,
  redirectsMax: 5,
  answerMsMax: 15_000,
};

const readMsMax = 60_000;
const heapMbMax = 1_024;

export interface FetchedContract {
  /** Where it was found in the end. */
  readonly url: string;
  /** By URL, the contract itself first. */
  readonly documents: ReadonlyMap<string, string>;
  readonly references: FoundReferences["references"];
  readonly diagnostics: readonly Diagnostic[];
}

interface Fetched {
  readonly url: string;
  readonly text: string;
  readonly bytes: number;
}

/** The world refused; the message says what and why. */
export class FetchFailure extends Error {
  override readonly name = "FetchFailure";
}

class TooLong extends FetchFailure {}

/** Somebody is there, and has no document to give. */
export class NoDocument extends FetchFailure {}

export async function fetchContract(
  address: string,
  platform: Pick<Platform, "sockets" | "timers">,
  more: Partial<FetchLimits> = {},
): Promise<FetchedContract> {
  const limits = { ...defaultFetchLimits, ...more };
  const { allBytesMax, documentsMax } = limits;
  const { host } = new URL(address);
  const documents = new Map<string, string>();
  const diagnostics: Diagnostic[] = [];
  let bytesLeft = allBytesMax;
  const fetchOne = async (url: string) => {
    const room = Math.min(limits.documentBytesMax, bytesLeft);
    try {
      if (room <= 0) throw new TooLong();
      const found = await get(url, host, platform, { ...limits, documentBytesMax: room });
      bytesLeft -= found.bytes;
      return found;
    } catch (error) {
      if (!(error instanceof TooLong) || room === limits.documentBytesMax) throw error;
      // What is left is too little for it; others may not be asked for it either.
      bytesLeft = 0;
      throw new FetchFailure(`the documents have more than ${allBytesMax} bytes together`);
    }
  };
  const { url, text } = await fetchOne(address);
  documents.set(url, text);
  const tried = new Set([url]);
  for (;;) {
    const { references } = await findReferences({ url, documents }, platform);
    const missing = new Set(
      references.flatMap(({ target }) => (tried.has(target) ? [] : [target])),
    );
    if (missing.size === 0) return { url, documents, references, diagnostics };
    if (tried.size + missing.size > documentsMax) {
      throw new FetchFailure(`${address} refers to more than ${documentsMax} documents`);
    }
    for (const target of missing) {
      tried.add(target);
      if (new URL(target).host !== host) {
        diagnostics.push(notFetched(target, `only ${host} was named`));
        continue;
      }
      try {
        documents.set(target, (await fetchOne(target)).text);
      } catch (error) {
        if (!(error instanceof FetchFailure)) throw error;
        diagnostics.push(notFetched(target, error.message));
      }
    }
  }
}

function notFetched(url: string, why: string): Diagnostic {
  const message = `${url} was not fetched: ${why}`;
  return { code: "reference-not-fetched", severity: "warning", message };
}

async function findReferences(
  question: ReferencesQuestion,
  { timers }: Pick<Platform, "timers">,
): Promise<FoundReferences> {
  try {
    return (await askProcess({
      entry: new URL("./references-process.ts", import.meta.url),
      question,
      heapMbMax,
      timeMsMax: readMsMax,
      timers,
      onMessage: () => undefined,
    })) as FoundReferences;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new FetchFailure(`reading ${question.url} was given up: ${reason}`);
  }
}

/** Redirects are followed on the same host. */
async function get(
  address: string,
  host: string,
  { sockets }: Pick<Platform, "sockets">,
  { documentBytesMax, redirectsMax, answerMsMax }: FetchLimits,
): Promise<Fetched> {
  let url = address;
  for (let count = 0; count <= redirectsMax; count++) {
    let answer: Response;
    try {
      answer = await sockets.fetch(url, {
        redirect: "manual",
        signal: AbortSignal.timeout(answerMsMax),
        headers: { accept: "application/json, application/yaml, text/xml, */*;q=0.5" },
      });
      const type = answer.headers.get("content-type") ?? "";
      if (type.startsWith("text/event-stream")) {
        await answer.body?.cancel();
        throw new NoDocument(`${url} answered with a stream of events`);
      }
      const location = answer.headers.get("location");
      if (answer.status < 300 || answer.status > 399 || location === null) {
        if (!answer.ok) throw new NoDocument(`${url} answered ${answer.status}`);
        return { url, ...(await readText(url, answer, documentBytesMax)) };
      }
      await answer.body?.cancel();
      const next = new URL(location, url);
      if (next.host !== host || !/^https?:$/.test(next.protocol)) {
        throw new FetchFailure(`${url} redirects to ${next.host}; only ${host} was named`);
      }
      url = next.href;
    } catch (error) {
      if (error instanceof FetchFailure) throw error;
      throw new FetchFailure(`${url} cannot be had: ${reasonOf(error, answerMsMax)}`);
    }
  }
  throw new FetchFailure(`${address} redirects more than ${redirectsMax} times`);
}

export async function readText(
  url: string,
  { body, headers }: Response,
  bytesMax: number,
): Promise<Omit<Fetched, "url">> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body ?? []) {
    length += chunk.length;
    if (length > bytesMax) {
      throw new TooLong(`${url} has more than ${bytesMax} bytes`);
    }
    chunks.push(chunk);
  }
  const charset = /;[ \t]*charset="?([\w.-]+)/i.exec(headers.get("content-type") ?? "")?.[1];
  const decoded = decodeDocument(Buffer.concat(chunks), charset);
  if (decoded.kind === "fault") throw new NoDocument(`${url}: ${decoded.message}`);
  return { text: declaringUtf8(decoded.text), bytes: length };
}

function reasonOf(error: unknown, answerMsMax: number): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError") return `no whole answer within ${answerMsMax} ms`;
  const { cause } = error;
  return cause instanceof Error && "code" in cause ? String(cause.code) : error.message;
}
