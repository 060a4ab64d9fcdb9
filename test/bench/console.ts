import { get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../../deploy/local/ports.ts';
import { outcomes, parked } from '../../schemas/topics.ts';
import type { Bus } from '../../services/platform/kafka/types.ts';
import type { Status } from '../../services/console/status.ts';
import { outcomeOf, parkedOf } from '../console/records.ts';
import { copyAsImage } from '../deploy/image-copy.ts';
import { runFolder } from '../infrastructure/folder.ts';
import { forAll } from '../../services/platform/for-all.ts';
import { eventually } from '../orders/support.ts';
import { openParts } from './applier-line.ts';
import { startOwnProcess } from './own-process.ts';
import { cpuSeconds, residentMb } from './resources.ts';
import { percentile } from './study.ts';
import type { Figures, Study } from './study.ts';

const instance = 'bench';
const cause = 'order.payment_unmapped';
const pushes = 10;
const pushEveryMs = 2_000;
const questions = 100;

/** Keeps what each page has seen, and when. */
class Reader {
  readonly seenAt = new Map<string, number>();
  first = Number.NaN;

  constructor(url: string) {
    get(`${url}/api/events`, { agent: false }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
        if (!text.endsWith('\n\n')) return;
        this.#note(text);
        text = '';
      });
    }).on('error', () => undefined);
  }

  #note(text: string): void {
    const at = performance.now();
    if (Number.isNaN(this.first)) this.first = at;
    for (const [key] of text.matchAll(/WH\/PUSH-\d+/g)) if (!this.seenAt.has(key)) this.seenAt.set(key, at);
  }
}

/** What the page costs those who look at it, and what it costs to serve them. */
export const consolePage: Study = {
  name: 'console',
  about:
    'the console, as the image runs it, with 50,000 parked records and 20,000 outcomes: its start, its memory (VmRSS, goal 150 MB), 100 pages that open at once and are told of what is new (at most once a second), its answers, and the dry run of a release of everything; doubles for shop and ERP are nobody',
  async run(say, { isQuick }): Promise<Figures> {
    const size = isQuick
      ? { parked: 2_000, outcomes: 1_000, readers: 20 }
      : { parked: 50_000, outcomes: 20_000, readers: 100 };
    const nobody = { url: 'http://127.0.0.1:1', close: () => Promise.resolve() };
    const { place, bus, closers } = await openParts(() => Promise.resolve(nobody));
    try {
      say(`publishing ${size.parked} parked records and ${size.outcomes} outcomes`);
      await publish(bus, size);
      // As the image: Node that takes the types away while it loads keeps the compiler, some 25 MB.
      const image = await mkdtemp(join(runFolder(), 'image-'));
      copyAsImage(image);
      const program = join(image, 'services/console/main.js');
      const port = await freePort();
      const startedAt = performance.now();
      const http = { host: '127.0.0.1', port };
      const page = await startOwnProcess('console', place, { ...configuration, http }, program);
      const url = `http://127.0.0.1:${port}`;
      try {
        await eventually(
          'everything read',
          async () =>
            (await statusOf(url))?.parked.total === size.parked && (await statusOf(url))?.complete === true,
          120_000,
        );
        const startS = (performance.now() - startedAt) / 1000;
        return {
          rows: [
            {
              'start s': startS.toFixed(1),
              'MB after it': residentMb(page.pid),
              ...(await watched(say, bus, { url, pid: page.pid, readers: size.readers })),
            },
          ],
          notes,
        };
      } finally {
        await page.stop();
      }
    } finally {
      for (const closer of closers.toReversed()) await closer();
    }
  },
};

const notes = ['new to page: from the publishing of an outcome to each page; up to a second of it is meant'];

const secret = 'none';
const configuration = {
  magento: {
    url: 'http://127.0.0.1:1',
    credentials: {
      consumerKey: secret,
      consumerSecret: secret,
      accessToken: secret,
      accessTokenSecret: secret,
    },
  },
  orders: { since: '2020-01-01T00:00:00Z', payments: {}, shipping: {}, stores: { default: {} } },
  stock: { sources: { WH: 'main' } },
  fulfilments: { since: '2020-01-01T00:00:00Z', carriers: {} },
  erp: { connection: { url: 'postgres://nobody@127.0.0.1:1/none' }, streams: {} },
  console: { withoutLogin: true },
};

