/**
 * What the stand-ins for ERPs over HTTP have in common: a server on loopback, a record of what was asked, and faults on
 * order. What an ERP does with a request is one synchronous function, so each request is one transaction.
 */
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Asked {
  method: string;
  /** Decoded. */
  path: string;
  query: URLSearchParams;
  headers: IncomingMessage['headers'];
  text: string;
  /** The body as JSON, or an empty map. */
  json: Record<string, unknown>;
}

export interface Said {
  status: number;
  /** Text as it is, anything else as JSON, nothing as no body. */
  body?: unknown;
  headers?: Record<string, string>;
}

/**
 * `cut`: nothing is done, the connection breaks. `unsaid`: it is done, the connection breaks instead of an answer. `late`:
 * it is done when `release()` is called, and not answered. Or an answer in place of the ERP's own: nothing is done, or it is
 * done all the same.
 */
export type Fault = 'cut' | 'unsaid' | 'late' | { said: Said; isDone?: boolean };

export class StandIn {
  /** `POST /orders`, in the order in which they came. */
  readonly asked: string[] = [];
  readonly #handle: (asked: Asked) => Said;
  readonly #server: Server;
  readonly #late: (() => void)[] = [];
  #faults: { on: (asked: Asked, number: number) => boolean; fault: Fault }[] = [];

  constructor(handle: (asked: Asked) => Said) {
    this.#handle = handle;
    this.#server = createServer((request, response) => {
      this.#serve(request, response).catch((error: unknown) => {
        console.error(error);
        response.destroy();
      });
    });
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.listen(0, '127.0.0.1', resolve);
    });
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Of the next request that `on` picks, once. Requests are counted from 1 on since the last `forget`. */
  misbehave(on: (asked: Asked, number: number) => boolean, fault: Fault): void {
    this.#faults.push({ on, fault });
  }

  forget(): void {
    this.#faults = [];
    this.asked.length = 0;
  }

  /** Carries out what was `late`. */
  release(): void {
    for (const work of this.#late.splice(0)) work();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const asked = await read(request);
    this.asked.push(`${asked.method} ${asked.path}`);
    const number = this.asked.length;
    const picked = this.#faults.find(({ on }) => on(asked, number));
    this.#faults = this.#faults.filter((one) => one !== picked);
    const fault = picked?.fault;
    if (fault === 'cut') return void request.socket.destroy();
    if (fault === 'late') return void this.#late.push(() => this.#handle(asked));
    if (typeof fault === 'object' && fault.isDone !== true) return say(response, fault.said);
    const said = this.#handle(asked);
    if (fault === 'unsaid') return void request.socket.destroy();
    return say(response, fault === undefined ? said : fault.said);
  }
}

async function read(request: IncomingMessage): Promise<Asked> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString('utf8');
  const { pathname, searchParams } = new URL(request.url!, 'http://erp');
  const { method = 'GET', headers } = request;
  return {
    method,
    path: decodeURIComponent(pathname),
    query: searchParams,
    headers,
    text,
    json: parsed(text),
  };
}

function parsed(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}

function say(response: ServerResponse, { status, body, headers }: Said): void {
  const isText = typeof body === 'string';
  response.writeHead(status, { 'content-type': isText ? 'text/html' : 'application/json', ...headers });
  response.end(isText || body === undefined ? body : JSON.stringify(body));
}
