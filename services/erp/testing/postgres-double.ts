/**
 * A PostgreSQL server of a few lines, spoken to by the real driver over loopback: log-in, both ways to ask, transactions
 * that are refused after a failure, and the stream of a log. It answers what a test says and refuses what nobody has
 * told it, so that no statement passes unseen.
 */
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { FrameReader } from '../replication/frames.ts';
import { fieldsOf, frame, int32, messagesOf, textAt, valuesIn } from './postgres-messages.ts';
import type { DoubleAnswer } from './postgres-messages.ts';

type Answering = DoubleAnswer | ((values: (string | null)[]) => DoubleAnswer | Promise<DoubleAnswer>);

/** What the server would refuse, as the driver hands it on. */
export const refusal = (code: string, more: object = {}): Error =>
  Object.assign(new Error(`refused by ${code}`), { code, ...more });

/** Says nothing to rows: they begin and end transactions, set what a session is like, and make cursors. */
const silent = /^(begin|commit|rollback|set|deallocate|prepare|declare)\b/i;

export class PostgresDouble {
  /** Statement after statement, as they came; of one text several. */
  readonly asked: string[] = [];
  readonly values: (string | null)[][] = [];
  /** Connections that are open. */
  readonly sockets = new Set<Socket>();
  /** Of the connections, in their order: what each said of itself. */
  readonly logIns: Record<string, string>[] = [];
  /** Connections that stream a log, and what came on them: status messages. */
  readonly streams: Socket[] = [];
  readonly reports: Buffer[] = [];
  readonly #server: Server;
  #port = 0;
  readonly #answers: [pattern: RegExp, answer: Answering][] = [];

  private constructor() {
    this.#server = createServer((socket) => new Conversation(socket, this));
  }

  static async start(): Promise<PostgresDouble> {
    const double = new PostgresDouble();
    await new Promise<void>((resolve) => double.#server.listen(0, '127.0.0.1', resolve));
    double.#port = (double.#server.address() as AddressInfo).port;
    return double;
  }

  get connection() {
    return { host: '127.0.0.1', port: this.#port, user: 'cartage', password: 'x', database: 'erp' };
  }

  get url(): string {
    const { host, port, user, password, database } = this.connection;
    return `postgres://${user}:${password}@${host}:${port}/${database}`;
  }

  /** The last one that fits is the answer. */
  on(pattern: RegExp, answer: Answering): this {
    this.#answers.push([pattern, answer]);
    return this;
  }

  /** What was asked of it in words that fit. */
  askedOf(pattern: RegExp): string[] {
    return this.asked.filter((sql) => pattern.test(sql));
  }

  async answer(sql: string, values: (string | null)[]): Promise<DoubleAnswer> {
    this.asked.push(sql);
    this.values.push(values);
    const known = this.#answers.findLast(([pattern]) => pattern.test(sql))?.[1];
    if (known === undefined) return silent.test(sql) ? [] : refusal('42601');
    return typeof known === 'function' ? known(values) : known;
  }

  /** In the stream of the newest connection that has one. */
  tell(...messages: Buffer[]): void {
    this.streams.at(-1)!.write(Buffer.concat(messages.map((message) => frame('d', message))));
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** One connection. */
class Conversation {
  readonly #socket: Socket;
  readonly #double: PostgresDouble;
  readonly #frames = new FrameReader();
  #hasBegun = false;
  #transaction: 'I' | 'T' | 'E' = 'I';
  #parsed = '';
  #bound: (string | null)[] = [];
  /** Messages are answered one after the other. */
  #turn = Promise.resolve();
  #isStreaming = false;
  /** After a failure the extended protocol skips what comes up to the next Sync. */
  #isSkipping = false;

  constructor(socket: Socket, double: PostgresDouble) {
    this.#socket = socket;
    this.#double = double;
    double.sockets.add(socket);
    // Else each answer in several writes takes 40 ms.
    socket.setNoDelay(true);
    socket.on('close', () => double.sockets.delete(socket));
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
  }

  #read(chunk: Buffer): void {
    if (!this.#hasBegun) {
      this.#hasBegun = true;
      const words = chunk.toString('utf8', 8).split('\0');
      this.#double.logIns.push(
        Object.fromEntries(
          words.flatMap((word, at) => (at % 2 === 0 && word ? [[word, words[at + 1]!]] : [])),
        ),
      );
      this.#send('R', int32(0));
      this.#ready();
      return;
    }
    this.#frames.read(chunk, (type, from, start, end) => {
      const body = Buffer.from(from.subarray(start, end));
      this.#turn = this.#turn.then(() => this.#message(String.fromCharCode(type), body));
    });
  }

  async #message(type: string, body: Buffer): Promise<void> {
    if (type === 'X') return void this.#socket.end();
    if (type === 'd') return void this.#double.reports.push(body);
    if (type === 'Q') return this.#simple(textAt(body, 0).text);
    if (type === 'S') {
      this.#isSkipping = false;
      return this.#ready();
    }
    if (this.#isSkipping) return undefined;
    if (type === 'P') {
      this.#parsed = textAt(body, textAt(body, 0).end).text;
      return this.#send('1');
    }
    if (type === 'B') {
      this.#bound = valuesIn(body);
      return this.#send('2');
    }
    // What it describes is told with the answer.
    if (type === 'E') this.#isSkipping = !(await this.#one(this.#parsed, this.#bound));
    return undefined;
  }

  async #simple(text: string): Promise<void> {
    for (const sql of text.split(';').map((part) => part.trim())) {
      if (sql !== '' && !(await this.#one(sql, []))) break;
      if (this.#isStreaming) return;
    }
    this.#ready();
  }

  async #one(sql: string, values: (string | null)[]): Promise<boolean> {
    const ends = /^(commit|rollback)\b/i.test(sql);
    const answer =
      this.#transaction === 'E' && !ends ? refusal('25P02') : await this.#double.answer(sql, values);
    if (answer instanceof Error) {
      if (this.#transaction === 'T') this.#transaction = 'E';
      this.#send('E', fieldsOf(answer));
      return false;
    }
    if (/^begin\b/i.test(sql)) this.#transaction = 'T';
    if (ends) this.#transaction = 'I';
    if (/^start_replication/i.test(sql)) {
      this.#isStreaming = true;
      this.#double.streams.push(this.#socket);
      this.#send('W', Buffer.from([0, 0, 0]));
      return true;
    }
    const messages = messagesOf(answer);
    // Together: thousands of writes take seconds.
    this.#write(...messages.map(([type, body]) => frame(type, body)));
    const count = typeof answer === 'number' ? answer : messages.filter(([type]) => type === 'D').length;
    this.#send('C', `${sql.split(/\s/)[0]!.toUpperCase()} ${count}\0`);
    return true;
  }

  #ready(): void {
    this.#send('Z', this.#transaction);
  }

  #send(type: string, body: Buffer | string = ''): void {
    this.#write(frame(type, body));
  }

  #write(...messages: Buffer[]): void {
    if (this.#socket.writable) this.#socket.write(Buffer.concat(messages));
  }
}
