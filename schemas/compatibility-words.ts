/** What an incompatibility means, in a sentence for the person who changed the contract. */
import { lastName } from './avro.ts';
import type { AvroSchema } from './avro.ts';
import type { Flaw } from './resolution.ts';

/** forward: a reader of an earlier version meets a record of this one. backward: the other way round. */
export type Direction = 'forward' | 'backward';

const cannotRead: Record<Direction, string> = {
  forward: 'readers of {versions} cannot read records of this version',
  backward: 'readers of this version cannot read records of {versions}',
};

/** `{versions}` stands where the earlier versions are to be named. */
export function wordsOf(flaw: Flaw, direction: Direction, nameOf: (schema: AvroSchema) => string): string {
  const forward = direction === 'forward';
  const subject = flaw.path === '' ? 'the record' : `field \`${flaw.path}\``;
  /** From what it was to what it is, whichever of them is the reader. */
  const change = (reader: string, writer: string) =>
    forward ? `from ${reader} to ${writer}` : `from ${writer} to ${reader}`;
  switch (flaw.kind) {
    case 'field-missing':
      return forward
        ? `${subject} was removed; readers of {versions} need it`
        : `${subject} was added without a default: ${cannotRead.backward}`;
    case 'field-ambiguous':
      return `${subject} has aliases for several fields (${flaw.names.join(', ')}): ${cannotRead[direction]}`;
    case 'type':
      return `${subject} changed ${change(nameOf(flaw.reader), nameOf(flaw.writer))}: ${cannotRead[direction]}`;
    case 'branch':
      return forward
        ? `${subject} may now be ${nameOf(flaw.branch)}; readers of {versions} expect ${nameOf(flaw.reader)}`
        : `${subject} may no longer be ${nameOf(flaw.branch)}, which records of {versions} may hold`;
    case 'name':
      return `${subject} changed its type's name ${change(lastName(flaw.reader), lastName(flaw.writer))}: ${cannotRead[direction]}`;
    case 'symbols':
      return forward
        ? `${subject} has new symbols (${flaw.symbols.join(', ')}) that readers of {versions} do not know`
        : `${subject} lost symbols (${flaw.symbols.join(', ')}) that records of {versions} may hold`;
    default:
      return `${subject} changed its meaning ${change(flaw.reader, flaw.writer)}: a reader of either version would take a value of the other for its own (seen against {versions})`;
  }
}
