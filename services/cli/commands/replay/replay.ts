import { askInOrder } from '../../../operations/replay/ask.ts';
import { planReplay } from '../../../operations/replay/plan.ts';
import type { Fate, ReplayPlan, Window } from '../../../operations/replay/plan.ts';
import { readConfiguration } from '../../../platform/config/read.ts';
import { Rejected } from '../../../platform/errors.ts';
import type { Bus } from '../../../platform/kafka/types.ts';
import { shellWord } from '../../../platform/terminal.ts';
import { actorOf, recordAct } from '../../act.ts';
import type { GlobalOptions } from '../../options.ts';
import { withBus } from '../../open.ts';
import { counted, printError, printJson, printLine } from '../../print.ts';
import { refuseOtherKeys, sourceOf } from '../refresh/refresh.ts';
import { askedAgain } from '../../../operations/act.ts';

export interface ReplayOptions extends GlobalOptions {
  from?: string;
  to?: string;
  keys?: string[];
  after?: string;
  apply?: boolean;
  reason?: string;
}

const words: Record<Fate, string> = {
  unchanged: 'unchanged: what was published last has been handled',
  write: 'would be written: nothing has become of what was published last, or it was refused',
  stale: 'refused as stale: something newer was published after the window, and that is sent',
  held: 'held: parked, and stays so until its cause is gone',
};

/** Without --apply nothing is asked for. */
export async function replay(options: ReplayOptions, topic: string): Promise<number> {
  const contract = sourceOf(topic);
  const configuration = readConfiguration([], options.config);
  const { instance } = configuration.config;
  const { keys, after, apply = false, reason } = options;
  const window = windowOf(options);
  if (keys === undefined && window === null) throw nothingMeant();
  for (const key of keys ?? []) refuseOtherKeys(key, contract.keyParts, instance);
  return withBus(configuration, async (bus) => {
    const plan = await planReplay(bus, contract, { instance, keys: keys ?? null, window });
    const asked = [...plan.fates.keys()].filter((key) => after === undefined || key > after);
    if (!options.json) printPlan(plan, asked.length);
    const last = apply ? await ask(bus, options, { topic, asked, reason }) : null;
    const isDone = !apply || last === (asked.at(-1) ?? null);
    if (options.json)
      printJson({ applied: apply, ...countsOf(plan), keys: asked.length, isComplete: plan.isComplete, last });
    else if (!apply) printLine('Nothing was asked for. Add --apply to do it.');
    return isDone && plan.isComplete ? 0 : 1;
  });
}

async function ask(
  bus: Bus,
  options: ReplayOptions,
  { topic, asked, reason }: { topic: string; asked: string[]; reason: string | undefined },
): Promise<string | null> {
  const requestedBy = `cli ${actorOf(options)}`;
  await recordAct(bus, options, { action: 'replay', subject: `keys of ${topic}`, keys: asked, reason });
  const stopping = new AbortController();
  const stop = () => stopping.abort('asked to stop');
  process.once('SIGINT', stop);
  try {
    const last = await askInOrder(bus, asked, {
      requestOf: (key) => ({ ...askedAgain(topic, key, requestedBy), reason: 'replay' }),
      over: stopping.signal,
      onProgress: (count) => options.json || printLine(`asked for ${count} of ${asked.length}`),
    });
    if (stopping.signal.aborted && last !== null)
      printError(`Stopped. To go on: the same with --after ${shellWord(last)}`);
    return last;
  } finally {
    process.off('SIGINT', stop);
  }
}

function countsOf({ fates }: ReplayPlan): Record<Fate, number> {
  const counts: Record<Fate, number> = { unchanged: 0, write: 0, stale: 0, held: 0 };
  for (const fate of fates.values()) counts[fate] += 1;
  return counts;
}

function printPlan(plan: ReplayPlan, left: number): void {
  for (const [fate, count] of Object.entries(countsOf(plan)) as [Fate, number][])
    printLine(`${String(count).padStart(7)} ${words[fate]}`);
  if (!plan.isComplete) printLine('There are more keys than one replay takes: narrow the window.');
  printLine(`${counted(left, 'key')} to be asked for.`);
}

/** @throws Rejected for what is no time, or a window that ends before it begins */
function windowOf({ from, to }: ReplayOptions): Window | null {
  if (from === undefined && to === undefined) return null;
  const window = { from: timeOf(from ?? ''), to: to === undefined ? Date.now() : timeOf(to) };
  if (window.from < window.to) return window;
  throw badWindow('the window ends before it begins');
}

function timeOf(text: string): number {
  const time = Date.parse(text);
  if (!Number.isNaN(time) && /^\d{4}-\d\d-\d\d(T.*(Z|[+-]\d\d:\d\d))?$/.test(text)) return time;
  throw badWindow(`"${text}" is no time with its zone`);
}

function badWindow(why: string): Rejected {
  return new Rejected({
    code: 'replay.window',
    what: 'The window cannot be read',
    why,
    fix: 'Write --from 2026-11-23T10:00:00Z, and --to likewise or not at all',
  });
}

function nothingMeant(): Rejected {
  return new Rejected({
    code: 'replay.keys',
    what: 'Neither a window nor keys are given',
    fix: 'Give --from TIME, --keys KEY..., or both; of all keys of a stream `cartage refresh TOPIC --all`',
  });
}
