import { splitKey } from '../../../../schemas/keys.ts';
import { contracts, refresh } from '../../../../schemas/topics.ts';
import { allKeys } from '../../../erp/sources/keys.ts';
import { recordsWhere } from '../../../erp/records-where.ts';
import { readConfiguration } from '../../../platform/config/read.ts';
import { Rejected } from '../../../platform/errors.ts';
import { forAll } from '../../../platform/for-all.ts';
import { askedAgain } from '../../../operations/act.ts';
import { actorOf, recordAct } from '../../act.ts';
import type { GlobalOptions } from '../../options.ts';
import { withBus } from '../../open.ts';
import { printJson, printLine } from '../../print.ts';

interface RefreshOptions extends GlobalOptions {
  dryRun?: boolean;
  reason?: string;
}

/** Asks for keys to be read at their source again: the way to replay a state, and out of the parked records. */
export async function requestRefresh(
  options: RefreshOptions & { all?: boolean; where?: string },
  topic: string,
  named: string[],
): Promise<number> {
  const { keyParts } = sourceOf(topic);
  const { reason } = options;
  if (options.all) return requestAll(options, topic, named);
  const keys = options.where === undefined ? named : await keysWhere(options, topic, named);
  if (keys.length === 0 && options.where === undefined) throw nothingNamed(topic);
  const configuration = readConfiguration([], options.config);
  for (const key of keys) refuseOtherKeys(key, keyParts, configuration.config.instance);
  const requestedBy = options.dryRun ? 'cli' : `cli ${actorOf(options)}`;
  const requests = keys.map((key) => askedAgain(topic, key, requestedBy));
  if (!options.dryRun)
    await withBus(configuration, async (bus) => {
      await recordAct(bus, options, { action: 'refresh', subject: `keys of ${topic}`, keys, reason });
      await forAll(requests, (value) => bus.publish(refresh, { value }));
    });
  if (options.json) printJson({ dryRun: options.dryRun ?? false, requests });
  else
    for (const { key } of requests)
      printLine(`${options.dryRun ? 'would ask' : 'asked'} for ${topic} ${key}`);
  return 0;
}

async function keysWhere(options: GlobalOptions & { where?: string }, topic: string, named: string[]) {
  if (named.length > 0) throw notAll(topic, '--where');
  const { config } = readConfiguration(['erp', 'fulfilments'], options.config);
  return recordsWhere(config, topic, options.where!);
}

/** All keys of a stream of the ERP, which it asks for itself. */
async function requestAll(options: RefreshOptions, topic: string, keys: string[]): Promise<number> {
  if (!topic.startsWith('erp.') || keys.length > 0) throw notAll(topic, '--all');
  if (!options.dryRun)
    await withBus(readConfiguration([], options.config), async (bus) => {
      const { reason } = options;
      await recordAct(bus, options, { action: 'refresh', subject: `all keys of ${topic}`, keys: [], reason });
      const value = { ...askedAgain(topic, allKeys, `cli ${actorOf(options)}`), reason: 'all' };
      await bus.publish(refresh, { value });
    });
  if (options.json) printJson({ dryRun: options.dryRun ?? false, topic, all: true });
  else printLine(`${options.dryRun ? 'would ask' : 'asked'} for all keys of ${topic}`);
  return 0;
}

function nothingNamed(topic: string): Rejected {
  return new Rejected({
    code: 'refresh.keys',
    what: 'No key is named',
    fix: `Name keys of ${topic}; of a topic of the ERP, --where CONDITION or --all will do`,
  });
}

function notAll(topic: string, option: string): Rejected {
  return new Rejected({
    code: 'refresh.all',
    what: `${option} chooses among the records of a topic of the ERP, and ${topic} ${topic.startsWith('erp.') ? 'was given keys as well' : 'is none'}`,
    fix: `Leave the keys out, or ${option}; of the shop the nightly round asks for everything`,
  });
}

export function sourceOf(topic: string) {
  const sources = contracts.filter((row) => !row.topic.startsWith('cartage.'));
  const found = sources.find((row) => row.topic === topic);
  if (found) return found;
  throw new Rejected({
    code: 'refresh.topic',
    what: `${topic} is no topic that can be read at its source again`,
    fix: `Use one of ${sources.map((row) => row.topic).join(', ')}`,
  });
}

/** A key that nobody serves would be asked for, and nothing would happen. */
export function refuseOtherKeys(key: string, keyParts: string, instance: string): void {
  const names = keyParts.split('/');
  const parts = splitKey(key, names.length);
  const isOurs = names[0] !== 'instance' || parts?.[0] === instance;
  if (parts !== null && parts.every((part) => part !== '') && isOurs) return;
  throw new Rejected({
    code: 'refresh.key',
    what: `"${key}" is no key of that topic in this instance`,
    fix: `Write ${keyParts.replace('instance', instance)}; a / within a part but the last is %2F`,
  });
}
