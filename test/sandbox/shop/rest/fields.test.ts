import { describe, expect, it } from '@jest/globals';
import { parseFields, project } from './fields.ts';

const answer = {
  items: [
    { sku: 'A', price: 1, links: [{ id: 1, qty: 2 }], extension_attributes: {} },
    { sku: 'B', price: 2, links: [], extension_attributes: { x: 1 } },
  ],
  total_count: 2,
};

describe('fields', () => {
  it('keeps what is named, at any depth', () => {
    expect(project(answer, 'items[sku,links[qty]],total_count')).toEqual({
      items: [
        { sku: 'A', links: [{ qty: 2 }] },
        { sku: 'B', links: null },
      ],
      total_count: 2,
    });
  });

  it('drops unknown names and leaves out lists that are not named', () => {
    expect(project(answer, 'nope,total_count')).toEqual({ total_count: 2 });
  });

  it('answers null for an empty list and [] for an expression that it cannot read', () => {
    expect(project({ items: [], total_count: 0 }, 'items[sku],total_count')).toEqual({
      items: null,
      total_count: 0,
    });
    expect(project(answer, 'items[sku')).toEqual([]);
    expect(project(answer, 'items[sku]]')).toEqual([]);
    expect(parseFields('a.b')).toBeNull();
  });
});
