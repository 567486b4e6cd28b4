/** A REST contract whose operations use every part of a request, for translation. */
export const shopOpenApi = `openapi: 3.1.0
info: { title: Shop, version: 1.0.0 }
paths:
  /orders:
    post:
      operationId: placeOrder
      requestBody:
        required: true
        content: { application/json: { schema: { $ref: "#/components/schemas/Order" } } }
      responses:
        "201":
          description: Placed.
          content: { application/json: { schema: { $ref: "#/components/schemas/Placed" } } }
        "409":
          description: Placed before.
          content: { application/json: { schema: { $ref: "#/components/schemas/Conflict" } } }
  /orders/{id}:
    get:
      operationId: getOrder
      parameters:
        - { name: id, in: path, required: true, schema: { type: string } }
        - { name: lines, in: query, schema: { type: integer, format: int32 } }
        - { name: X-Trace, in: header, schema: { type: string } }
      responses:
        "200":
          description: The order.
          content: { application/json: { schema: { $ref: "#/components/schemas/Placed" } } }
        "404":
          description: There is none.
          content: { application/json: { schema: { $ref: "#/components/schemas/Conflict" } } }
components:
  schemas:
    Order:
      type: object
      required: [customer, lines]
      properties:
        customer: { type: string }
        number: { type: integer, format: int64 }
        rush: { type: boolean }
        note: { type: [string, "null"] }
        lines: { type: array, items: { $ref: "#/components/schemas/Line" } }
    Line:
      type: object
      required: [sku, quantity]
      properties:
        sku: { type: string }
        quantity: { type: integer, format: int32 }
        price: { type: number, format: double }
        tags: { type: array, items: { type: string } }
    Placed:
      type: object
      required: [id]
      properties:
        id: { type: string }
        order: { $ref: "#/components/schemas/Order" }
    Conflict:
      type: object
      required: [reason]
      properties:
        reason: { type: string }
`;
