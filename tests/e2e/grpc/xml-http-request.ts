/** As much of a browser's XMLHttpRequest as Google's client for gRPC-Web asks for, on fetch. */

export class FetchedXmlHttpRequest {
  onreadystatechange: (() => void) | null = null;
  readyState = 0;
  status = 0;
  statusText = "";
  responseText = "";
  response: unknown = "";
  responseType = "";
  responseURL = "";
  withCredentials = false;
  #method = "GET";
  readonly #fields = new Headers();
  #answered = new Headers();
  readonly #abort = new AbortController();

  open(method: string, url: string): void {
    this.#method = method;
    this.responseURL = url;
    this.#enter(1);
  }

  setRequestHeader(name: string, value: string): void {
    this.#fields.set(name, value);
  }

  getAllResponseHeaders(): string {
    return Array.from(this.#answered, ([name, value]) => `${name}: ${value}\r\n`).join("");
  }

  getResponseHeader(name: string): string | null {
    return this.#answered.get(name);
  }

  send(body: BodyInit | null): void {
    void this.#fetch(body).catch(() => {
      this.status = 0;
      this.#enter(4);
    });
  }

  abort(): void {
    this.#abort.abort();
  }

  async #fetch(body: BodyInit | null): Promise<void> {
    const response = await fetch(this.responseURL, {
      method: this.#method,
      headers: this.#fields,
      body,
      signal: this.#abort.signal,
    });
    this.status = response.status;
    this.#answered = response.headers;
    this.#enter(2);
    const parts: Buffer[] = [];
    for await (const part of response.body ?? []) {
      parts.push(Buffer.from(part as Uint8Array));
      if (this.responseType !== "arraybuffer") {
        this.responseText += parts.at(-1)?.toString("latin1") ?? "";
        this.response = this.responseText;
      }
      this.#enter(3);
    }
    if (this.responseType === "arraybuffer")
      this.response = Uint8Array.from(Buffer.concat(parts)).buffer;
    this.#enter(4);
  }

  #enter(state: number): void {
    this.readyState = state;
    this.onreadystatechange?.();
  }
}
