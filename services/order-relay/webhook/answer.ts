import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';

/** What a delivery is answered. */
export interface Answer {
  status: number;
  /** For metrics and the answer's body: a word with few values. */
  reason: string;
  /** Why, in words, for the sender's log. */
  detail?: string;
  /** When the same will be taken. */
  retryAfterSeconds?: number;
  headers?: OutgoingHttpHeaders;
  /** JSON. Left out: reason and detail. */
  body?: string;
}

/** How long, and how much, a refused sender that still sends is listened to, so that it can read why. */
const lingerMs = 1_000;
const lingerBytes = 64 * 1024;

export function send(response: ServerResponse, answer: Answer, isLast: boolean): void {
  if (response.destroyed || response.headersSent) return;
  response.end(begin(response, answer, isLast));
}

/**
 * Answers, and ends the connection. Closing it at once while the sender still sends would reset it under the answer: the
 * rest is thrown away for a moment first.
 */
export function sendLast(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
  if (request.complete || response.destroyed || response.headersSent) return send(response, answer, true);
  // The sender has all of the answer now; the connection is closed with `end`.
  response.write(begin(response, answer, true));
  let leftBytes = lingerBytes;
  const end = () => {
    clearTimeout(timer);
    response.end();
  };
  const timer = setTimeout(end, lingerMs);
  request.on('data', (chunk: Buffer) => {
    leftBytes -= chunk.length;
    // At once: libuv goes on reading, up to 2 MiB a time, while all the others wait.
    if (leftBytes < 0) request.socket.destroy();
  });
  request.once('end', end);
  request.once('close', end);
  request.on('error', () => undefined);
}

function begin(response: ServerResponse, answer: Answer, isLast: boolean): string {
  const { status, reason, detail, retryAfterSeconds } = answer;
  const body = answer.body ?? JSON.stringify({ status: reason, ...(detail === undefined ? {} : { detail }) });
  const headers: OutgoingHttpHeaders = {
    ...answer.headers,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  };
  if (retryAfterSeconds !== undefined) headers['retry-after'] = String(retryAfterSeconds);
  if (isLast) headers.connection = 'close';
  response.writeHead(status, headers);
  return body;
}
