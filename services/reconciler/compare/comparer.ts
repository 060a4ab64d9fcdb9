import type { Contract } from '../../../schemas/topics.ts';
import type { ComparedKind } from '../../platform/config/sections/reconcile.ts';
import type { Received } from '../../platform/kafka/types.ts';
import type { Newest } from '../../platform/newest-states.ts';

/** An amount, in minor units. */
export interface Money {
  minor: number;
  digits: number;
  currency: string;
}

/** One field that is not as wanted. Null: that side has nothing, or it would be personal data. */
export interface Unlike {
  field: string;
  wanted: string | null;
  found: string | null;
  /** What is at risk. */
  money?: Money | null;
  /** Of the table of causes: what is known beside what is seen. */
  facts?: readonly Fact[];
}

/** What the table of causes may ask for. */
export type Fact =
  'parked' | 'unmapped' | 'inexact' | 'missing' | 'surplus' | 'feed old' | 'applied once' | 'shop' | 'erp';

/** How one kind is compared: what a topic wants of the other side, a few keys at a time. */
export interface Comparer<Value, Item> {
  kind: ComparedKind;
  /** The side that is compared with the topic. */
  side: 'shop' | 'erp';
  contract: Contract<Value>;
  /** Process, or `process.part`, that brings the topic's records to that side. */
  reader: string;
  /** Held in memory at once. */
  keysMax: number;
  keysPerQuestion: number;
  /** Null, or throws: nothing is said of the key. */
  itemOf: (value: Value, record: Received<Value>) => Item | null;
  /** Left out: the record's key. */
  idOf?: (record: Received<Value>) => string;
  /** What may not be asked for together is asked apart. Left out: all may. */
  apartBy?: (item: Item) => string;
  /** Fields of one item begin with it, where a key carries several. */
  prefixOf?: (item: Item) => string;
  /** UTC milliseconds; null where it is not known. */
  changedAt: (item: Item) => number | null;
  /** What differs, by entry: empty where nothing does. Of what is left out nothing is said. */
  compare: (entries: readonly Newest<Item>[]) => Promise<Map<Newest<Item>, readonly Unlike[]>>;
}
