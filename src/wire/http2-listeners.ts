/**
 * What a stream of node:http2 tells ours. node:http2 holds its streams until a full garbage
 * collection, so that they let go of ours when they close; and their listeners are the same
 * functions for all of them.
 */
import type { Http2Stream } from "node:http2";
import { Readable } from "node:stream";
import type { RawFields } from "./http2-spelling.ts";

/** Both ends of streams. */
export interface Http2Listener {
  onTrailers(fields: RawFields): void;
  onData(bytes: Buffer): void;
  onEnd(): void;
  onFlushed(): void;
  onTrailersWanted(): void;
  onError(cause: unknown): void;
  onClose(): void;
}

export interface Http2AnswerListener extends Http2Listener {
  onInterim(fields: RawFields): void;
  onResponse(fields: RawFields, flags: number): void;
  /** END_STREAM came. */
  onLastFrame(): void;
}

export interface Http2RequestListener extends Http2Listener {
  onAborted(): void;
}

const listener = Symbol("listener");

interface Told<L = Http2Listener> extends Http2Stream {
  [listener]?: L | undefined;
}

/** @param reads whether anything can come behind the head. */
export function listenToRequest(
  stream: Http2Stream,
  to: Http2RequestListener,
  reads: boolean,
): void {
  listen(stream, to, reads);
  stream.on("aborted", onAborted);
}

export function listenToAnswer(stream: Http2Stream, to: Http2AnswerListener): void {
  listen(stream, to, true);
  stream.push = pushToAnswer;
  stream.on("headers", onHeaders);
  stream.on("response", onResponse);
}

function listen(stream: Told, to: Http2Listener, reads: boolean): void {
  stream[listener] = to;
  stream.on("error", onError);
  stream.on("close", onClose);
  stream.on("drain", onDrain);
  stream.on("wantTrailers", onTrailersWanted);
  if (!reads) return;
  stream.on("trailers", onTrailers);
  stream.on("data", onData);
  stream.on("end", onEnd);
}

function onError(this: Told, cause: unknown): void {
  this[listener]?.onError(cause);
}

function onClose(this: Told): void {
  const to = this[listener];
  this[listener] = undefined;
  to?.onClose();
}

function onDrain(this: Told): void {
  this[listener]?.onFlushed();
}

function onTrailersWanted(this: Told): void {
  this[listener]?.onTrailersWanted();
}

function onTrailers(this: Told, _fields: unknown, _flags: number, fields: RawFields): void {
  this[listener]?.onTrailers(fields);
}

function onData(this: Told, bytes: Buffer): void {
  this[listener]?.onData(bytes);
}

function onEnd(this: Told): void {
  this[listener]?.onEnd();
}

function onAborted(this: Told<Http2RequestListener>): void {
  this[listener]?.onAborted();
  // After RST_STREAM with NO_ERROR it closes only when all that came is read.
  this.resume();
}

type Answer = Told<Http2AnswerListener>;

function onHeaders(this: Answer, _fields: unknown, _flags: number, fields: RawFields): void {
  this[listener]?.onInterim(fields);
}

function onResponse(this: Answer, _fields: unknown, flags: number, fields: RawFields): void {
  this[listener]?.onResponse(fields, flags);
}

/**
 * RST_STREAM with NO_ERROR looks like END_STREAM to listeners, but it marks the stream closed
 * before it pushes the end.
 */
function pushToAnswer(this: Answer, chunk: unknown, encoding?: BufferEncoding): boolean {
  if (chunk === null && !this.closed) this[listener]?.onLastFrame();
  return Readable.prototype.push.call(this, chunk, encoding);
}