async function publish(bus: Bus, size: { parked: number; outcomes: number }): Promise<void> {
  const number = (index: number) => String(index).padStart(9, '0');
  const all = [
    ...Array.from({ length: size.parked }, (_none, index) => () => {
      const key = `${instance}/default/${number(index)}`;
      return bus.publish(parked, { value: parkedOf(instance, { key, code: cause }) });
    }),
    ...Array.from({ length: size.outcomes }, (_none, index) => () => {
      const value = outcomeOf(instance, { key: `WH/SKU-${index}`, offset: index });
      return bus.publish(outcomes, { value });
    }),
  ];
  await forAll(all, (publishOne) => publishOne());
}

async function watched(
  say: (text: string) => void,
  bus: Bus,
  { url, pid, readers: count }: { url: string; pid: number; readers: number },
): Promise<Figures['rows'][number]> {
  let mostMb = residentMb(pid);
  const sampling = setInterval(() => (mostMb = Math.max(mostMb, residentMb(pid))), 200);
  try {
    say(`${count} pages at once`);
    const openedAt = performance.now();
    const readers = Array.from({ length: count }, () => new Reader(url));
    await eventually(
      'all told',
      () => Promise.resolve(readers.every(({ first }) => !Number.isNaN(first))),
      60_000,
    );
    const opened = readers.map(({ first }) => first - openedAt);
    const cpuBefore = cpuSeconds(pid);
    const latencies = await pushed(bus, readers);
    const cpuShare = (cpuSeconds(pid) - cpuBefore) / ((pushes * pushEveryMs) / 1000);
    const withPagesMb = mostMb;
    const answers = await asked(`${url}/api/status`);
    say('dry run of a release of everything');
    const begun = performance.now();
    const body = JSON.stringify({ cause, dryRun: true });
    const headers = { 'content-type': 'application/json', origin: url };
    const answer = await fetch(`${url}/api/parked/release`, { method: 'POST', body, headers });
    const { count: found } = (await answer.json()) as { count: number };
    return {
      pages: count,
      'first told P50/P95 ms': `${Math.round(percentile(opened, 0.5))}/${Math.round(percentile(opened, 0.95))}`,
      'new to page P50/P95 ms': `${Math.round(percentile(latencies, 0.5))}/${Math.round(percentile(latencies, 0.95))}`,
      'CPU % meanwhile': Math.round(100 * cpuShare),
      'MB with them': withPagesMb,
      'status P50/P95 ms': `${Math.round(percentile(answers, 0.5))}/${Math.round(percentile(answers, 0.95))}`,
      'release dry s': ((performance.now() - begun) / 1000).toFixed(1),
      'of records': found,
      'MB at most': mostMb,
    };
  } finally {
    clearInterval(sampling);
  }
}

async function pushed(bus: Bus, readers: readonly Reader[]): Promise<number[]> {
  const sentAt = new Map<string, number>();
  for (let index = 0; index < pushes; index += 1) {
    const key = `WH/PUSH-${index}`;
    sentAt.set(key, performance.now());
    await bus.publish(outcomes, { value: outcomeOf(instance, { key, offset: index }) });
    await sleep(pushEveryMs);
  }
  return readers.flatMap(({ seenAt }) => [...sentAt].map(([key, at]) => (seenAt.get(key) ?? Infinity) - at));
}

async function asked(url: string): Promise<number[]> {
  const took: number[] = [];
  for (let index = 0; index < questions; index += 1) {
    const at = performance.now();
    await (await fetch(url)).text();
    took.push(performance.now() - at);
  }
  return took;
}

async function statusOf(url: string): Promise<Status | null> {
  const answer = await fetch(`${url}/api/status`).catch(() => null);
  return answer?.ok ? ((await answer.json()) as Status) : null;
}
