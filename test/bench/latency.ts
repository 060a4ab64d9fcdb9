import type { Contract } from '../../schemas/topics.ts';
import type { Stack } from '../journeys/stack.ts';
import { openLine } from './line.ts';
import { kinds } from './latency-kinds.ts';
import type { Kind, Measured } from './latency-kinds.ts';
import { openPeer } from './peer.ts';
import type { Peer } from './peer.ts';
import { percentile } from './study.ts';
import type { Figures, Study } from './study.ts';

const events = 220;
/** Changes of one key that come together are one event, so a few may be missing. */
const fewestEvents = 200;
/** Sent first at the same pace and not counted. */
const warmUpEvents = 40;
const perSecond = 10;

/** How long one event takes through the whole line while little goes on. */
export const latency: Study = {
  name: 'latency',
  about: `milliseconds per event through all processes, ${events} of each kind at ${perSecond}/s after ${warmUpEvents} to warm up; peer: kafkajs alone, send to eachMessage, same size and pace, in turns`,
  async run(say) {
    const line = await openLine(say);
    try {
      const peer = await openPeer(line.stack.kafka.bootstrap);
      try {
        return await measureAll(line.stack, peer, say);
      } finally {
        await peer.close();
      }
    } finally {
      await line.close();
    }
  },
};

async function measureAll(stack: Stack, peer: Peer, say: (text: string) => void): Promise<Figures> {
  await peer.latenciesMs(warmUpEvents, perSecond, 1000);
  const rows: Figures['rows'] = [];
  for (const kind of kinds) {
    say(`${kind.name}: ${warmUpEvents + events} events`);
    const measured = await kind.measure(stack, { warmUpEvents, events, perSecond });
    if (measured.length < fewestEvents)
      throw new Error(`${kind.name}: only ${measured.length} of ${events} events can be told apart`);
    const bytes = await recordBytes(stack, kind.contract);
    say(`${kind.name}: bare Kafka, ${events} records of ${bytes} bytes`);
    rows.push(rowOf(kind, measured, await peer.latenciesMs(events, perSecond, bytes), bytes));
  }
  return { rows, notes };
}

const notes = [
  'Orders: from the save in the shop, whose webhook leaves 5 ms later, to the answer of the commit in the ERP.',
  'Others: from the commit time in the ERP’s log (whole milliseconds) to the write in the shop, by its journal.',
  'On topic: of the same events, until the record was published. Shop and ERP run beside the load in one process.',
];

function rowOf(kind: Kind, measured: Measured[], bare: number[], bytes: number): Figures['rows'][number] {
  const whole = measured.map(({ tookMs }) => tookMs);
  const toTopic = measured.map(({ toTopicMs }) => toTopicMs);
  const at = (values: number[], share: number) => Number(percentile(values, share).toFixed(1));
  return {
    hop: kind.name,
    events: measured.length,
    'p50 ms': at(whole, 0.5),
    'p95 ms': at(whole, 0.95),
    'p99 ms': at(whole, 0.99),
    'on topic p50 ms': at(toTopic, 0.5),
    'on topic p95 ms': at(toTopic, 0.95),
    'record bytes': bytes,
    'bare p50 ms': at(bare, 0.5),
    'bare p95 ms': at(bare, 0.95),
    'bare p99 ms': at(bare, 0.99),
    'p50 less bare': Number((at(whole, 0.5) - at(bare, 0.5)).toFixed(1)),
  };
}

/** Of the newest record of a topic. */
async function recordBytes(stack: Stack, contract: Contract<never>): Promise<number> {
  let bytes = 0;
  const reading = await stack.bus.readAll(contract, {
    onRecord: ({ sizeBytes }) => void (bytes = sizeBytes),
  });
  await reading.caughtUp;
  await reading.stop();
  return bytes;
}
