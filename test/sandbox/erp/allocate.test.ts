import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { allocate } from './allocate.ts';

const free = (productId: number, ...quantities: bigint[]) =>
  quantities.map((quantity, index) => ({ productId, warehouseId: index + 1, quantity }));

describe('allocate', () => {
  it('prefers one warehouse that has everything to the first that has something', () => {
    const wanted = [
      { lineId: 1, productId: 7, quantity: 5n },
      { lineId: 2, productId: 8, quantity: 1n },
    ];
    expect(allocate(wanted, [...free(7, 5n, 9n), ...free(8, 0n, 1n)])).toEqual([
      { lineId: 1, warehouseId: 2, quantity: 5n, reserved: true },
      { lineId: 2, warehouseId: 2, quantity: 1n, reserved: true },
    ]);
  });

  it('lets what nobody has wait at the first warehouse', () => {
    expect(allocate([{ lineId: 1, productId: 7, quantity: 5n }], free(7, 2n, 1n))).toEqual([
      { lineId: 1, warehouseId: 1, quantity: 2n, reserved: true },
      { lineId: 1, warehouseId: 2, quantity: 1n, reserved: true },
      { lineId: 1, warehouseId: 1, quantity: 2n, reserved: false },
    ]);
  });

  it('never promises more than is free, and always plans exactly what was wanted', () => {
    const quantity = fc.bigInt(-3n, 9n);
    const lines = fc.array(
      fc.record({ productId: fc.integer({ min: 1, max: 2 }), quantity: fc.bigInt(1n, 9n) }),
      {
        minLength: 1,
        maxLength: 4,
      },
    );
    fc.assert(
      fc.property(lines, fc.tuple(quantity, quantity, quantity, quantity), (some, [a, b, c, d]) => {
        const wanted = some.map((line, index) => ({ lineId: index, ...line }));
        const stock = [...free(1, a, b), ...free(2, c, d)];
        const allotments = allocate(wanted, stock);
        for (const line of wanted) {
          const own = allotments.filter((one) => one.lineId === line.lineId);
          expect(own.reduce((sum, one) => sum + one.quantity, 0n)).toBe(line.quantity);
        }
        for (const place of stock) {
          const taken = allotments.filter(
            (one) =>
              one.reserved &&
              one.warehouseId === place.warehouseId &&
              wanted[one.lineId]?.productId === place.productId,
          );
          const sum = taken.reduce((total, one) => total + one.quantity, 0n);
          expect(sum <= (place.quantity > 0n ? place.quantity : 0n)).toBe(true);
        }
      }),
      { seed: 20_260_102, numRuns: 300 },
    );
  });
});
