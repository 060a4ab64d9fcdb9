import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { createServer } from '../../platform/http/node-http.ts';
import type { Metrics } from '../../platform/telemetry/metrics.ts';
import { Admission } from './admission.ts';
import type { Admitted } from './admission.ts';
import { send, sendLast } from './answer.ts';
import type { Answer } from './answer.ts';
import { Bodies } from './bodies.ts';
import type { BodyFault } from './bodies.ts';
import { Connections } from './connections.ts';
import { RateLimit } from './rate-limit.ts';
import { countedRefusals, parserRefusalOf, refusals } from './refusals.ts';
import type { RefusalReason } from './refusals.ts';
import type { Scheme } from './schemes/scheme.ts';
import { sourceReader } from './source.ts';
import type { WebhookAnswer } from './webhook.ts';

export interface WebhookServerOptions {
  host: string;
  /** 0 takes a free port; `url` says which. */
  port: number;
  maxBodyBytes: number;
  /** Of all bodies under way together. */
  maxBufferedBytes: number;
  maxConnections: number;
  /** Signed deliveries, of each source. */
  maxPerSecond: number;
  /** Whose `X-Forwarded-For` is believed. */
  trustedProxies: readonly string[];
  /** How long `close` goes on taking deliveries, until balancers have heard that the process is not ready. */
  shutdownDelayMs: number;
  /** Each at its path. */
  schemes: readonly Scheme[];
  /** Takes a delivery that its sender has signed. Null: the flow is switched off. */
  take: ((scheme: Scheme, id: string | null, body: Buffer) => WebhookAnswer | Promise<WebhookAnswer>) | null;
  webhooks: Metrics['webhooks'];
  onError: (error: unknown) => void;
  /** Milliseconds that never go back. */
  monotonicMs?: () => number;
}

export const bodyTimeoutMs = 5_000;
/** Measured: headers, request and response, besides the connection. */
const requestBytes = 4 * 1024;
const closeGraceMs = 3_000;

const httpOptions = {
  // Each connection may hold so much unfinished.
  maxHeaderSize: 4 * 1024,
  headersTimeout: 5_000,
  // Bodies have their own, exact one.
  requestTimeout: 15_000,
  connectionsCheckingInterval: 1_000,
  // Longer than proxies keep a connection (mostly 60 s): the one that closes it must not be the one that is sent to.
  keepAliveTimeout: 75_000,
};
/** Connections that wait to be accepted; the system may allow fewer. */
const backlog = 4_096;

/**
 * The webhook's face: raw `node:http`, because Express alone would take four fifths of the time of a delivery.
 *
 * What costs memory stands behind what costs nothing: first the request line and the headers are judged, the signature's
 * among them; then the body is read, within a budget; then the signature is checked, and only a signed delivery counts
 * against the rate. Whoever is refused before that loses the connection, so that each try costs a new one.
 */
export class WebhookServer {
  readonly #options: WebhookServerOptions;
  readonly #server: Server;
  readonly #admission: Admission;
  readonly #bodies: Bodies;
  readonly #connections: Connections;
  readonly #rate: RateLimit;
  readonly #sourceOf: (request: IncomingMessage) => string;
  /** Their last answer is given: what is pipelined behind it is not heard. */
  readonly #refused = new WeakSet<Socket>();
  #isDraining = false;
  #closed: Promise<void> | undefined;

  constructor(options: WebhookServerOptions) {
    this.#options = options;
    for (const labels of countedRefusals()) options.webhooks.inc(labels, 0);
    this.#admission = new Admission({ ...options, isSwitchedOff: options.take === null });
    this.#bodies = new Bodies({ ...options, requestBytes, bodyTimeoutMs });
    this.#connections = new Connections(options.maxConnections, () => this.#count(0, 'too_many_connections'));
    this.#rate = new RateLimit(options.maxPerSecond, options.monotonicMs ?? (() => performance.now()));
    this.#sourceOf = sourceReader(options.trustedProxies);
    const onRequest = (request: IncomingMessage, response: ServerResponse) =>
      this.#safely(request, response, () => this.#hear(request, response));
    this.#server = createServer(httpOptions, onRequest)
      // A sender that asks first is told before it sends.
      .on('checkContinue', onRequest)
      .on('connection', (socket: Socket) => this.#connections.opened(socket))
      .on('clientError', (error: NodeJS.ErrnoException, socket) =>
        this.#onParserError(error, socket as Socket),
      );
  }

  /** Resolves with the address. */
  async listen(): Promise<string> {
    const server = this.#server;
    const { port: wanted, host } = this.#options;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ port: wanted, host, backlog }, resolve);
    });
    server.removeAllListeners('error');
    // A connection that the system could not accept.
    server.on('error', this.#options.onError);
    const { address, port, family } = server.address() as AddressInfo;
    return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
  }

