/** The smallest contract of REST: one operation, `getThing`. */
export const thingsContract = `openapi: 3.1.0
info: { title: Up, version: 1.0.0 }
paths:
  /things:
    get:
      operationId: getThing
      responses: { "200": { description: It. } }
`;
