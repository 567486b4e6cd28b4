/** One call of a tool: an exchange of its own, and its reply as the result of the tool. */
import { defaultDocumentLimits } from "#base/limits.ts";
import type { Answer, Fault } from "#call/call.ts";
import { collectedField } from "#contract/collected-stream.ts";
import type { DocumentFault } from "#contract/document-fault.ts";
import type { HubCall, HubSession, HubStream } from "#extension/hub.ts";
import type { FaceResponse } from "#extension/protocol.ts";
import { textOf } from "#formats/json-rpc/request.ts";
import { writeEvent } from "#formats/sse/write-event.ts";
import type { McpOperation } from "./mcp-operation.ts";
import type { Asking } from "./request.ts";
import {
  answer,
  answerFault,
  faultText,
  refuse,
  resultText,
  textContent,
  type Asked,
} from "./results.ts";
import { mayCall, type Tools } from "./tools.ts";
import { mcpCodes, metaKeys } from "./versions.ts";

export async function callTool(
  tools: Tools,
  { params, meta, traceParent }: Asking,
  asked: Asked,
  session: HubSession,
): Promise<FaceResponse | HubStream> {
  const name = textOf(params.get("name"));
  const tool = name === undefined ? undefined : tools.get(name);
  // What a caller may not call is not there for it.
  if (tool === undefined || !mayCall(tool, session)) {
    const what = name === undefined ? "params.name must be a text" : `Unknown tool: ${shown(name)}`;
    const told = { code: mcpCodes.invalidParams, message: what };
    return refuse(200, asked.id, told, asked.exchangeId);
  }
  const { serviceName, operation } = tool;
  const { faults, operation: named } = operation;
  const read = operation.arguments.read(params.get("arguments"));
  if (read.kind === "fault") return answerFault(asked, wrong(read, "/arguments"), faults);
  const headers = operation.inputHeaders?.read(meta.get(metaKeys.headers));
  if (headers?.kind === "fault") {
    const fault = wrong(headers, `/_meta/${metaKeys.headers.replace("/", "~1")}`);
    return answerFault(asked, fault, faults);
  }
  const key = meta.get(metaKeys.idempotencyKey);
  const idempotencyKey = key === undefined ? undefined : textOf(key);
  if (key !== undefined && !isKey(idempotencyKey)) {
    const detail = `_meta: ${metaKeys.idempotencyKey} must be a text of visible ASCII characters`;
    const told = { code: mcpCodes.invalidParams, message: detail };
    return refuse(200, asked.id, told, asked.exchangeId);
  }
  const call: HubCall = {
    serviceName,
    operationId: named.id,
    input: read.value,
    ...(headers === undefined ? {} : { headers: headers.value }),
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    ...(traceParent === undefined ? {} : { traceParent }),
  };
  const token = meta.get("progressToken");
  if (named.mode === "server-stream" && token !== undefined && /^(?:"|-?\d)/.test(token)) {
    return streamProgress(operation, call, asked, token, session);
  }
  // Outputs that come one by one are collected by the gateway.
  const reply = await session.invoke(call);
  if (reply.kind === "fault") return answerFault(asked, reply, faults);
  return answer(
    200,
    answerText(operation, operation.result?.write(reply.output), reply.headers, asked),
  );
}

/** Whether it can be the value of a header as well. */
function isKey(text: string | undefined): boolean {
  return text !== undefined && /^[!#-+\--~]{1,255}$/.test(text);
}

function shown(name: string): string {
  return name.slice(0, 200);
}

function wrong({ code, message, place }: DocumentFault, where: string): Fault {
  const told = { faultKind: "invalid_argument", blame: "client", code } as const;
  return { kind: "fault", ...told, message, place: `${where}${place}` };
}

/** @param content text of the structured content; undefined: there is none. */
function answerText(
  { binding, outputHeaders }: McpOperation,
  content: string | undefined,
  headers: Answer["headers"],
  asked: Asked,
): string {
  const meta =
    outputHeaders === undefined || Object.keys(headers).length === 0
      ? []
      : [`${JSON.stringify(metaKeys.headers)}:${outputHeaders.write(headers)}`];
  if (content === undefined) return resultText(asked, ['"content":[]'], meta);
  // The output of a tool that promises no structure is its content, as it came.
  if (binding.result === null) return resultText(asked, [content.slice(1, -1)], meta);
  const members = [`"content":[${textContent(content)}]`, `"structuredContent":${content}`];
  return resultText(asked, members, meta);
}

/** Each output as a notification, and all of them as the result, within bounds. */
function streamProgress(
  operation: McpOperation,
  call: HubCall,
  asked: Asked,
  token: string,
  session: HubSession,
): HubStream {
  const { documentBytesMax: bytesMax } = defaultDocumentLimits;
  const fields = [
    ["content-type", "text/event-stream"],
    ["cache-control", "no-cache"],
    ["x-accel-buffering", "no"],
  ] as const;
  return {
    kind: "stream",
    status: 200,
    fields,
    async run(write, tell) {
      let items: string[] = [];
      let bytes = 0;
      let count = 0;
      let headers: Answer["headers"] = {};
      const send = (data: string) => write(Buffer.from(writeEvent({ data })));
      const fault = await session.subscribe(call, async (one) => {
        const text = operation.writeItem(one.output);
        ({ headers } = one);
        bytes += text.length;
        if (bytes > bytesMax) items = [];
        else items.push(text);
        await send(progressText(token, ++count, text));
      });
      const content = `{${JSON.stringify(collectedField)}:[${items.join(",")}]}`;
      const ended = fault ?? (bytes > bytesMax ? tooLarge(bytesMax) : undefined);
      if (ended !== undefined) tell(ended);
      const last =
        ended === undefined
          ? answerText(operation, content, headers, asked)
          : faultText(asked, ended, operation.faults);
      await send(last);
    },
  };
}

function progressText(token: string, count: number, item: string): string {
  const meta = `"_meta":{${JSON.stringify(metaKeys.item)}:${item}}`;
  const said = `"progressToken":${token},"progress":${count},"message":${JSON.stringify(item)}`;
  return `{"jsonrpc":"2.0","method":"notifications/progress","params":{${said},${meta}}}`;
}

function tooLarge(bytesMax: number): Fault {
  const told = { faultKind: "resource_exhausted", blame: "service" } as const;
  const message = `the outputs together are larger than documentBytesMax, ${bytesMax} bytes`;
  return { kind: "fault", ...told, code: "stream-too-large", message };
}
