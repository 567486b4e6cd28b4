/** The payments service: XML over Express. */
import { readFileSync } from "node:fs";
import express, { type ErrorRequestHandler, type Express, type Request } from "express";
import { parse } from "yaml";
import { Refusal } from "./payment.ts";
import { readXml, type XmlElement } from "./read-xml.ts";
import { readCollectOrPay, readRefund, readTxnId } from "./requests.ts";
import type { PaymentStore } from "./store.ts";
import { writePayment, writeRefund, writeRefusal } from "./write-xml.ts";

const contractFile = new URL("payments.openapi.yaml", import.meta.url);
const xmlTypes = ["application/xml", "text/xml"];

export function createPayments(store: PaymentStore): Express {
  const contract = parse(readFileSync(contractFile, "utf8")) as object;
  const app = express();
  app.disable("x-powered-by");
  app.get("/health", (_request, response) => void response.json({ status: "up" }));
  app.get("/openapi.json", (_request, response) => void response.json(contract));

  app.use((request, _response, next) => {
    if (request.accepts(xmlTypes) !== false) return next();
    const message = `answers are application/xml; "${request.get("accept")}" excludes that`;
    throw new Refusal(406, "NOT_ACCEPTABLE", message);
  });
  app.use(express.raw({ type: xmlTypes, limit: "64kb" }));

  app.post("/collect", (request, response) => {
    const { result, fresh } = store.collect(readCollectOrPay(documentOf(request), "COLLECT"));
    response.status(fresh ? 201 : 200).type("application/xml");
    response.send(writePayment(result, []));
  });
  app.post("/pay", (request, response) => {
    const { result, fresh } = store.pay(readCollectOrPay(documentOf(request), "PAY"));
    response.status(fresh ? 201 : 200).type("application/xml");
    response.send(writePayment(result, store.refundsOf(result.txnId)));
  });
  app.post("/refund", (request, response) => {
    const { result, fresh } = store.refund(readRefund(documentOf(request)));
    response.status(fresh ? 201 : 200).type("application/xml");
    response.send(writeRefund(result));
  });
  app.get("/payments/:txnId", (request, response) => {
    const payment = store.get(readTxnId(request.params.txnId, "txnId"));
    response.type("application/xml").send(writePayment(payment, store.refundsOf(payment.txnId)));
  });

  app.use((request) => {
    const message = `there is nothing at ${request.method} ${request.path}`;
    throw new Refusal(404, "NO_SUCH_OPERATION", message);
  });
  app.use(answerFailure);
  return app;
}

function documentOf(request: Request): XmlElement {
  const body: unknown = request.body;
  if (Buffer.isBuffer(body)) return readXml(body);
  const sent = request.get("content-type") ?? "no content type";
  throw new Refusal(415, "NOT_XML", `expected application/xml, got ${sent}`);
}

/** Express takes a handler for failures by its four parameters. */
const answerFailure: ErrorRequestHandler = (error: unknown, _request, response, _next) => {
  let refusal = error instanceof Refusal ? error : undefined;
  if (refusal === undefined) {
    const { status, message } = error as { status?: number; message?: string };
    if (status !== undefined && status < 500) {
      refusal = new Refusal(status, "REQUEST_INVALID", message ?? "the request is not acceptable");
    } else {
      console.error("payments:", error);
      refusal = new Refusal(500, "INTERNAL", "the service failed");
    }
  }
  response.status(refusal.status).type("application/xml").send(writeRefusal(refusal));
};
