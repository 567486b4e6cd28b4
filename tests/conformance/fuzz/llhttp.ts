/** The referee: llhttp as undici ships it, in its strict mode, one message at a time. */
import { createRequire } from "node:module";
import type { MessageKind, ReadMessage, StreamReading } from "./reading.ts";

/** The part of the global that is used here; it belongs to the DOM types, which are not loaded. */
declare const WebAssembly: {
  readonly Module: new (code: Buffer) => object;
  readonly Instance: new (
    module: object,
    imports: { readonly env: object },
  ) => { readonly exports: LlhttpExports };
};

interface LlhttpExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly llhttp_alloc: (type: number) => number;
  readonly llhttp_free: (parser: number) => void;
  readonly malloc: (size: number) => number;
  readonly free: (pointer: number) => void;
  readonly llhttp_execute: (parser: number, data: number, length: number) => number;
  readonly llhttp_finish: (parser: number) => number;
  readonly llhttp_resume: (parser: number) => void;
  readonly llhttp_resume_after_upgrade: (parser: number) => void;
  readonly llhttp_get_error_pos: (parser: number) => number;
  readonly llhttp_get_error_reason: (parser: number) => number;
  readonly llhttp_errno_name: (errno: number) => number;
  readonly llhttp_get_method: (parser: number) => number;
  readonly llhttp_method_name: (method: number) => number;
  readonly llhttp_get_http_major: (parser: number) => number;
  readonly llhttp_get_http_minor: (parser: number) => number;
  readonly llhttp_get_status_code: (parser: number) => number;
  readonly llhttp_message_needs_eof: (parser: number) => number;
}

interface Draft {
  start: string;
  fields: [name: string, value: string][];
  headEnded: boolean;
  headFields: number;
  body: string;
  lastWasName: boolean;
}

const paused = 21;
const pausedUpgrade = 22;
const require = createRequire(import.meta.url);

/** llhttp calls back through imports of the module, so there is one draft at a time. */
let draft: Draft;
let kind: MessageKind = "request";
let complete = false;

const { exports: llhttp } = instantiate();

function instantiate(): { readonly exports: LlhttpExports } {
  const code = require("undici/lib/llhttp/llhttp-wasm.js") as Buffer;
  const text = (at: number, length: number): string =>
    Buffer.from(llhttp.memory.buffer, at, length).toString("latin1");
  const env = {
    wasm_on_message_begin: () => 0,
    wasm_on_url: (_: number, at: number, length: number) => {
      draft.start += text(at, length);
      return 0;
    },
    wasm_on_status: () => 0,
    wasm_on_header_field: (_: number, at: number, length: number) => {
      if (!draft.lastWasName) draft.fields.push(["", ""]);
      draft.lastWasName = true;
      const field = draft.fields.at(-1);
      if (field !== undefined) field[0] += text(at, length);
      return 0;
    },
    wasm_on_header_value: (_: number, at: number, length: number) => {
      draft.lastWasName = false;
      const field = draft.fields.at(-1);
      if (field !== undefined) field[1] += text(at, length);
      return 0;
    },
    wasm_on_headers_complete: () => {
      draft.headEnded = true;
      draft.headFields = draft.fields.length;
      return kind === "answer to HEAD" ? 1 : 0;
    },
    wasm_on_body: (_: number, at: number, length: number) => {
      draft.body += text(at, length);
      return 0;
    },
    wasm_on_message_complete: () => {
      complete = true;
      return paused;
    },
  };
  const module = new WebAssembly.Module(code);
  return new WebAssembly.Instance(module, { env });
}

function cString(pointer: number): string {
  if (pointer === 0) return "";
  const bytes = Buffer.from(llhttp.memory.buffer, pointer);
  return bytes.toString("latin1", 0, bytes.indexOf(0));
}

function emptyDraft(): Draft {
  return {
    start: "",
    fields: [],
    headEnded: false,
    headFields: 0,
    body: "",
    lastWasName: false,
  };
}

function finished(parser: number, end: number): ReadMessage {
  const lines = draft.fields.map(
    ([name, value]) => `${name.toLowerCase()}: ${value.replace(/^[ \t]+|[ \t]+$/g, "")}`,
  );
  const start =
    kind === "request"
      ? `${cString(llhttp.llhttp_method_name(llhttp.llhttp_get_method(parser)))} ${draft.start}`
      : String(llhttp.llhttp_get_status_code(parser));
  return {
    start,
    minorVersion: llhttp.llhttp_get_http_minor(parser),
    fields: lines.slice(0, draft.headFields),
    body: draft.body,
    trailers: lines.slice(draft.headFields),
    end,
  };
}

/** Reads all messages of a stream; `closed`: the connection ended behind it. */
export function readWithLlhttp(bytes: Buffer, as: MessageKind, closed: boolean): StreamReading {
  kind = as;
  const parser = llhttp.llhttp_alloc(as === "request" ? 1 : 2);
  const memory = llhttp.malloc(Math.max(1, bytes.length));
  const messages: ReadMessage[] = [];
  let refusal: string | undefined;
  try {
    Buffer.from(llhttp.memory.buffer, memory, bytes.length).set(bytes);
    let at = 0;
    while (at < bytes.length) {
      if (at === 0 || complete) draft = emptyDraft();
      complete = false;
      const errno = llhttp.llhttp_execute(parser, memory + at, bytes.length - at);
      if (errno === 0) break;
      const position = llhttp.llhttp_get_error_pos(parser) - memory;
      if (errno === paused && complete) llhttp.llhttp_resume(parser);
      else if (errno === pausedUpgrade) llhttp.llhttp_resume_after_upgrade(parser);
      else {
        refusal = `${cString(llhttp.llhttp_errno_name(errno))}: ${cString(
          llhttp.llhttp_get_error_reason(parser),
        )}`;
        break;
      }
      if (complete) messages.push(finished(parser, position));
      at = position;
    }
    if (refusal === undefined && closed && at < bytes.length && draft.headEnded && !complete) {
      if (llhttp.llhttp_message_needs_eof(parser) === 1) messages.push(finished(parser, -1));
    }
  } finally {
    llhttp.free(memory);
    llhttp.llhttp_free(parser);
  }
  return { messages, refusal };
}
