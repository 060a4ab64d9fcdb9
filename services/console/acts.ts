import type { Actor } from '../operations/act.ts';
import { settingOf, setFlow } from '../operations/controls/set.ts';
import { repairDifferences } from '../operations/differences/repair.ts';
import { discardParked } from '../operations/parked/discard.ts';
import { releaseParked } from '../operations/parked/release.ts';
import { Rejected } from '../platform/errors.ts';
import type { Bus } from '../platform/kafka/types.ts';
import type { ValueReader } from '../platform/kafka/value-reader.ts';

export interface ActContext {
  bus: Pick<Bus, 'readAll' | 'publish' | 'tombstone'>;
  instance: string;
  openReader: () => ValueReader;
}

/** What the page sends. */
export interface Given {
  keys: string[];
  reason: string;
  dryRun: boolean;
  /** Whatever else the act takes, in words. */
  words: Readonly<Record<string, string>>;
}

export type ActName = 'parked/release' | 'parked/discard' | 'differences/repair' | 'controls';

type Do = (context: ActContext, given: Given, actor: Actor) => Promise<object>;

/** An answer names so many keys at most; its counts say how many there are. */
const namedMax = 100;

/** What operators do from the page: what the commands do, with the same answers. */
export const acts: Readonly<Record<ActName, Do>> = {
  'parked/release': async ({ bus, instance, openReader }, given, actor) => {
    const reader = openReader();
    try {
      const { asked, stuck } = await releaseParked(bus, instance, reader, parkedAct(given), actor);
      const [first, others] = [[...asked].slice(0, namedMax), [...stuck].slice(0, namedMax)];
      const named = { asked: Object.fromEntries(first), stuck: Object.fromEntries(others) };
      return { dryRun: given.dryRun, ...named, count: asked.size, stuckCount: stuck.size };
    } finally {
      await reader.close();
    }
  },
  'parked/discard': async ({ bus, instance }, given, actor) => {
    const discarded = await discardParked(bus, instance, parkedAct(given), actor);
    return { dryRun: given.dryRun, discarded: discarded.slice(0, namedMax), count: discarded.length };
  },
  'differences/repair': async ({ bus, instance }, { words, ...given }, actor) => {
    const asked = await repairDifferences(
      bus,
      instance,
      { ...given, ...only(words, ['kind', 'cause']) },
      actor,
    );
    const named = asked.slice(0, namedMax).map(({ topic, key }) => ({ topic, key }));
    return { dryRun: given.dryRun, asked: named, count: asked.length };
  },
  controls: async ({ bus, instance }, { words, reason, dryRun }, actor) => {
    const { flow = '', action = '', what = '', value = '' } = words;
    const setting = action === 'set' ? settingOf(what, value) : { paused: action === 'pause' };
    if (!['pause', 'resume', 'set'].includes(action)) throw unknownAction(action);
    return setFlow(bus, instance, { action, flow, setting, reason, dryRun }, actor);
  },
};

const parkedAct = ({ words, ...given }: Given) => ({ ...given, ...only(words, ['cause', 'flow']) });

function only(words: Given['words'], names: readonly string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(words).filter(([name]) => names.includes(name)));
}

function unknownAction(action: string): Rejected {
  return new Rejected({
    code: 'controls.action',
    what: `"${action}" is nothing that a flow can be told`,
    fix: 'Use pause, resume or set',
  });
}

const reasonMaxCharacters = 500;
const keysMax = 1_000;

/** @throws Rejected where there is no reason, or what was sent is not of that shape */
export function givenIn(body: unknown): Given {
  const { keys = [], reason = '', dryRun = false, ...words } = (body ?? {}) as Record<string, unknown>;
  const isRight =
    Array.isArray(keys) &&
    keys.length <= keysMax &&
    [...(keys as unknown[]), ...Object.values(words), reason].every((one) => typeof one === 'string') &&
    typeof dryRun === 'boolean';
  if (!isRight)
    throw new Rejected({
      code: 'act.shape',
      what: 'What was sent cannot be read',
      fix: `Send JSON: keys as a list of at most ${keysMax} texts, reason as text, dryRun as true or false, all else as text`,
    });
  const why = (reason as string).trim().slice(0, reasonMaxCharacters);
  if (!dryRun && why === '')
    throw new Rejected({
      code: 'act.reason',
      what: 'There is no reason',
      fix: 'Say why; it is kept on the audit for a year',
    });
  return { keys: keys as string[], reason: why, dryRun, words: words as Record<string, string> };
}
