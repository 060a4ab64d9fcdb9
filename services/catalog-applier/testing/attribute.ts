import type { Attribute } from '../../magento/attributes.ts';

/** One of the shop, whose options count from 0. */
export function attributeOf(code: string, input: string, backend: string, labels: string[] = []): Attribute {
  const options = labels.map((label, index) => ({ label, value: String(index) }));
  const takesOptions = /select/.test(input) && code !== 'tax_class_id';
  return { id: 1, code, label: code, input, backend, options, takesOptions, isUserDefined: true, types: [] };
}
