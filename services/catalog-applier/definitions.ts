import { joinKey, splitKey } from '../../schemas/keys.ts';
import { labelled, optionOf, setNamed } from '../magento/attributes.ts';
import type { Attribute, Attributes, AttributeSet } from '../magento/attributes.ts';
import type { Clock } from '../platform/clock.ts';
import { Held, Rejected } from '../platform/errors.ts';
import { unfenced } from '../platform/fence.ts';
import { Serial } from '../platform/serial.ts';

/** Attributes are made and options added by people; what they did is in force within this time. */
const maxAgeMs = 600_000;
/** What is not there does not make us ask more often than this. */
const minAgeMs = 5_000;
/** In which another process takes away an option that it has made beside ours. */
const twinGoneMs = 5_000;

/** An attribute set with its attributes, as the shop defines them. */
export interface SetDefinition extends AttributeSet {
  attributes: ReadonlyMap<string, Attribute>;
}

interface Asked<Value> {
  value: Value;
  at: number;
}

/**
 * The shop's attribute sets, attributes and options: asked for when needed, kept for a while, and asked for again
 * when something is not there. One call tells a whole set.
 */
export class Definitions {
  readonly #shop: Attributes;
  readonly #clock: Pick<Clock, 'now' | 'wait'>;
  readonly #asking = new Serial();
  readonly #sets = new Map<number, Asked<SetDefinition>>();
  readonly #scopes = new Map<string, Asked<string | null>>();
  #names: Asked<AttributeSet[]> = { value: [], at: -Infinity };

  constructor(shop: Attributes, clock: Pick<Clock, 'now' | 'wait'>) {
    this.#shop = shop;
    this.#clock = clock;
  }

  /**
   * By name, else by id.
   * @param isLacking tells that something is missing in what is known, so that it is asked for once more
   * @throws Held when the shop has no such set
   */
  async set(
    nameOrId: string | number,
    isLacking: (set: SetDefinition) => boolean = () => false,
  ): Promise<SetDefinition> {
    const named =
      typeof nameOrId === 'number' ? { id: nameOrId, name: String(nameOrId) } : await this.#named(nameOrId);
    if (named === null) throw this.#setUnknown(String(nameOrId));
    // What is learnt serves all, and must not end with the lease of whoever asked first.
    return this.#asking.run(`set ${named.id}`, async () => {
      const known = this.#sets.get(named.id);
      const ageMs = this.#clock.now() - (known?.at ?? -Infinity);
      if (known !== undefined && ageMs < (isLacking(known.value) ? minAgeMs : maxAgeMs)) return known.value;
      const attributes = await unfenced(() => this.#shop.ofSet(named.id));
      const value = { ...named, attributes: new Map(attributes.map((one) => [one.code, one])) };
      this.#sets.set(named.id, { value, at: this.#clock.now() });
      return value;
    });
  }

  /** Of an attribute: `global`, `website` or `store`. */
  scopeOf(code: string): Promise<string | null> {
    return this.#asking.run(`scope ${code}`, async () => {
      const known = this.#scopes.get(code);
      if (known !== undefined && this.#clock.now() - known.at < maxAgeMs) return known.value;
      const value = await unfenced(() => this.#shop.scopeOf(code));
      this.#scopes.set(code, { value, at: this.#clock.now() });
      return value;
    });
  }

  /**
   * Adds an option, one at a time of an attribute: at the same instant Magento makes several of one label, and another
   * process may be at it just then (`#only`).
   * @param begin called right before each effect
   */
  addOption(setId: number, code: string, label: string, begin: () => void): Promise<string> {
    return this.#asking.run(`option ${code}`, async () => {
      const attribute = this.#sets.get(setId)?.value.attributes.get(code);
      const known = optionOf(attribute, label);
      if (known !== null) return known;
      begin();
      try {
        const made = await this.#shop.addOption(code, label);
        const value = await this.#only(code, label, made, begin);
        attribute?.options.push({ label, value });
        return value;
      } catch (error) {
        if (!(error instanceof Rejected)) throw error;
        // Refused, because somebody has added it meanwhile: an earlier try of ours whose answer was lost, for one.
        this.#sets.delete(setId);
        const { attributes } = await this.set(setId);
        const added = optionOf(attributes.get(code), label);
        if (added === null) throw error;
        return added;
      }
    });
  }

  /**
   * Of twins the one that was made first stays, and each process takes away what it has made itself, before any product
   * has it. Only where a twin is not gone after a while, its maker had looked before ours could be seen, and uses it:
   * then ours goes. So no lock and no topic is needed, and an option of somebody else is never touched; it costs one
   * question for each option that is made. What a process leaves that dies in between, `optionOf` settles for all: the first.
   */
  async #only(code: string, label: string, own: string, begin: () => void): Promise<string> {
    const look = async () => labelled(await unfenced(() => this.#shop.options(code)), label);
    let values = await look();
    if (values.length > 1 && values[0] === own) {
      await this.#clock.wait(twinGoneMs);
      values = await look();
    }
    const other = values.find((value) => value !== own);
    if (other === undefined) return own;
    begin();
    await this.#shop.removeOption(code, own);
    return other;
  }

  /** Of what held records wait for, by `waitsFor` of the faults of this folder: what is there now. */
  readonly awaited = {
    set: (names: readonly string[]) => this.#those(names, async (name) => (await this.#named(name)) !== null),
    attribute: (names: readonly string[]) =>
      this.#those(names, async (name) => {
        const [setId, code] = splitKey(name, 2) ?? [];
        const set = await this.set(Number(setId), ({ attributes }) => !attributes.has(code!));
        return set.attributes.has(code!);
      }),
    option: (names: readonly string[]) =>
      this.#those(names, async (name) => {
        const [setId, code, label] = splitKey(name, 3) ?? [];
        const isThere = ({ attributes }: SetDefinition) => optionOf(attributes.get(code!), label!) !== null;
        return isThere(await this.set(Number(setId), (set) => !isThere(set)));
      }),
  };

  async #those(
    names: readonly string[],
    isThere: (name: string) => Promise<boolean>,
  ): Promise<ReadonlySet<string>> {
    const found = new Set<string>();
    for (const name of names) if (await isThere(name)) found.add(name);
    return found;
  }

  async #named(nameOrId: string): Promise<AttributeSet | null> {
    return this.#asking.run('names', async () => {
      const find = () => setNamed(this.#names.value, nameOrId);
      const ageMs = this.#clock.now() - this.#names.at;
      if (ageMs >= maxAgeMs || (find() === null && ageMs >= minAgeMs))
        this.#names = { value: await unfenced(() => this.#shop.sets()), at: this.#clock.now() };
      return find();
    });
  }

  #setUnknown(name: string): Held {
    return new Held({
      code: 'product.attribute_set_unknown',
      what: `The shop has no attribute set ${name}`,
      why: `it has ${this.#names.value.map((set) => set.name).join(', ')}`,
      fix: 'Correct catalog.attributeSet or the column attribute_set, or make the set under Stores > Attributes; it is released by that',
      waitsFor: `set/${name}`,
    });
  }
}

export const optionName = (set: SetDefinition, code: string, label: string): string =>
  `option/${joinKey([String(set.id), code, label])}`;
