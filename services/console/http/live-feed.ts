import type { Response } from 'express';

interface LiveFeedOptions {
  /** JSON of what is true now. */
  snapshot: () => string;
  /** At most one push in this time, however much happens. */
  intervalMs?: number;
  /** Pushed even when nothing happens: figures of the last hour fall with time, and proxies end silent connections. */
  idleMs?: number;
  maxClients?: number;
}

/** One open page. */
interface Reader {
  response: Response;
  /** Who, and from where. */
  source: string;
  /** False when the log-in has ended since. */
  mayRead: () => boolean;
}

/**
 * Server-sent events: the whole status to each open page, when something has changed. A page that reads too slowly is
 * skipped and gets the newest status when it has caught up, so nothing piles up here. A new page is never refused:
 * where there are too many, the oldest of whoever has most is ended.
 */
export class LiveFeed {
  /** In the order in which they came. */
  readonly #readers = new Set<Reader>();
  readonly #options: Required<LiveFeedOptions>;
  readonly #idle: NodeJS.Timeout;
  #pushing: NodeJS.Timeout | null = null;
  /** What was told last, while nothing has changed since: of a hundred pages that open at once each is told the same. */
  #told: { at: number; event: Buffer } | null = null;
  #pushedAt = 0;

  constructor(options: LiveFeedOptions) {
    this.#options = { intervalMs: 1_000, idleMs: 15_000, maxClients: 200, ...options };
    this.#idle = setInterval(() => this.changed(), this.#options.idleMs);
    this.#idle.unref();
  }

  /** Something happened; may be called as often as it likes. */
  changed(): void {
    this.#told = null;
    if (this.#pushing !== null || this.#readers.size === 0) return;
    const dueIn = this.#pushedAt + this.#options.intervalMs - performance.now();
    this.#pushing = setTimeout(() => this.#push(), Math.max(0, dueIn));
    this.#pushing.unref();
  }

  /** Serves `GET /api/events` until the page goes, or `mayRead` says no. */
  serve(response: Response, source: string, mayRead: () => boolean): void {
    if (this.#readers.size >= this.#options.maxClients) this.#endOldestOfMost();
    response.set({ 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' });
    response.write('retry: 2000\n\n');
    response.write(this.#event());
    const reader = { response, source, mayRead };
    this.#readers.add(reader);
    response.on('drain', () => this.changed());
    response.on('close', () => this.#readers.delete(reader));
  }

  close(): void {
    clearInterval(this.#idle);
    if (this.#pushing !== null) clearTimeout(this.#pushing);
    for (const reader of this.#readers) this.#end(reader);
  }

  #push(): void {
    this.#pushing = null;
    this.#pushedAt = performance.now();
    const event = this.#event();
    for (const reader of this.#readers) {
      if (!reader.mayRead()) this.#end(reader);
      else if (reader.response.writableLength === 0) reader.response.write(event);
    }
  }

  #endOldestOfMost(): void {
    const bySource = [...Map.groupBy(this.#readers, ({ source }) => source).values()];
    const most = bySource.toSorted((one, other) => other.length - one.length)[0];
    if (most?.[0]) this.#end(most[0]);
  }

  #end(reader: Reader): void {
    this.#readers.delete(reader);
    reader.response.end();
  }

  /** As bytes: made once, however many pages they are written to. */
  #event(): Buffer {
    const now = performance.now();
    if (this.#told === null || now - this.#told.at >= this.#options.intervalMs)
      this.#told = { at: now, event: Buffer.from(`event: status\ndata: ${this.#options.snapshot()}\n\n`) };
    return this.#told.event;
  }
}
