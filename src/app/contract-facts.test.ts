import assert from "node:assert/strict";
import test from "node:test";
import { addressesIn, titleIn } from "./contract-facts.ts";

const cases: readonly {
  readonly what: string;
  readonly text: string;
  readonly url?: string;
  readonly addresses: readonly string[];
  readonly others?: readonly string[];
  readonly title?: string;
}[] = [
  {
    what: "WSDL has the addresses of its ports, each once",
    text: `<?xml version="1.0"?><w:definitions><w:service name="Billing">
      <w:port><soap:address
        location='http://h:1/b?a=1&amp;b=2'/></w:port>
      <w:port><soap12:address location="https://h/b/"/></w:port>
      <w:port><soap12:address location="https://h/b"/></w:port></w:service></w:definitions>`,
    addresses: ["http://h:1/b?a=1&b=2", "https://h/b"],
    title: "Billing",
  },
  {
    what: "OpenAPI 3 has its first server, relative ones by where it was found, none with variables",
    text: 'info: { title: Pets }\nservers: [{ url: /v3 }, { url: "https://{x}/" }, { url: "https://p/" }]',
    url: "http://h:2/docs/openapi.yaml",
    addresses: ["http://h:2/v3"],
    others: ["https://p"],
    title: "Pets",
  },
  {
    what: "a relative server of a file says nothing",
    text: '{"info":{"title":"Pets"},"servers":[{"url":"/v3"}]}',
    addresses: [],
    title: "Pets",
  },
  {
    what: "Swagger 2 has host, base path and scheme",
    text: '{"swagger":"2.0","host":"h:3","basePath":"/v2","schemes":["https","http"]}',
    addresses: ["https://h:3/v2"],
  },
  { what: "other schemes are no addresses", text: "servers: [{ url: 'ftp://h' }]", addresses: [] },
  { what: "text that is nothing has none", text: "{", addresses: [] },
];

for (const { what, text, url, addresses, others = [], title } of cases) {
  test(what, () => {
    assert.deepEqual(addressesIn(text, url), { instances: addresses, others });
    assert.equal(titleIn(text), title);
  });
}
