/**
 * Real: deploy/config/cartage.yaml, the schema of the configuration, the loader. Asserted: that page is complete,
 * it loads, and what it says of defaults is true.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { isMap, isScalar, isSeq, parse, parseDocument, stringify } from 'yaml';
import type { Node, Pair } from 'yaml';
import { projectFolder } from '../../deploy/local/install/places.mjs';
import { loadConfig } from '../../services/platform/config/load.ts';
import { configSchema } from '../../services/platform/config/schema.ts';
import type { SectionName } from '../../services/platform/config/schema.ts';
import { exampleVariables } from './example-variables.ts';
import { required, settingsOf } from './settings.ts';

const file = join(projectFolder, 'deploy/config/cartage.yaml');
const text = readFileSync(file, 'utf8');
const sections = Object.keys(configSchema.shape) as SectionName[];
const folder = mkdtempSync(join(tmpdir(), 'cartage-settings-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('cartage.yaml', () => {
  it('loads, all sections of it, with variables for what is secret', () => {
    const config = loadConfig(file, sections, exampleVariables);
    expect(config.magento.credentials.consumerKey).toBe(exampleVariables.MAGENTO_CONSUMER_KEY);
    expect(Object.keys(config.erp.streams)).toEqual(['stock', 'products', 'prices', 'fulfilments']);
  });

  it('mentions every field that the schema knows', () => {
    const missing = settingsOf(configSchema)
      .map(({ path }) => path)
      .filter((path) => !isOfRecipe(path) && !isOfSource(path) && !isMentioned(path))
      .map((path) => path.join('.'));
    expect(missing).toEqual([]);
  });

  it('leaves the fields of a recipe to the guide that explains them', () => {
    const guide = readFileSync(join(projectFolder, 'deploy/RECIPES.md'), 'utf8');
    const names = settingsOf(configSchema)
      .filter(({ path }) => isOfRecipe(path) && path.at(-1) !== '*')
      .map(({ path }) => path.at(-1)!);
    expect(names.length).toBeGreaterThan(40);
    const silent = names.filter((name) => !new RegExp(String.raw`\`(\w+\.)?${name}\``).test(guide));
    expect([...new Set(silent)]).toEqual([]);
  });

  it('leaves the fields of the sources to theirs, and those of calls to that of recipes', () => {
    const guides = ['SOURCES', 'RECIPES'].map((name) =>
      readFileSync(join(projectFolder, `deploy/${name}.md`), 'utf8'),
    );
    const names = settingsOf(configSchema)
      .filter(({ path }) => isOfSource(path) && path.at(-1) !== '*')
      .map(({ path }) => path.at(-1)!);
    expect(names.length).toBeGreaterThan(40);
    const silent = names.filter(
      (name) => !guides.some((guide) => new RegExp(String.raw`\`(\w+\.)?${name}\``).test(guide)),
    );
    expect([...new Set(silent)]).toEqual([]);
  });

  it('has every field that must be given, and only fields that the schema knows', () => {
    const known = new Set(settingsOf(configSchema).map(({ path }) => path[0]));
    expect(Object.keys(parse(text) as object).filter((name) => !known.has(name))).toEqual([]);
    const reduced = join(folder, 'required.yaml');
    writeFileSync(reduced, reducedText());
    expect(() => loadConfig(reduced, sections, exampleVariables)).not.toThrow();
  });

  it('shows defaults as they are, wherever a comment does not say another', () => {
    const reduced = join(folder, 'defaults.yaml');
    writeFileSync(reduced, reducedText());
    // Without a variable what stands behind :- counts.
    const shown = loadConfig(file, sections, exampleVariables);
    const defaults = loadConfig(reduced, sections, exampleVariables);
    const wrong = differences(shown, defaults).filter((path) => !commentsOn(path).includes('Default: '));
    expect(wrong.map((path) => path.join('.'))).toEqual([]);
  });

  it('says of each field what it is', () => {
    const paths = settingsOf(configSchema).map(({ path }) => path);
    const silent = paths
      .filter(
        (path) =>
          !paths.some((other) => other.length > path.length && path.every((name, at) => other[at] === name)),
      )
      .filter((path) => !path.includes('*') && nodeAt(path) !== null)
      .filter((path) => commentsOn(path).trim().length < 15)
      .map((path) => path.join('.'));
    expect(silent).toEqual([]);
  });
});

const isOfRecipe = (path: readonly string[]) => path[0] === 'erp' && path[1] === 'recipe' && path.length > 2;

const isOfSource = ([section, part, third, field, ...rest]: readonly string[]) =>
  (section === 'erp' &&
    ((part === 'source' && third !== undefined && third !== 'kind') ||
      (part === 'streams' && field === 'http' && rest.length > 0))) ||
  (section === 'marker' && field === '*' && !['name', 'sql'].includes(rest[0]!));

/** What must be given and no more; of the kinds of log-in one must be chosen, and none is required by itself. */
function reducedText(): string {
  const { console: page, ...tree } = parse(text) as { console: { password: string } };
  return stringify({ ...(required(tree, configSchema) as object), console: { password: page.password } });
}

