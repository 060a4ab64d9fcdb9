import type { Product } from '../../../schemas/types.ts';

/** A simple product of which the ERP says as little as it may. */
export const productOf = (sku: string, changes: Partial<Product> = {}): Product => ({
  occurredAt: null,
  version: { epoch: 1, number: 1 },
  sourceKey: '{}',
  deleted: false,
  twin: null,
  sku,
  kind: 'simple',
  name: 'Chair',
  description: null,
  weight: null,
  enabled: true,
  taxClass: null,
  visibility: null,
  attributeSet: null,
  attributes: {},
  websites: null,
  categories: null,
  variesBy: [],
  children: null,
  images: null,
  ...changes,
});