  /**
   * Goes on for the delay, while each answer ends its connection; then takes no new one, and resolves when what was
   * under way is answered, at the latest after the grace.
   */
  close(): Promise<void> {
    return (this.#closed ??= this.#drain());
  }

  async #drain(): Promise<void> {
    this.#isDraining = true;
    await delay(this.#options.shutdownDelayMs);
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => this.#server.closeAllConnections(), closeGraceMs);
      this.#server.close(() => {
        clearTimeout(timer);
        resolve();
      });
      this.#server.closeIdleConnections();
    });
  }

  #hear(request: IncomingMessage, response: ServerResponse): void {
    if (this.#refused.has(request.socket)) return;
    const greeting = this.#admission.greetingFor(request);
    if (greeting) return this.#answerLast(request, response, greeting);
    const admitted = this.#admission.judge(request);
    if (typeof admitted === 'string') return this.#refuse(request, response, admitted);
    if (request.headers.expect !== undefined) response.writeContinue();
    this.#bodies.read(request, (body) =>
      this.#safely(request, response, () => this.#deliver(request, response, admitted, body)),
    );
  }

  #deliver(
    request: IncomingMessage,
    response: ServerResponse,
    { scheme, claim }: Admitted,
    body: Buffer | BodyFault,
  ): void {
    if (body === 'gone') return this.#count(0, body);
    if (typeof body === 'string') return this.#refuse(request, response, body);
    const proven = claim.proofIn(body);
    if (typeof proven === 'string') return this.#refuse(request, response, proven);
    this.#connections.proven(request.socket);
    if (!this.#rate.take(this.#sourceOf(request)))
      return this.#answer(response, { ...refusals.too_many, reason: 'too_many' });
    const answer = this.#options.take!(scheme, proven.id, body);
    if (!(answer instanceof Promise)) return this.#answerTo(scheme, response, answer);
    answer.then(
      (later) => this.#answerTo(scheme, response, later),
      (error: unknown) => this.#fail(request, response, error),
    );
  }

  /** Nothing that a sender sends may end the process. */
  #safely(request: IncomingMessage, response: ServerResponse, step: () => void): void {
    try {
      step();
    } catch (error) {
      this.#fail(request, response, error);
    }
  }

  #fail(request: IncomingMessage, response: ServerResponse, error: unknown): void {
    this.#options.onError(error);
    this.#refuse(request, response, 'internal');
  }

  #refuse(request: IncomingMessage, response: ServerResponse, reason: RefusalReason): void {
    this.#answerLast(request, response, { ...refusals[reason], reason });
  }

  /** Who has not signed has no second word on a connection. */
  #answerLast(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
    this.#count(answer.status, answer.reason);
    this.#refused.add(request.socket);
    sendLast(request, response, answer);
  }

  #answerTo({ taken }: Scheme, response: ServerResponse, answer: Answer): void {
    this.#answer(response, taken && answer.status < 300 ? { ...answer, ...taken } : answer);
  }

  #answer(response: ServerResponse, answer: Answer): void {
    this.#count(answer.status, answer.reason);
    send(response, answer, this.#isDraining);
  }

  /** What never became a request has no response either. */
  #onParserError({ code }: NodeJS.ErrnoException, socket: Socket): void {
    const refusal = parserRefusalOf(code);
    if (refusal === null || !socket.writable || this.#refused.has(socket)) {
      socket.destroy();
      return;
    }
    const { line, reason } = refusal;
    this.#count(Number.parseInt(line, 10), reason);
    this.#refused.add(socket);
    socket.write(`HTTP/1.1 ${line}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
    socket.destroySoon();
  }

  /** Code 0: nothing could be answered. */
  #count(code: number, reason: string): void {
    this.#options.webhooks.inc({ code: String(code), reason });
  }
}
