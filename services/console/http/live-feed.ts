import type { Request, Response } from 'express';

interface LiveFeedOptions {
  /** JSON of what is true now. */
  snapshot: () => string;
  /** At most one push in this time, however much happens. */
  intervalMs?: number;
  /** Pushed even when nothing happens: figures of the last hour fall with time, and proxies end silent connections. */
  idleMs?: number;
  maxClients?: number;
}

/**
 * Server-sent events: the whole status to each open page, when something has changed. A page that reads too slowly is
 * skipped and gets the newest status when it has caught up, so nothing piles up here.
 */
export class LiveFeed {
  private readonly clients = new Set<Response>();
  private readonly options: Required<LiveFeedOptions>;
  private pushing: NodeJS.Timeout | null = null;
  private pushedAt = 0;
  private readonly idle: NodeJS.Timeout;

  constructor(options: LiveFeedOptions) {
    this.options = { intervalMs: 1_000, idleMs: 15_000, maxClients: 50, ...options };
    this.idle = setInterval(() => this.changed(), this.options.idleMs);
    this.idle.unref();
  }

  /** Something happened; may be called as often as it likes. */
  changed(): void {
    if (this.pushing !== null || this.clients.size === 0) return;
    const dueIn = this.pushedAt + this.options.intervalMs - performance.now();
    this.pushing = setTimeout(() => this.push(), Math.max(0, dueIn));
    this.pushing.unref();
  }

  /** Serves `GET /api/events`. */
  serve(_request: Request, response: Response): void {
    if (this.clients.size >= this.options.maxClients) {
      response.status(503).json({ error: 'too_many_pages_open' });
      return;
    }
    response.set({ 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' });
    response.write(`retry: 2000\n\n${this.event()}`);
    this.clients.add(response);
    response.on('drain', () => this.changed());
    response.on('close', () => this.clients.delete(response));
  }

  close(): void {
    clearInterval(this.idle);
    if (this.pushing !== null) clearTimeout(this.pushing);
    for (const client of this.clients) client.end();
    this.clients.clear();
  }

  private push(): void {
    this.pushing = null;
    this.pushedAt = performance.now();
    const event = this.event();
    for (const client of this.clients) if (client.writableLength === 0) client.write(event);
  }

  private event(): string {
    return `event: status\ndata: ${this.options.snapshot()}\n\n`;
  }
}
