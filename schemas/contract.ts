/** What a row of the table of topics says. */
/** `state`: the newest record of a key is all that counts. `document`: every record counts, in order. */
export type ContractKind = 'state' | 'document';

export interface Contract<Value> {
  topic: string;
  kind: ContractKind;
  /** Key of a record on the topic; never personal data. */
  key: (value: Value) => string;
  /** The document a record speaks of, where one key carries several. */
  document?: (value: Value) => string;
  /** What the key is made of, in words. */
  keyParts: string;
  description: string;
  partitions: number;
  /** `compacted`: the newest record of each key is kept for ever. */
  retentionMs: number | 'compacted';
  owner: string;
  writers: string[];
  readers: string[];
  personalData: boolean;
  /** Carries the type through the table; never set. */
  readonly value?: Value;
}

export function contract<Value>(row: Omit<Contract<Value>, 'partitions' | 'value'>): Contract<Value> {
  return { partitions: 6, ...row };
}
