/** What opens an HTTP/2 connection whose caller knows that we speak it (RFC 9113 §3.3, §3.4). */
const preface = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "latin1");

/** Whether the connection opens with the preface; undefined while it may yet become one. */
export function opensHttp2(bytes: Buffer): boolean | undefined {
  const length = Math.min(bytes.length, preface.length);
  if (bytes.compare(preface, 0, length, 0, length) !== 0) return false;
  return length === preface.length ? true : undefined;
}