/** Paths at which two trees differ. */
function differences(left: unknown, right: unknown, path: string[] = []): string[][] {
  if (JSON.stringify(left) === JSON.stringify(right)) return [];
  const isTree = (value: unknown): value is Record<string, unknown> =>
    value !== null && typeof value === 'object' && !Array.isArray(value);
  if (!isTree(left) || !isTree(right)) return [path];
  return Object.keys(left).flatMap((name) => differences(left[name], right[name], [...path, name]));
}

const contents = parseDocument(text).contents;

/** The pair of a field; `*` is the first one of its kind. */
function pairAt(path: readonly string[]): Pair | null {
  let node: unknown = contents;
  let found: Pair | null = null;
  for (const name of path) {
    if (isSeq(node)) {
      node = node.items[0];
      continue;
    }
    if (!isMap(node)) return null;
    found = node.items.find(({ key }) => name === '*' || (isScalar(key) && key.value === name)) ?? null;
    if (!found) return null;
    node = found.value;
  }
  return found;
}

const nodeAt = (path: readonly string[]) => (pairAt(path)?.key ?? null) as Node | null;

/** It stands in the file, or the comments around its place name it. */
function isMentioned(path: readonly string[]): boolean {
  if (path.at(-1) === '*' || nodeAt(path) !== null) return true;
  // Of several of a kind any may show it.
  let parent = path.slice(0, path.includes('*') ? path.indexOf('*') : -1);
  // What stands in a comment as a whole is named there with its members.
  while (parent.length > 1 && nodeAt(parent) === null) parent = parent.slice(0, -1);
  const range = (pairAt(parent)?.value as Node | undefined)?.range;
  const around = commentsOn(parent) + (range ? text.slice(range[0], range[2]) : '');
  return new RegExp(String.raw`\b${path.at(-1)}\b`).test(around);
}

/** What the comments above a field, and above the fields and lists around it, say. */
function commentsOn(path: readonly string[]): string {
  const lines = text.split('\n');
  return path
    .map((_, index) => {
      const node = nodeAt(path.slice(0, index + 1));
      if (!node) return '';
      let line = text.slice(0, node.range![0]).split('\n').length - 1;
      // Fields that stand together share the comment above the first of them.
      while (
        line > 0 &&
        !isComment(lines[line - 1]!) &&
        lines[line - 1]!.trim() !== '' &&
        sameLevel(lines, line)
      )
        line -= 1;
      let said = '';
      while (line > 0 && isComment(lines[line - 1]!)) said = `${lines[(line -= 1)]}\n${said}`;
      return said;
    })
    .join('');
}

const isComment = (line: string) => line.trim().startsWith('#');

function sameLevel(lines: readonly string[], line: number): boolean {
  const indent = (text: string) => text.length - text.trimStart().length;
  return indent(lines[line - 1]!) >= indent(lines[line]!);
}
