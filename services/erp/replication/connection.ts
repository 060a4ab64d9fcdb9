/**
 * A replication connection: `pg` does the login, then the socket is ours.
 *
 * Pace. The server sends one message per row, and waking Node for each doubles the cost on both sides.
 * So after a chunk smaller than a full read the socket rests for a millisecond while more gathers in the
 * kernel; this adds 1-2 ms of latency and cut the reads for 200,000 rows from 457,000 to 2,700.
 * The high-water mark of one byte is part of it: with Node's default the paused socket would go on reading
 * small chunks into its own buffer, and wake for each.
 */
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { ConnectionOptions } from 'node:tls';
import { Client } from 'pg';
import type pg from 'pg';
import { FrameReader } from './frames.ts';
import { formatLsn } from './lsn.ts';
import type { Lsn } from './lsn.ts';
import { toPostgresMicros } from './messages.ts';
import { textForms } from '../values.ts';

const fullReadBytes = 65_536;
const restMs = 1;
const readAheadBytes = 1;
const closeWithinMs = 2_000;
/** A server that does not answer for so long never will: a connection may be cut without a word. */
const queryTimeoutMs = 30_000;

export interface StreamHandlers {
  /** One message of the output plugin: `chunk` from `start`. Valid during the call only. */
  data(chunk: Buffer, start: number, end: number): void;
  keepalive(walEnd: Lsn, replyRequested: boolean): void;
  /** Called after each chunk read; true rests the socket until `resume()`. */
  isFull(): boolean;
  /** Once, at the end of the stream, whatever ended it; never after `close()`. */
  failed(error: Error): void;
}

export class ReplicationConnection {
  readonly #client: Client;
  readonly #frames = new FrameReader();
  #socket: Duplex | undefined;
  #handlers: StreamHandlers | undefined;
  #started: { resolve(): void; reject(error: Error): void } | undefined;
  #restTimer: NodeJS.Timeout | undefined;
  #isOver = false;
  #isBlocked = false;

  private constructor(client: Client) {
    this.#client = client;
  }

  /** Logs in. Throws what `pg` throws. */
  static async open(config: pg.ClientConfig): Promise<ReplicationConnection> {
    const settings: pg.ClientConfig & { replication: string } = {
      connectionTimeoutMillis: 10_000,
      query_timeout: queryTimeoutMs,
      keepAlive: true,
      ...config,
      replication: 'database',
      stream: () => new Socket({ highWaterMark: readAheadBytes } as ConstructorParameters<typeof Socket>[0]),
      ...(config.ssl && { ssl: withReadAhead(config.ssl) }),
    };
    const client = new Client(settings);
    // Without a listener Node would end the process; who asks or reads hears of the failure anyway.
    client.on('error', () => {});
    await client.connect();
    // Said here, not with the log-in: `options` of the address would take the place of ours. Of warnings see `#notice`.
    await client.query(
      `${textForms('session', 'UTC')}; set statement_timeout = 0; set client_min_messages = 'warning'`,
    );
    return new ReplicationConnection(client);
  }

  /** A replication command or plain SQL, before `start`. */
  async query<R extends pg.QueryResultRow>(text: string): Promise<R[]> {
    const result = await this.#client.query<R>(text);
    return result.rows;
  }

