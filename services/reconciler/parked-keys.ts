import { parked } from '../../schemas/topics.ts';
import type { Parked } from '../../schemas/types.ts';
import { BoundedMap } from '../platform/bounded-map.ts';
import { processIn } from '../platform/groups.ts';
import type { Bus, ReadAll } from '../platform/kafka/types.ts';
import type { Fact } from './compare/comparer.ts';

/** About 40 MB. */
const keptMax = 200_000;

type Brief = Pick<Parked, 'waitsFor'>;

/** Which keys are parked, and whether a line of the configuration is what they wait for. */
export class ParkedKeys {
  readonly #instance: string;
  /** By topic and key. */
  readonly #keys = new BoundedMap<string, Brief>(keptMax);
  /** Key on `cartage.parked` to those. */
  readonly #names = new BoundedMap<string, string>(keptMax);
  #reading: ReadAll | null = null;

  constructor(instance: string) {
    this.#instance = instance;
  }

  async follow(bus: Pick<Bus, 'readAll'>): Promise<void> {
    this.#reading = await bus.readAll(parked, {
      onRecord: ({ key, value }) => this.#note(key, value),
      onRecreated: () => this.#names.clear(),
    });
    await this.#reading.caughtUp;
  }

  async stop(): Promise<void> {
    await this.#reading?.stop();
  }

  factsOf(topic: string, key: string): readonly Fact[] {
    const found = this.#keys.get(nameOf(topic, key));
    if (found === undefined) return [];
    return found.waitsFor?.startsWith('configuration/') ? ['unmapped', 'parked'] : ['parked'];
  }

  #note(name: string, value: Parked | null): void {
    const known = this.#names.get(name);
    if (known !== undefined) this.#keys.delete(known);
    this.#names.delete(name);
    if (value?.key == null || processIn(this.#instance, value.group) === null) return;
    const { topic, key, waitsFor } = value;
    this.#names.set(name, nameOf(topic, key));
    this.#keys.set(nameOf(topic, key), { waitsFor });
  }
}

const nameOf = (topic: string, key: string) => `${topic} ${key}`;
