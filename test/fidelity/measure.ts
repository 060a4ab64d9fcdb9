import { difference } from './compare.ts';
import { coverageOf } from './coverage.ts';
import { KEPT_MISMATCHES } from './kept.ts';
import { chronological, readExchanges } from './recorded.ts';
import type { Exchange } from './recorded.ts';
import { Replay } from './replay.ts';
import type { Answer } from './replay.ts';

export interface Counts {
  matched: number;
  covered: number;
  total: number;
}

export interface Mismatch {
  file: string;
  name: string;
  /** The first difference found. */
  why: string;
  /** Why it stays, or null when nobody has accepted it. */
  reason: string | null;
}

export interface Fidelity extends Counts {
  files: Record<string, Counts>;
  mismatches: Mismatch[];
  /** Exchanges that are not compared, by reason. */
  left_out: Record<string, string[]>;
  /** Entries of the list of kept mismatches that match by now or do not exist. */
  stale: string[];
  /** Errors of the stand-in itself. */
  bugs: number;
}

/** Replays all recordings against a fresh stand-in and counts what agrees. */
export async function measure(): Promise<Fidelity> {
  const exchanges = readExchanges();
  const result: Fidelity = {
    files: {},
    matched: 0,
    covered: 0,
    total: 0,
    mismatches: [],
    left_out: {},
    stale: [],
    bugs: 0,
  };
  for (const { file } of exchanges) result.files[file] ??= { matched: 0, covered: 0, total: 0 };
  const replay = await Replay.start();
  try {
    for (const exchange of chronological(exchanges)) await take(replay, exchange, result);
    result.bugs = replay.shop.journal.bugs.length;
  } finally {
    await replay.close();
  }
  const mismatched = new Set(result.mismatches.map(({ file, name }) => `${file}/${name}`));
  result.stale = Object.keys(KEPT_MISMATCHES).filter((id) => !mismatched.has(id));
  return result;
}

async function take(replay: Replay, exchange: Exchange, result: Fidelity): Promise<void> {
  const { file, name } = exchange;
  const coverage = coverageOf(exchange);
  const counts = [result, result.files[file]];
  const count = (member: keyof Counts): void => {
    for (const one of counts) if (one !== undefined) one[member] += 1;
  };
  count('total');
  replay.prepare(exchange);
  if (coverage.kind !== 'covered') {
    (result.left_out[coverage.reason] ??= []).push(`${file}/${name}`);
    if (coverage.kind === 'sent') await replay.send(exchange);
    return;
  }
  count('covered');
  const why = disagreement(exchange, await replay.send(exchange));
  if (why === null) count('matched');
  else result.mismatches.push({ file, name, why, reason: KEPT_MISMATCHES[`${file}/${name}`] ?? null });
}

function disagreement({ request, response }: Exchange, answer: Answer): string | null {
  if (response.status !== answer.status) {
    return `status: recorded ${response.status}, given ${answer.status} ${JSON.stringify(answer.body).slice(0, 160)}`;
  }
  // The answer itself is an id (of a cart, an order, a shipment, an invoice): its type is all there is to compare.
  const isId = request.method === 'POST' && response.status === 200 && typeof response.body !== 'object';
  if (isId && typeof response.body !== 'boolean') {
    return typeof response.body === typeof answer.body
      ? null
      : `body: recorded ${typeof response.body}, given ${typeof answer.body}`;
  }
  return difference(response.body, answer.body);
}
