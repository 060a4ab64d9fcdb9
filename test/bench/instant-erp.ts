import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An ERP over HTTP that answers at once: it keeps the keys of the documents it was given, and refuses no second one. */
export interface InstantErp {
  /** `erp` of a configuration. */
  config: object;
  close(): Promise<void>;
}

export async function startInstantErp(): Promise<InstantErp> {
  const documents = new Map<string, { id: number; key: string }>();
  const server = createServer((request, response) => void answer(request, response, documents));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    config: { recipe: recipeOf(`http://127.0.0.1:${port}`) },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** As small as a recipe can be: the look-up, the creation that stores the key, the look-up that proves it. */
function recipeOf(url: string): object {
  return {
    url,
    connections: 8,
    deadlineMs: 4_000,
    settleMs: 6_000,
    orders: {
      lookup: [{ send: 'GET /orders', query: { key: '=$key' } }],
      carries: '=key = $key',
      document: { id: '=id', reference: '=key' },
      create: { send: 'POST /orders', body: { key: '=$key', order: '=$order' } },
    },
  };
}

type Documents = Map<string, { id: number; key: string }>;

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  documents: Documents,
): Promise<void> {
  response.setHeader('content-type', 'application/json');
  if (request.method === 'POST') {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { key } = JSON.parse(Buffer.concat(chunks).toString()) as { key: string };
    documents.set(key, { id: documents.size + 1, key });
    response.statusCode = 201;
    response.end('{}');
    return;
  }
  const key = new URL(request.url ?? '', 'http://erp').searchParams.get('key') ?? '';
  const found = documents.get(key);
  response.end(JSON.stringify(found === undefined ? [] : [found]));
}
