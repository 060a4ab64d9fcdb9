import { outcomes, parked, refresh, stock } from '../../schemas/topics.ts';
import type { Outcome, Parked, Refresh, Stock } from '../../schemas/types.ts';
import type { Bus } from '../../services/platform/kafka/types.ts';

/** What Cartage's processes say on their own topics, as it comes. */
export interface Witness {
  outcomes: Outcome[];
  /** By key; what was settled is gone. */
  parked: Map<string, Parked>;
  requests: Refresh[];
  /** The newest record of each key of erp.stock. */
  stock: Map<string, Stock>;
  /** Parked records whose cause has this code. */
  parkedFor(code: string): Parked[];
}

export async function openWitness(bus: Bus): Promise<Witness> {
  const witness: Witness = {
    outcomes: [],
    parked: new Map(),
    requests: [],
    stock: new Map(),
    parkedFor: (code) => [...witness.parked.values()].filter((record) => record.code === code),
  };
  const readings = await Promise.all([
    bus.readAll(outcomes, {
      onRecord: ({ value }) => {
        if (value) witness.outcomes.push(value);
      },
    }),
    bus.readAll(parked, {
      onRecord: ({ key, value }) => {
        if (value === null) witness.parked.delete(key);
        else witness.parked.set(key, value);
      },
    }),
    bus.readAll(refresh, {
      onRecord: ({ value }) => {
        if (value) witness.requests.push(value);
      },
    }),
    bus.readAll(stock, {
      onRecord: ({ key, value }) => {
        if (value) witness.stock.set(key, value);
      },
    }),
  ]);
  await Promise.all(readings.map((reading) => reading.caughtUp));
  return witness;
}
