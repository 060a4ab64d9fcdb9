/**
 * A member of a group as a process of its own, to be killed or put to sleep by a test. Told by one line of JSON as its
 * first argument; says what happens as lines of JSON on standard output, and does what it is told on standard input.
 */
import { createInterface } from 'node:readline';
import { stock } from '../../schemas/topics.ts';
import type { Lease } from '../../services/platform/kafka/types.ts';
import { connectKafka } from '../../services/platform/kafka/connect.ts';
import { contracts, untyped } from './support.ts';

export interface MemberOrders {
  topic: string;
  group: string;
  brokers: string[];
  registryUrl: string;
  sessionTimeoutMs: number;
}

export type MemberNews =
  | { said: 'open'; partition: number; start: number; claimed: number; clean: boolean }
  | { said: 'received'; partition: number; offsets: number[] }
  | { said: 'claimed'; partition: number; offset: number }
  | { said: 'closed'; partition: number; lost: boolean }
  | { said: 'held'; held: boolean[]; claim: string[] };

const orders = JSON.parse(process.argv[2]!) as MemberOrders;
const say = (news: MemberNews) => process.stdout.write(`${JSON.stringify(news)}\n`);
const quiet = { info: () => undefined, warn: () => undefined, error: console.error };
const leases: Lease[] = [];

const bus = connectKafka(
  {
    brokers: orders.brokers,
    clientId: 'member',
    registry: { url: orders.registryUrl },
    source: 'cartage/test/member',
    log: quiet,
  },
  contracts,
);

/** Claims everything it reads and finishes nothing: all of it is in flight for ever. */
await bus.subscribe({
  contracts: untyped({ ...stock, topic: orders.topic }),
  group: orders.group,
  sessionTimeoutMs: orders.sessionTimeoutMs,
  open(lease) {
    const { partition, start, claimed, clean } = lease;
    leases.push(lease);
    say({ said: 'open', partition, start, claimed, clean });
    return {
      receive(records) {
        const offsets = records.map((record) => record.offset);
        say({ said: 'received', partition, offsets });
        const offset = offsets.at(-1)!;
        lease.claim(offset).then(
          () => say({ said: 'claimed', partition, offset }),
          () => undefined,
        );
      },
      full: () => false,
      async close(lost) {
        say({ said: 'closed', partition, lost });
        return true;
      },
    };
  },
});

createInterface(process.stdin).on('line', (line) => {
  if (line === 'held?') void tellHeld();
  if (line === 'stop') void bus.close().then(() => process.exit(0));
});

async function tellHeld(): Promise<void> {
  // Of the first leases, at once: the very question a flow asks before an effect.
  const asked = leases.slice();
  const held = asked.map((lease) => lease.isCurrent());
  const claim = await Promise.all(
    asked.map((lease) =>
      lease.claim(lease.start + 1_000).then(
        () => 'claimed',
        (error: Error) => error.name,
      ),
    ),
  );
  say({ said: 'held', held, claim });
}
