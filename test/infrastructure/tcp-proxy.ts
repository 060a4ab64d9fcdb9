import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const loopback = '127.0.0.1';

/**
 * What goes through one connection, for a proxy that understands it: each method takes bytes as they came and
 * returns what to hand on (nothing: swallowed), or `cut` to close the connection on both sides.
 */
export interface Filter {
  request(bytes: Buffer): Buffer | 'cut';
  answer(bytes: Buffer): Buffer | 'cut';
}

export interface TcpProxy {
  readonly port: number;
  /** Where new connections are led to; the broker behind is started after the proxy, because it advertises its port. */
  forwardTo(port: number): void;
  /** Everything on its way to the client is held back so long. */
  delayAnswers(durationMs: number): void;
  /** Closes every connection that is open now. New ones are accepted. */
  cutConnections(): void;
  /** While on, new connections are closed at once, as if nobody listened. */
  refuseConnections(on: boolean): void;
  /**
   * While on, connections stay open, old and new ones, and nothing comes through in either direction: a
   * network that drops packets. Switched off, those connections are closed; what was dropped is lost.
   */
  blackHole(on: boolean): void;
  /** How many connections were accepted so far. */
  readonly connections: number;
  close(): Promise<void>;
}

const passAll: Filter = { request: (bytes) => bytes, answer: (bytes) => bytes };

/** A proxy on loopback with the faults of a network. `makeFilter` is called once per connection. */
export async function startTcpProxy(makeFilter: () => Filter = () => passAll): Promise<TcpProxy> {
  const faults = { target: 0, delayMs: 0, refuse: false, hole: false };
  const open = new Set<() => void>();
  const swallowed = new Set<() => void>();
  let connections = 0;

  const server = createServer((client) => {
    connections += 1;
    if (faults.refuse) {
      client.destroy();
      return;
    }
    const broker = connect({ host: loopback, port: faults.target });
    const close = () => {
      client.destroy();
      broker.destroy();
      open.delete(close);
      swallowed.delete(close);
    };
    open.add(close);
    if (faults.hole) swallowed.add(close);
    const filter = makeFilter();
    const lost = () => swallowed.has(close);
    lead(client, broker, { pass: (bytes) => filter.request(bytes), delayMs: () => 0, lost, close });
    lead(broker, client, {
      pass: (bytes) => filter.answer(bytes),
      delayMs: () => faults.delayMs,
      lost,
      close,
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, loopback, resolve);
  });
  const closeAll = (which: Set<() => void>) => {
    for (const close of which) close();
  };
  return {
    port: (server.address() as AddressInfo).port,
    forwardTo: (port) => {
      faults.target = port;
    },
    delayAnswers: (durationMs) => {
      faults.delayMs = durationMs;
    },
    cutConnections: () => closeAll(open),
    refuseConnections: (on) => {
      faults.refuse = on;
    },
    blackHole: (on) => {
      faults.hole = on;
      if (!on) return closeAll(swallowed);
      for (const close of open) swallowed.add(close);
    },
    get connections() {
      return connections;
    },
    close: () =>
      new Promise((resolve) => {
        closeAll(open);
        server.close(() => resolve());
      }),
  };
}

interface Direction {
  pass: (bytes: Buffer) => Buffer | 'cut';
  delayMs: () => number;
  lost: () => boolean;
  close: () => void;
}

/** Hands on what comes from one side to the other, in order. */
function lead(from: Socket, to: Socket, { pass, delayMs, lost, close }: Direction): void {
  let before = Promise.resolve();
  from.on('data', (bytes) => {
    if (lost()) return;
    const dueAt = performance.now() + delayMs();
    const passed = pass(bytes);
    if (passed === 'cut') return close();
    if (passed.length === 0) return undefined;
    before = before.then(async () => {
      const waitMs = dueAt - performance.now();
      if (waitMs > 0) await sleep(waitMs);
      if (!lost() && !to.destroyed) to.write(passed);
    });
    return undefined;
  });
  from.on('error', close);
  from.on('close', close);
}
