/**
 * What a contract must not hold, because no later version could mend it: readers of every version ever published go on
 * reading. Compatibility with the versions of before is another matter, see compatibility.ts.
 */
import { lastName, nameOf, parseAvro } from './avro.ts';
import type { AvroField, AvroSchema } from './avro.ts';

/** In words, with what to write instead; empty when the contract keeps them all. */
export function ruleProblems(text: string): string[] {
  return partsOf(parseAvro(text)).flatMap((part) => {
    const name = 'name' in part ? lastName(part.name) : '';
    if (part.kind === 'enum')
      return [
        `\`${name}\` is an enumeration, which can never be widened: write a string, and its values in the doc`,
      ];
    if (part.kind !== 'record') return [];
    return [
      ...(isSaid(part.doc) ? [] : [`record \`${name}\` has no doc: say what one is`]),
      ...part.fields.flatMap((field) =>
        fieldProblems(field).map((problem) => `field \`${name}.${field.name}\` ${problem}`),
      ),
    ];
  });
}

function fieldProblems({ type, doc, hasDefault, default: given }: AvroField): string[] {
  const problems = isSaid(doc) ? [] : ['has no doc: say what it is, with its unit and source'];
  if (isFloat(type))
    problems.push('is a floating-point number: write a long of minor units, or a decimal as a string');
  if (type.kind !== 'union') return problems;
  if (!isNullOrOne(type))
    return [...problems, `is ${nameOf(type)}: of unions only ["null", X] can be read for ever`];
  if (!hasDefault || given !== null) problems.push('may be null: give it "default": null');
  return problems;
}

const isSaid = (doc: string | null) => (doc ?? '').trim().length >= 4;

const isNullOrOne = ({ branches: [first, ...others] }: { branches: readonly AvroSchema[] }) =>
  first?.kind === 'primitive' && first.name === 'null' && others.length === 1;

function isFloat(type: AvroSchema): boolean {
  if (type.kind === 'union') return type.branches.some(isFloat);
  if (type.kind === 'array') return isFloat(type.items);
  if (type.kind === 'map') return isFloat(type.values);
  return type.kind === 'primitive' && (type.name === 'float' || type.name === 'double');
}

/** The schema and all that it holds, each once. */
export function partsOf(schema: AvroSchema, found = new Set<AvroSchema>()): AvroSchema[] {
  if (found.has(schema)) return [...found];
  found.add(schema);
  const inner =
    schema.kind === 'array'
      ? [schema.items]
      : schema.kind === 'map'
        ? [schema.values]
        : schema.kind === 'union'
          ? schema.branches
          : schema.kind === 'record'
            ? schema.fields.map(({ type }) => type)
            : [];
  for (const part of inner) partsOf(part, found);
  return [...found];
}
