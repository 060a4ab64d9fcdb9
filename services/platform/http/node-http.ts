/**
 * `node:http` as it is required. Imported, it is asked for every one of its names, and with some of them (WebSocket) it
 * loads all that `fetch` is made of: 9 MB in each process, for what nothing here uses.
 */
export const { createServer } = process.getBuiltinModule('node:http');
