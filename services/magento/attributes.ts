import { z } from 'zod';
import { allReadable, searchAll } from './rest/list.ts';
import { nullIfAbsent } from './rest/answers.ts';
import type { Rest } from './rest/rest.ts';
import { integer, listOf, optionalFlag, optionalText, text } from './shapes.ts';

export interface AttributeOption {
  /** As the admin sees it. */
  label: string;
  /** What a product's value says. */
  value: string;
}

/** Magento's own definition of a product's attribute. */
export interface Attribute {
  id: number;
  code: string;
  /** As customers of the default store see it. */
  label: string;
  /** `text`, `textarea`, `select`, `multiselect`, `boolean`, `date`, `datetime`, `price`, `weight`, ...; null: none. */
  input: string | null;
  /** How the value is kept: `varchar` (255 characters), `text`, `int`, `decimal`, `datetime`, `static`. */
  backend: string;
  options: AttributeOption[];
  /** Its options are rows that may be added to; else code gives them. */
  takesOptions: boolean;
  /** Made by the shop, not by Magento. */
  isUserDefined: boolean;
  /** Product types that have it; empty: all. */
  types: readonly string[];
}

export interface AttributeSet {
  id: number;
  name: string;
}

export interface Attributes {
  sets(): Promise<AttributeSet[]>;
  /** Every attribute of a set with its options, labelled as in the admin. */
  ofSet(setId: number): Promise<Attribute[]>;
  /** `global`, `website` or `store`; null where it is not told. @throws Rejected when there is no such attribute */
  scopeOf(code: string): Promise<string | null>;
  /**
   * Adds an option and answers its value. A label that is there already is refused, whatever its letter case; at the
   * same instant several would be made, so the caller keeps one writer per attribute (FACTS section 7).
   */
  addOption(code: string, label: string): Promise<string>;
  /** Those of an attribute, labelled as in the admin. */
  options(code: string): Promise<AttributeOption[]>;
  /** One that is gone already is no error. */
  removeOption(code: string, value: string): Promise<void>;
}

const setRow = z.object({ attribute_set_id: integer, attribute_set_name: text });
/** Sources that are code may answer groups of options, or labels that are none: those are left out. */
const optionRow = z.object({ label: text, value: text }).nullable().catch(null);
const attributeRow = z.object({
  attribute_id: integer,
  attribute_code: text,
  default_frontend_label: optionalText,
  frontend_input: optionalText,
  backend_type: optionalText,
  source_model: optionalText,
  is_user_defined: optionalFlag,
  options: listOf(optionRow),
});
const appliedRow = z.object({ attribute_code: text, apply_to: listOf(text) });
/** Of options that are rows; an attribute without a source of its own has this one. */
const rowSource = 'Source\\Table';
const fields =
  'attribute_id,attribute_code,default_frontend_label,frontend_input,backend_type,source_model,is_user_defined,options';

export function createAttributes(rest: Rest): Attributes {
  return {
    async sets() {
      const search = { sort: [{ field: 'attribute_set_id', direction: 'ASC' as const }], pageSize: 100 };
      const path = ['products', 'attribute-sets', 'sets', 'list'];
      const found = await searchAll(rest, { path, search, item: setRow, id: 'attribute_set_id' });
      return allReadable(found, 'the attribute set').map((row) => ({
        id: row.attribute_set_id,
        name: row.attribute_set_name,
      }));
    },

    async ofSet(setId) {
      const [types, rows] = await Promise.all([
        typesOf(rest),
        rest.call({
          method: 'GET',
          path: ['products', 'attribute-sets', String(setId), 'attributes'],
          query: [['fields', fields]],
          // Labels of the admin: those of a store view are translations.
          scope: 'all',
          shape: listOf(attributeRow),
          route: 'GET products/attribute-sets/:id/attributes',
        }),
      ]);
      return rows.map((row) => attributeOf(row, types.get(row.attribute_code) ?? []));
    },

    async scopeOf(code) {
      const { scope } = await rest.call({
        method: 'GET',
        path: ['products', 'attributes', code],
        query: [['fields', 'scope']],
        shape: z.object({ scope: optionalText }),
        route: 'GET products/attributes/:code',
      });
      return scope;
    },

    addOption: (code, label) =>
      rest.call({
        method: 'POST',
        path: ['products', 'attributes', code, 'options'],
        body: { option: { label } },
        shape: text,
        route: 'POST products/attributes/:code/options',
      }),

    async options(code) {
      const rows = await rest.call({
        method: 'GET',
        path: ['products', 'attributes', code, 'options'],
        scope: 'all',
        shape: listOf(optionRow),
        route: 'GET products/attributes/:code/options',
      });
      return optionsIn(rows);
    },

    async removeOption(code, value) {
      const path = ['products', 'attributes', code, 'options', value];
      const route = 'DELETE products/attributes/:code/options/:id';
      await nullIfAbsent(rest.call({ method: 'DELETE', path, shape: z.unknown(), route }));
    },
  };
}

/** By attribute, for those that are not for all types: the attributes of a set come without (FACTS section 7). */
async function typesOf(rest: Rest): Promise<Map<string, string[]>> {
  const search = {
    groups: [[{ field: 'apply_to', value: '', condition: 'notnull' as const }]],
    sort: [{ field: 'attribute_id', direction: 'ASC' as const }],
    pageSize: 100,
    fields: 'items[attribute_code,apply_to],total_count',
  };
  const call = { path: ['products', 'attributes'], search, item: appliedRow, id: 'attribute_code' };
  const found = await searchAll(rest, call);
  const rows = allReadable(found, 'the attribute');
  return new Map(rows.map(({ attribute_code: code, apply_to: types }) => [code, types]));
}

function attributeOf(row: z.infer<typeof attributeRow>, types: readonly string[]): Attribute {
  const hasOptions = row.frontend_input === 'select' || row.frontend_input === 'multiselect';
  return {
    id: row.attribute_id,
    code: row.attribute_code,
    label: row.default_frontend_label ?? row.attribute_code,
    input: row.frontend_input,
    backend: row.backend_type ?? '',
    options: optionsIn(row.options),
    takesOptions: hasOptions && (row.source_model?.endsWith(rowSource) ?? row.is_user_defined),
    isUserDefined: row.is_user_defined,
    types,
  };
}

/** The first of the list has no value. */
function optionsIn(rows: readonly z.infer<typeof optionRow>[]): AttributeOption[] {
  return rows.filter((option): option is AttributeOption => option !== null && option.value !== '');
}

/** By label, in any letter case as Magento compares them, else by the option's own value. */
export function optionOf(attribute: Attribute | undefined, label: string): string | null {
  const options = attribute?.options ?? [];
  return labelled(options, label)[0] ?? options.find(({ value }) => value === label.trim())?.value ?? null;
}

/** Values of the options of a label, the one that was made first before any twin of it: Magento lists them in any order. */
export function labelled(options: readonly AttributeOption[], label: string): string[] {
  const folded = label.trim().toLowerCase();
  const found = options.filter((one) => one.label.trim().toLowerCase() === folded);
  return found.map(({ value }) => value).toSorted((left, right) => Number(left) - Number(right));
}

/** By its name, else by its id. */
export function setNamed(sets: readonly AttributeSet[], nameOrId: string): AttributeSet | null {
  return sets.find(({ name }) => name === nameOrId) ?? sets.find(({ id }) => String(id) === nameOrId) ?? null;
}
