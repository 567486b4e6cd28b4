/** A contract whose one operation answers with a list, and what services say under it. */
export const listOpenApi = `openapi: 3.1.0
info: { title: Lists, version: 1.0.0 }
paths:
  /orders:
    get:
      operationId: listOrders
      responses:
        "200":
          description: The orders.
          content: { application/json: { schema: { $ref: "#/components/schemas/Page" } } }
  /lines:
    get:
      operationId: listLines
      responses:
        "200":
          description: All lines.
          content:
            application/json:
              schema: { type: array, items: { $ref: "#/components/schemas/Order" } }
components:
  schemas:
    Page:
      type: object
      required: [region, result]
      properties:
        region: { type: string }
        result: { $ref: "#/components/schemas/Result" }
        note: { type: string }
    Result:
      type: object
      required: [page, orders, total]
      properties:
        page: { type: integer, format: int32 }
        orders: { type: array, minItems: 1, items: { $ref: "#/components/schemas/Order" } }
        total: { type: integer, format: int64 }
        next: { type: string }
    Order:
      type: object
      required: [id, text]
      properties:
        id: { type: integer, format: int64 }
        text: { type: string }
        tags: { type: array, items: { type: string } }
        open: { type: boolean }
`;

export interface Order {
  readonly id: string;
  readonly text: string;
  readonly tags?: readonly string[];
  readonly open?: boolean;
}

/** Of some 200 bytes each, with everything that could be taken for the end of something. */
export function ordersOf(count: number): readonly Order[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `90071992547409${93 + index}`,
    text: `order ${index} ]} "quoted" \\ <b>&amp;</b> , [{ ]]> é 😀 ${"x".repeat(index % 300)}`,
    ...(index % 3 === 0 ? {} : { tags: ["a]", "b,", '"'].slice(0, index % 4) }),
    ...(index % 2 === 0 ? { open: index % 4 === 0 } : {}),
  }));
}

export interface Page {
  readonly region: string;
  readonly result: {
    readonly page: number;
    readonly orders: readonly Order[];
    readonly total: string;
    readonly next?: string;
  };
  readonly note?: string;
}

export function pageOf(count: number): Page {
  const orders = ordersOf(count);
  const result = { page: 1, orders, total: String(count), next: "two" };
  return { region: "here ]", result, note: "behind" };
}
