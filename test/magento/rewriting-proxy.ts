import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface RewritingProxy {
  url: string;
  close(): Promise<void>;
}

/** Stands between client and shop as real web servers do: another Host, and paths that they "clean". */
export async function forward(
  target: string,
  rewrite: { host: string; path?: (path: string) => string },
): Promise<RewritingProxy> {
  const server = createServer((incoming, outgoing) => {
    const path = rewrite.path?.(incoming.url!) ?? incoming.url!;
    const headers = { ...incoming.headers, host: rewrite.host };
    const { hostname, port } = new URL(target);
    const onward = request({ hostname, port, path, headers, method: incoming.method }, (answer) => {
      outgoing.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
