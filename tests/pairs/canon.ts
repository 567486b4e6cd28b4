/**
 * The contract of the pairs: one operation whose input and output have a field for everything that
 * dialects spell in their own ways, and one whose outputs come one by one.
 */
export const canonFile = "pairs.openapi.yaml";

export const canonOpenApi = `openapi: 3.2.0
info: { title: pairs, version: "1" }
paths:
  /exchange:
    post:
      operationId: exchange
      requestBody: { required: true, content: { application/json: { schema: { $ref: "#/components/schemas/Canon" } } } }
      responses:
        "200": { description: "", content: { application/json: { schema: { $ref: "#/components/schemas/Canon" } } } }
        "409": { description: "", content: { application/json: { schema: { $ref: "#/components/schemas/Conflict" } } } }
  /watch:
    post:
      operationId: watch
      requestBody: { required: true, content: { application/json: { schema: { $ref: "#/components/schemas/Canon" } } } }
      responses:
        "200": { description: "", content: { application/x-ndjson: { itemSchema: { $ref: "#/components/schemas/Canon" } } } }
        "409": { description: "", content: { application/json: { schema: { $ref: "#/components/schemas/Conflict" } } } }
components:
  schemas:
    Conflict:
      type: object
      required: [why, held]
      properties: { why: { type: string }, held: { type: integer, format: int64 } }
    Canon:
      type: object
      additionalProperties: false
      properties:
        flag: { type: boolean }
        small: { type: integer, format: int32 }
        large: { type: integer, format: int64 }
        huge: { type: integer }
        exact: { type: number }
        double: { type: number, format: double }
        text: { type: string }
        maybe: { type: [string, "null"] }
        blob: { type: string, contentEncoding: base64 }
        color: { enum: [red, deep blue, "3"] }
        day: { type: string, format: date }
        at: { type: string, format: date-time }
        span: { type: string, format: duration }
        link: { type: string, format: uri }
        key: { type: string, format: uuid }
        numbers: { type: array, items: { type: integer, format: int64 } }
        words: { type: array, items: { type: string } }
        nodes: { type: array, items: { $ref: "#/components/schemas/Node" } }
        node: { $ref: "#/components/schemas/Node" }
        counts: { type: object, additionalProperties: { type: integer, format: int64 } }
        shape: { $ref: "#/components/schemas/Shape" }
        free: {}
    Node:
      type: object
      required: [name]
      additionalProperties: false
      properties: { name: { type: string }, child: { $ref: "#/components/schemas/Node" } }
    Shape:
      oneOf: [{ $ref: "#/components/schemas/Circle" }, { $ref: "#/components/schemas/Square" }]
      discriminator: { propertyName: kind }
    Circle:
      type: object
      required: [kind, radius]
      additionalProperties: false
      properties: { kind: { type: string }, radius: { type: number } }
    Square:
      type: object
      required: [kind, side]
      additionalProperties: false
      properties: { kind: { type: string }, side: { type: integer, format: int32 } }
`;
