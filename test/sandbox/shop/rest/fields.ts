import type { Json, JsonObject } from './json.ts';
import { isObject } from './json.ts';

/** `items[sku],total_count` as a tree; `true` means the whole member. */
export interface FieldTree {
  [name: string]: FieldTree | true;
}

/**
 * Projects an answer by the `fields` parameter with Magento's silent habits (FACTS section 3): unknown names
 * are dropped, a list without elements becomes `null`, an unreadable expression makes the whole answer `[]`.
 */
export function project(answer: Json, fields: string): Json {
  const tree = parseFields(fields);
  if (tree === null) return [];
  return apply(answer, tree);
}

function apply(value: Json, tree: FieldTree): Json {
  if (Array.isArray(value)) {
    if (value.length === 0) return null;
    return value.map((element) => (isObject(element) ? intersect(element, tree) : element));
  }
  if (!isObject(value)) return value;
  return Object.values(value).every((member) => member === undefined) ? null : intersect(value, tree);
}

function intersect(value: JsonObject, tree: FieldTree): JsonObject {
  const result: JsonObject = {};
  for (const [name, member] of Object.entries(value)) {
    const branch = Object.hasOwn(tree, name) ? tree[name] : undefined;
    if (branch === undefined || member === undefined) continue;
    result[name] =
      branch !== true && typeof member === 'object' && member !== null ? apply(member, branch) : member;
  }
  return result;
}

/** Returns null when the expression has foreign characters or unbalanced brackets. */
export function parseFields(expression: string): FieldTree | null {
  if (expression === '' || /[^\w[\],]/.test(expression)) return null;
  const stack: FieldTree[] = [{}];
  let last: { owner: FieldTree; name: string } | null = null;
  for (const token of expression.match(/\w+|[[\],]/g) ?? []) {
    const current = stack.at(-1);
    if (current === undefined) return null;
    if (token === '[') {
      if (last === null) return null;
      const child: FieldTree = {};
      last.owner[last.name] = child;
      stack.push(child);
      last = null;
    } else if (token === ']') {
      stack.pop();
      last = null;
    } else if (token !== ',') {
      current[token] = true;
      last = { owner: current, name: token };
    }
  }
  return stack.length === 1 ? (stack[0] ?? null) : null;
}
