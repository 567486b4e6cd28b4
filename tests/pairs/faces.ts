/** The faces of the matrix, one line each. */
import type { PairFace } from "./face.ts";
import { connect } from "./faces/connect.ts";
import { graphql } from "./faces/graphql.ts";
import { grpcWeb } from "./faces/grpc-web.ts";
import { grpc } from "./faces/grpc.ts";
import { jsonRpc } from "./faces/json-rpc.ts";
import { mcp } from "./faces/mcp.ts";
import { restJson } from "./faces/rest-json.ts";
import { restXml } from "./faces/rest-xml.ts";
import { soap11, soap12 } from "./faces/soap.ts";
import { textFace } from "./faces/text.ts";
import { pairTexts } from "./texts.ts";

export const pairFaces: readonly PairFace[] = [
  restJson,
  restXml,
  soap11,
  soap12,
  grpc,
  grpcWeb,
  connect,
  graphql,
  jsonRpc,
  mcp,
  ...pairTexts.map(textFace),
];
