/**
 * Modules of Node that many threads and processes never use and that take 5 to 20 ms and as many
 * megabytes: loaded when they are first asked for. Who may use them is as with imports.
 */
export const http = () => process.getBuiltinModule("node:http");
export const http2 = () => process.getBuiltinModule("node:http2");
export const sqlite = () => process.getBuiltinModule("node:sqlite");
export const tls = () => process.getBuiltinModule("node:tls");
