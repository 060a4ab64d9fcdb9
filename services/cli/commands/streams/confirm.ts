import { refresh } from '../../../../schemas/topics.ts';
import { allKeys } from '../../../erp/sources/keys.ts';
import { readConfiguration } from '../../../platform/config/read.ts';
import { Rejected } from '../../../platform/errors.ts';
import { actorOf, recordAct } from '../../act.ts';
import type { GlobalOptions } from '../../options.ts';
import { withBus } from '../../open.ts';
import { counted, printJson, printLine } from '../../print.ts';
import { askedAgain } from '../../../operations/act.ts';
import { statesOfStreams } from './cursor.ts';

/** Lets the ingester tell as deleted what it holds back, and no more than was seen here. */
export async function confirmDeletions(
  options: GlobalOptions & { dryRun?: boolean; reason?: string },
  name: string,
): Promise<number> {
  const { dryRun = false, reason } = options;
  const configuration = readConfiguration(['erp'], options.config);
  const { config } = configuration;
  const stream = config.erp.streams[name];
  if (stream === undefined) throw unknownStream(name, Object.keys(config.erp.streams));
  const held = await withBus(configuration, async (bus) => {
    const { states } = await statesOfStreams(bus, config.instance);
    const count = states.find((state) => state.name === name)?.held ?? null;
    if (count === null) throw nothingHeld(name);
    if (dryRun) return count;
    const act = { action: 'streams.confirm', subject: `${count} deletions of the stream ${name}`, keys: [] };
    await recordAct(bus, options, { ...act, ...(reason !== undefined && { reason }) });
    const asked = askedAgain(stream.topic, allKeys, `cli ${actorOf(options)}`);
    await bus.publish(refresh, { value: { ...asked, reason: 'confirm', seen: String(count) } });
    return count;
  });
  if (options.json) printJson({ dryRun, stream: name, held });
  else
    printLine(
      `${dryRun ? 'would confirm' : 'confirmed'}: ${counted(held, 'record')} of ${name} told as deleted`,
    );
  return 0;
}

function unknownStream(name: string, known: string[]): Rejected {
  return new Rejected({
    code: 'streams.unknown',
    what: `There is no stream "${name}" in the configuration`,
    fix: known.length > 0 ? `Use one of ${known.join(', ')}` : 'Configure erp.streams',
  });
}

function nothingHeld(name: string): Rejected {
  return new Rejected({
    code: 'streams.nothing_held',
    what: `Of the stream ${name} no deletions are held`,
    fix: 'See `cartage streams list`',
  });
}