  /** Sends START_REPLICATION; resolves when the server has switched to streaming. */
  start(command: string, handlers: StreamHandlers): Promise<void> {
    const { stream } = (this.#client as unknown as { connection: { stream: Duplex } }).connection;
    stream.removeAllListeners('data');
    this.#socket = stream;
    this.#handlers = handlers;
    stream.on('data', (chunk: Buffer) => this.#read(chunk));
    stream.on('error', (error: Error) => this.#end(error));
    stream.on('close', () => this.#end(connectionLost()));
    const text = Buffer.from(`${command}\0`);
    const header = Buffer.from('Q\0\0\0\0', 'latin1');
    header.writeUInt32BE(text.length + 4, 1);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#end(noAnswer()), queryTimeoutMs);
      const settle = () => clearTimeout(timer);
      this.#started = {
        resolve: () => {
          settle();
          resolve();
        },
        reject: (error) => {
          settle();
          reject(error);
        },
      };
      stream.write(Buffer.concat([header, text]));
    });
  }

  resume(): void {
    if (!this.#isBlocked || this.#isOver) return;
    this.#isBlocked = false;
    this.#socket?.resume();
  }

  /** Standby status update: everything before `confirmed` may be forgotten. */
  sendStatus(confirmed: Lsn, nowMs: number, replyRequested: boolean): void {
    if (this.#isOver || !this.#socket?.writable) return;
    const frame = Buffer.alloc(39);
    frame[0] = 0x64; // CopyData
    frame.writeUInt32BE(38, 1);
    frame[5] = 0x72; // standby status update
    for (const at of [6, 14, 22]) frame.writeBigUInt64BE(confirmed, at); // written, flushed, applied
    frame.writeBigInt64BE(toPostgresMicros(nowMs), 30);
    frame[38] = replyRequested ? 1 : 0;
    this.#socket.write(frame);
  }

  /** Says goodbye, so that the slot is free when this resolves; after two seconds the socket is cut. */
  async close(): Promise<void> {
    this.#isOver = true;
    clearTimeout(this.#restTimer);
    const socket = this.#socket;
    if (!socket) return this.#client.end();
    if (socket.destroyed) return undefined;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => socket.destroy(), closeWithinMs);
      socket.once('close', () => {
        clearTimeout(timer);
        resolve();
      });
      socket.removeAllListeners('data');
      socket.resume(); // what still comes is dropped; unread bytes would hold the close back
      socket.end(Buffer.from([0x58, 0, 0, 0, 4])); // Terminate
    });
    return undefined;
  }

  #read(chunk: Buffer): void {
    try {
      this.#frames.read(chunk, (type, buffer, start, end) => this.#frame(type, buffer, start, end));
    } catch (error) {
      this.#end(error as Error);
      return;
    }
    if (this.#isOver) return;
    if (this.#handlers!.isFull()) {
      this.#isBlocked = true;
      this.#socket!.pause();
    } else if (chunk.length < fullReadBytes) {
      this.#socket!.pause();
      this.#restTimer = setTimeout(() => {
        if (!this.#isBlocked) this.#socket!.resume();
      }, restMs);
    }
  }

  #frame(type: number, chunk: Buffer, start: number, end: number): void {
    if (this.#isOver) return;
    if (type === 0x64) {
      const kind = chunk[start];
      if (kind === 0x77) this.#handlers!.data(chunk, start + 25, end);
      else if (kind === 0x6b) {
        this.#handlers!.keepalive(chunk.readBigUInt64BE(start + 1), chunk[start + 17] === 1);
      }
    } else if (type === 0x57) this.#started?.resolve();
    else if (type === 0x45) this.#end(serverError(chunk, start, end));
    else if (type === 0x63)
      this.#end(connectionLost()); // CopyDone: the server shuts down
    else if (type === 0x4e) this.#notice(serverError(chunk, start, end));
    // The rest (parameter changes, the end of a failed command) says nothing new here.
  }

  /**
   * PostgreSQL 18 *warns* of a publication that does not exist and goes on sending nothing; earlier ones fail.
   * Going on would confirm changes that we never saw, so it is the same error here.
   */
  #notice(notice: Error & { code?: string }): void {
    if (notice.code === '55000') this.#end(Object.assign(notice, { code: '42704' }));
  }

  #end(error: Error): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#restTimer);
    this.#started?.reject(error);
    this.#socket?.destroy();
    this.#handlers?.failed(error);
  }
}

/** Node takes the mark for TLS sockets too; its type does not list it. */
function withReadAhead(ssl: true | ConnectionOptions): ConnectionOptions {
  const settings = { ...(ssl !== true && ssl), highWaterMark: readAheadBytes };
  return settings;
}

function connectionLost(): Error {
  return Object.assign(new Error('the connection was closed'), { code: 'ECONNRESET' });
}

function noAnswer(): Error {
  return Object.assign(new Error('the server did not begin to send its log'), { code: 'ETIMEDOUT' });
}

/** An ErrorResponse with the fields that `pg` gives its own errors, so that one classification serves both. */
function serverError(chunk: Buffer, start: number, end: number): Error & { code?: string } {
  const fields: Record<string, string> = {};
  for (let at = start; at < end && chunk[at] !== 0;) {
    const valueEnd = chunk.indexOf(0, at + 1);
    fields[String.fromCharCode(chunk[at]!)] = chunk.toString('utf8', at + 1, valueEnd);
    at = valueEnd + 1;
  }
  const error = new Error(fields.M ?? 'the server reported an error without a message');
  return Object.assign(error, { code: fields.C, severity: fields.V ?? fields.S });
}

/** For START_REPLICATION, which has no parameters. */
export function startCommand(slot: string, publication: string, from: Lsn): string {
  const name = `"${publication.replaceAll('"', '""')}"`.replaceAll("'", "''");
  return `START_REPLICATION SLOT "${slot}" LOGICAL ${formatLsn(from)} (proto_version '1', publication_names '${name}')`;
}
