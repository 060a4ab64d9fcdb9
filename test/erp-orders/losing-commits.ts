import { startTcpProxy } from '../infrastructure/tcp-proxy.ts';

/** A way to a PostgreSQL on which the answer to a COMMIT can be lost. */
export async function losingCommits(databaseUrl: string) {
  let loses = false;
  const proxy = await startTcpProxy(() => {
    let isLost = false;
    return {
      request: (bytes) => {
        isLost ||= loses && bytes.includes('commit\0');
        return bytes;
      },
      answer: (bytes) => {
        if (!isLost) return bytes;
        loses = false;
        return 'cut';
      },
    };
  });
  const url = new URL(databaseUrl);
  proxy.forwardTo(Number(url.port));
  url.port = String(proxy.port);
  return { url: url.href, loseNext: () => void (loses = true), close: () => proxy.close() };
}
