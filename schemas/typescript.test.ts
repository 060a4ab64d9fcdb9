import { describe, expect, it } from '@jest/globals';
import { typescriptOf } from './typescript.ts';

const file = (topic: string, schema: unknown) => ({ topic, text: JSON.stringify(schema) });
const record = (name: string, fields: unknown[]) => ({ type: 'record', name, fields });

describe('typescriptOf', () => {
  it('turns each kind of type into its TypeScript', () => {
    const text = typescriptOf([
      file(
        't',
        record('Thing', [
          { name: 'a', type: 'long', doc: 'A count.' },
          { name: 'b', type: ['null', 'string'] },
          { name: 'c', type: { type: 'array', items: ['null', 'string'] } },
          { name: 'd', type: { type: 'map', values: 'boolean' } },
          { name: 'e', type: { type: 'long', logicalType: 'timestamp-millis' } },
          { name: 'f', type: 'bytes' },
          { name: 'g', type: record('Part', [{ name: 'x', type: 'string' }]) },
          { name: 'h', type: ['null', 'Part'] },
        ]),
      ),
    ]);
    for (const line of [
      '  /** A count. */\n  a: number;',
      '  b: string | null;',
      '  c: (string | null)[];',
      '  d: Record<string, boolean>;',
      '  e: number;',
      '  f: Buffer;',
      '  g: Part;',
      '  h: Part | null;',
      'export interface Part {\n  x: string;\n}',
    ])
      expect(text).toContain(line);
  });

  it('writes a record that two contracts share once, and refuses one of two shapes', () => {
    const shared = record('Version', [{ name: 'epoch', type: 'long' }]);
    const one = file('one', record('One', [{ name: 'version', type: shared }]));
    const two = file('two', record('Two', [{ name: 'version', type: shared }]));
    expect(typescriptOf([one, two]).match(/interface Version/g)).toHaveLength(1);
    const other = record('Version', [{ name: 'epoch', type: 'string' }]);
    expect(() => typescriptOf([one, file('three', record('Three', [{ name: 'v', type: other }]))])).toThrow(
      'three: record Version has another shape in another contract',
    );
  });
});
