import {
  appliesTo,
  codeOfId,
  hasRows,
  idOf,
  inputOf,
  isInSet,
  LISTED_ATTRIBUTES,
  labelOf,
  optionsOf,
  renderAttribute,
  SETS,
  USER_DEFINED_CODES,
} from '../catalog/attribute-definitions.ts';
import { ATTRIBUTES, attributeOf } from '../catalog/attributes.ts';
import { withoutEmoji } from '../catalog/custom-attributes.ts';
import type { Call, Route } from '../rest/call.ts';
import { badRequest, notFound, notSupported, required } from '../rest/errors.ts';
import { membersOf } from '../rest/input.ts';
import { asText, isObject } from '../rest/json.ts';
import type { Json } from '../rest/json.ts';
import { parseCriteria } from '../search/criteria.ts';
import { listAnswer, search } from '../search/search.ts';

const ATTRIBUTE = 'Magento_Catalog::attributes_attributes';
const SET = 'Magento_Catalog::sets';
const INPUTS = new Set(
  'text textarea texteditor pagebuilder date datetime boolean multiselect select price media_image'.split(
    ' ',
  ),
);

/** Attribute sets, attributes and their options (FACTS section 7). */
export const attributeRoutes: Route[] = [
  { method: 'GET', path: '/V1/products/attribute-sets/sets/list', resource: SET, handle: listSets },
  { method: 'GET', path: '/V1/products/attribute-sets/:id/attributes', resource: SET, handle: ofSet },
  { method: 'POST', path: '/V1/products/attribute-sets', resource: SET, handle: addSet },
  { method: 'GET', path: '/V1/products/attributes', resource: ATTRIBUTE, handle: list },
  { method: 'POST', path: '/V1/products/attributes', resource: ATTRIBUTE, handle: addAttribute },
  { method: 'GET', path: '/V1/products/attributes/:code', resource: ATTRIBUTE, handle: getOne },
  { method: 'GET', path: '/V1/products/attributes/:code/options', resource: ATTRIBUTE, handle: listOptions },
  { method: 'POST', path: '/V1/products/attributes/:code/options', resource: ATTRIBUTE, handle: addOption },
  {
    method: 'PUT',
    path: '/V1/products/attributes/:code/options/:id',
    resource: ATTRIBUTE,
    handle: renameOption,
  },
  {
    method: 'DELETE',
    path: '/V1/products/attributes/:code/options/:id',
    resource: ATTRIBUTE,
    handle: removeOption,
  },
];

function listSets({ query }: Call): Json {
  const found = search(SETS, parseCriteria(query), {
    knows: (field) => field in SETS[0]!,
    unknownField: (field) => badRequest('Invalid field: %1', [field]),
    column: (set, field) => set[field as keyof (typeof SETS)[number]],
  });
  return listAnswer(found, parseCriteria(query), (set) => ({ ...set }));
}

function ofSet({ shop, params, storeId }: Call): Json {
  const id = Number(params['id']);
  if (!SETS.some((set) => set.attribute_set_id === id))
    throw notFound('No such entity with %fieldName = %fieldValue', {
      fieldName: 'attributeSetId',
      fieldValue: id,
    });
  return LISTED_ATTRIBUTES.filter(({ code }) => isInSet(code, id)).map(({ code }) =>
    renderAttribute(shop.db, code, storeId, true),
  );
}

function addSet({ body }: Call): Json {
  const given = membersOf(body['attributeSet']);
  if (body['skeletonId'] === undefined) throw required('skeletonId');
  const name = asText(given['attribute_set_name']);
  throw badRequest(`A "${name}" attribute set name already exists. Create a new name and try again.`);
}

function list({ shop, query, storeId }: Call): Json {
  const criteria = parseCriteria(query);
  const codes = [
    ...new Set([...LISTED_ATTRIBUTES, ...ATTRIBUTES].map(({ code }) => code)),
    // In the order of their ids.
  ].toSorted((left, right) => idOf(left) - idOf(right));
  const found = search(codes, criteria, {
    knows: () => true,
    unknownField: (field) => notSupported(field),
    column: (code, field) => {
      if (field === 'is_user_defined') return USER_DEFINED_CODES.includes(code) ? 1 : 0;
      if (field === 'apply_to') return appliesTo(code)?.join(',') ?? null;
      return field === 'attribute_id' ? idOf(code) : code;
    },
  });
  return listAnswer(found, criteria, (code) => renderAttribute(shop.db, code, storeId));
}

function addAttribute({ body }: Call): Json {
  const given = membersOf(body['attribute']);
  const code = asText(given['attribute_code']);
  const input = asText(given['frontend_input']);
  const invalid = (fieldName: string, value: string) =>
    badRequest('Invalid value of "%value" provided for the %fieldName field.', { fieldName, value });
  if (!/^[a-z][a-z0-9_]*$/.test(code)) throw invalid('attribute_code', code);
  if (!INPUTS.has(input)) throw invalid('frontend_input', input);
  throw badRequest('%1 already exists.', ['Attribute with the same code']);
}

function getOne(call: Call): Json {
  return renderAttribute(call.shop.db, codeIn(call), call.storeId);
}

function codeIn({ params }: Call): string {
  const given = params['code'] ?? '';
  const code = codeOfId(given) ?? given;
  if (attributeOf(code) !== undefined || inputOf(code) !== null) return code;
  throw notFound(
    'The attribute with a "%1" attributeCode doesn\'t exist. Verify the attribute and try again.',
    [given],
  );
}

function listOptions(call: Call): Json {
  return optionsOf(call.shop.db, codeIn(call), call.storeId);
}

function addOption(call: Call): Json {
  const { db } = call.shop;
  const code = codeIn(call);
  const given = membersOf(call.body['option']);
  const label = withoutEmoji(asText(given['label']).trim());
  if (!hasRows(code)) throw badRequest('The "%1" attribute doesn\'t work with options.', [code]);
  if (label === '') throw badRequest('The attribute option label is empty. Enter the value and try again.');
  const folded = label.toLowerCase();
  if (db.options.all().some((row) => row.attribute_code === code && row.label.toLowerCase() === folded))
    throw badRequest('Admin store attribute option label "%1" is already exists.', [label]);
  const labels = Array.isArray(given['store_labels']) ? given['store_labels'].filter(isObject) : [];
  const id = db.next('option');
  db.options.save({
    id,
    attribute_code: code,
    label,
    sort_order: Number(given['sort_order'] ?? 0),
    store_labels: Object.fromEntries(labels.map((one) => [asText(one['store_id']), asText(one['label'])])),
  });
  call.note('attribute_option', `${code}/${id}`, { label, attribute: labelOf(code) });
  return String(id);
}

function optionIn(call: Call) {
  const code = codeIn(call);
  const id = call.params['id'] ?? '';
  const row = call.shop.db.options.get(id);
  if (row !== undefined && row.attribute_code === code) return row;
  throw notFound('The "%1" attribute doesn\'t include an option with "%2" ID.', [code, id]);
}

function renameOption(call: Call): Json {
  const row = optionIn(call);
  row.label = asText(membersOf(call.body['option'])['label']);
  call.shop.db.options.save(row);
  return true;
}

function removeOption(call: Call): Json {
  call.shop.db.options.remove(optionIn(call));
  return true;
}
