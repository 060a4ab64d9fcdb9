import { Agent, createServer, request } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { answersOk } from '../../deploy/local/http-get.ts';

export interface Backend {
  webhookPort: number;
  httpPort: number;
}

const askEveryMs = 250;

/**
 * A balancer as simple as they come: asks each backend's /readyz, hands requests to the ready ones in turn over
 * connections that it keeps, and hides nothing: it tries nothing twice, and what fails behind it is a 502.
 */
export class Balancer {
  readonly #backends: readonly Backend[];
  readonly #ready = new Set<Backend>();
  readonly #agent = new Agent({ keepAlive: true });
  readonly #server = createServer((incoming, outgoing) => this.#forward(incoming, outgoing));
  readonly #ending = new AbortController();
  readonly #asking: Promise<void>;
  #turn = 0;

  constructor(backends: readonly Backend[]) {
    this.#backends = backends;
    this.#asking = this.#ask();
  }

  /** Resolves with the address. */
  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  isReady(backend: Backend): boolean {
    return this.#ready.has(backend);
  }

  async close(): Promise<void> {
    this.#ending.abort();
    await this.#asking;
    this.#agent.destroy();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #ask(): Promise<void> {
    while (!this.#ending.signal.aborted) {
      await Promise.all(
        this.#backends.map(async (backend) => {
          const isReady = await answersOk(`http://127.0.0.1:${backend.httpPort}/readyz`);
          if (isReady) this.#ready.add(backend);
          else this.#ready.delete(backend);
        }),
      );
      await sleep(askEveryMs);
    }
  }

  #forward(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const ready = [...this.#ready];
    this.#turn += 1;
    const backend = ready[this.#turn % ready.length];
    const fail = (status: number, why: string) => {
      if (!outgoing.headersSent) outgoing.writeHead(status);
      outgoing.end(why);
    };
    if (!backend) return fail(503, 'no backend is ready');
    const { url: path, method, headers } = incoming;
    const call = request(
      { host: '127.0.0.1', port: backend.webhookPort, path, method, headers, agent: this.#agent },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    call.on('error', (error) => fail(502, String(error)));
    incoming.pipe(call);
  }
}
