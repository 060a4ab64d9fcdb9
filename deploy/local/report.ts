import { shownLines } from '../../services/platform/terminal.ts';
import { isLive, seconds } from './install/progress.mjs';
import type { Part } from './part.ts';
import type { Exit } from './process.ts';
import { lastWords } from './start-failure.ts';

/** What the supervisor tells whoever watches. */
export interface Report {
  starting(part: Part): void;
  ready(part: Part, address: string | undefined): void;
  died(part: Part, exit: Exit, lastLines: readonly string[]): void;
  restarting(part: Part, delayMs: number): void;
  failed(part: Part, error: unknown): void;
  stopped(part: Part): void;
  say(text: string): void;
}

export interface ReportOptions {
  write?: (text: string) => unknown;
  live?: boolean;
  now?: () => number;
}

const waitingEveryMs = 5000;

/**
 * Lines for people: what is ready, where, after how long; and what is still waited for, in one line that is
 * rewritten on a terminal and comes every five seconds elsewhere.
 */
export function textReport(options: ReportOptions = {}): Report & { close(): void } {
  const {
    write = (text) => process.stdout.write(text),
    live = isLive,
    now = () => performance.now(),
  } = options;
  const begun = now();
  const startedAt = new Map<string, number>();
  let waitingSaidAt = begun;

  const clear = live ? '\r\x1b[K' : '';
  const line = (text: string) => {
    // Numbers and names come from shop and ERP.
    write(`${clear}${shownLines(text)}\n`);
    showWaiting();
  };
  const showWaiting = () => {
    if (startedAt.size === 0) return;
    const text = `  ${elapsed(now() - begun)}  waiting for ${[...startedAt.keys()].join(', ')}`;
    if (live) write(`${clear}${text.slice(0, (process.stdout.columns ?? 80) - 1)}`);
    else if (now() - waitingSaidAt >= waitingEveryMs) {
      waitingSaidAt = now();
      write(`${text}\n`);
    }
  };
  const timer = setInterval(showWaiting, live ? 200 : 1000);
  timer.unref();

  return {
    starting: (part) => {
      startedAt.set(part.title, now());
      showWaiting();
    },
    ready: (part, address = '') => {
      const tookMs = now() - (startedAt.get(part.title) ?? now());
      startedAt.delete(part.title);
      line(
        `  ${elapsed(now() - begun)}  ${part.title.padEnd(20)} ready in ${seconds(tookMs).padEnd(7)} ${address}`,
      );
    },
    died: (part, exit, lastLines) => {
      const how = exit.signal ? `ended by ${exit.signal}` : `exit code ${exit.code}`;
      const said = lastWords(lastLines).map((text) => `\n      ${text}`);
      line(`\n  ${part.title} has died (${how}). It said last:${said.join('')}`);
    },
    restarting: (part, delayMs) => line(`  ${part.title} is started again in ${seconds(delayMs)}.`),
    failed: (part, error) => {
      startedAt.delete(part.title);
      line(`  ${error instanceof Error ? error.message : String(error)}`);
    },
    stopped: (part) => line(`  stopped ${part.title}`),
    say: (text) => line(text),
    close: () => {
      clearInterval(timer);
      startedAt.clear();
      if (live) write(clear);
    },
  };
}

/** The same as lines of JSON, for programs: `{"event":"ready","part":"kafka","atMs":4102,"address":"…"}`. */
export function jsonReport(options: ReportOptions = {}): Report & { close(): void } {
  const { write = (text) => process.stdout.write(text), now = () => performance.now() } = options;
  const begun = now();
  const event = (name: string, part: Part | undefined, more: object = {}) =>
    write(`${JSON.stringify({ event: name, part: part?.name, atMs: Math.round(now() - begun), ...more })}\n`);
  return {
    starting: (part) => event('starting', part),
    ready: (part, address) => event('ready', part, { address }),
    died: (part, exit, lastLines) => event('died', part, { ...exit, lastLines }),
    restarting: (part, delayMs) => event('restarting', part, { delayMs }),
    failed: (part, error) =>
      event('failed', part, { message: error instanceof Error ? error.message : String(error) }),
    stopped: (part) => event('stopped', part),
    say: (text) => event('says', undefined, { text }),
    close: () => undefined,
  };
}

function elapsed(durationMs: number): string {
  return seconds(durationMs).padStart(7);
}
