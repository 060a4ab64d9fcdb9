import { describe, expect, it } from '@jest/globals';
import { evaluate, expressionProblem } from './expression.ts';
import { functionNames } from './names.ts';
import { formText, pathPieces, render, renderPath } from './template.ts';

const value = (source: string, variables = {}, input?: unknown) =>
  evaluate(source, input, variables, 'a.place');

describe('an expression', () => {
  it('counts money in whole numbers, from text and from what JSON made a float', async () => {
    expect(await value('=$minor("36.39", 2)')).toBe(3639);
    expect(await value('=$minor(1.005, 2)')).toBe(101);
    expect(await value('=$minor(1000000.005, 2)')).toBe(100000001);
    expect(await value('=$minor(0.0000004, 2)')).toBe(0);
    expect(await value('=$minor("1250", 0)')).toBe(1250);
    expect(await value('=$money(-3605, 2)')).toBe('-36.05');
    expect(await value('=$money(5, 0)')).toBe('5');
    expect(await value('=$minor(nothing, 2)')).toBeUndefined();
    expect(await value('=$money(nothing, 2)')).toBeUndefined();
  });

  it('names a long text by a short one', async () => {
    expect(await value('=$digest($key)', { key: 'main/default/000000042' })).toMatch(/^[0-9a-f]{32}$/);
    expect(await value('=$digest("a")')).not.toBe(await value('=$digest("b")'));
  });

  it('gives plain JSON: no marks of JSONata on lists', async () => {
    const lines = await value('=$order.lines.{"sku": sku}', {
      order: { lines: [{ sku: 'A' }, { sku: 'B' }] },
    });
    expect(lines).toStrictEqual([{ sku: 'A' }, { sku: 'B' }]);
  });

  it.each([0, 1, 2])('makes a list of rows of %i lines, also where each is a list', async (count) => {
    const order = { lines: Array.from({ length: count }, (_, at) => ({ sku: at })) };
    const source = '=[$rows($order.lines, function($line, $at) { [0, $at, { "sku": $line.sku }] }), [9]]';
    const rows = order.lines.map(({ sku }, at) => [0, at, { sku }]);
    expect(await value(source, { order })).toEqual([...rows, [9]]);
    expect(await value('=$rows($order.lines, function($line) { $line })', { order })).toEqual(order.lines);
  });

  it('that fails is a refusal of the record, which repeats none of its values', async () => {
    const failing = value('=$number($order.email)', { order: { email: 'jane@example.org' } });
    await expect(failing).rejects.toMatchObject({
      name: 'Rejected',
      fault: { code: 'recipe.expression', what: expect.stringContaining('a.place fails') },
    });
    await expect(failing).rejects.not.toThrow('jane');
  });

  it('that calls itself for ever ends', async () => {
    await expect(value('=($f := function($x) { $f($x) + 1 }; $f(1))')).rejects.toMatchObject({
      name: 'Rejected',
    });
  });
});

describe('what is wrong with an expression before it meets data', () => {
  const names = new Set(['order', 'key']);

  it.each([
    ['=$order.lines[', 'is no JSONata: '],
    ['=$ordr.lines', 'uses $ordr, which is not there; here are $order, $key'],
    ['=$order.lines.{ "a": $lookup($products, sku) }', 'uses $products'],
    ['=$mony(1, 2)', 'uses $mony'],
  ])('%s', (source, problem) => {
    expect(expressionProblem(source, names)).toContain(problem);
  });

  it.each([
    '=$order.lines@$l.{ "a": $l.sku }',
    '=$order.lines#$i.{ "a": $i }',
    '=($f := function($x) { $x & $key }; $map($order.lines, function($l, $n) { $f($l.sku) & $n }))',
    '=$$.a & $.b',
  ])('%s is right', (source) => {
    expect(expressionProblem(source, names)).toBeNull();
  });

  it('knows every function there is', async () => {
    for (const name of functionNames)
      expect([name, await value(`=$type($${name})`)]).toEqual([name, 'function']);
  });
});

describe('a tree with expressions', () => {
  it('leaves out members without a value, and keeps all else', async () => {
    const tree = { a: '=$x', b: ['=$x', '=$nothing', 1], c: '=$nothing', d: null, e: 'x = y' };
    expect(await render(tree, undefined, { x: 7 }, 'p')).toStrictEqual({
      a: 7,
      b: [7, undefined, 1],
      d: null,
      e: 'x = y',
    });
  });
});

describe('a path', () => {
  it('escapes what is put into it, and leaves the rest as it is written', async () => {
    const path = "/orders('{$id}')/x%20y?a={$a}";
    expect(await renderPath(path, { id: "O'Neill/1 &", a: 'ü' }, 'p')).toBe(
      "/orders('O%27Neill%2F1%20%26')/x%20y?a=%C3%BC",
    );
  });

  it('may have braces within its expressions', () => {
    expect(pathPieces('/a/{$lookup({"b": 1}, "b")}/c')).toEqual(['/a/', '=$lookup({"b": 1}, "b")', '/c']);
  });

  it.each(['', '..', '.', undefined, null, { a: 1 }])('refuses %p in it', async (id) => {
    await expect(renderPath('/orders/{$id}', { id }, 'p')).rejects.toMatchObject({
      fault: { code: 'recipe.path' },
    });
  });
});

it('a query leaves out what has no value, and writes what is no text as JSON', () => {
  expect(formText({ a: 'b c', d: null, e: undefined, f: [1, 'x'], g: 0 })).toBe(
    'a=b%20c&f=%5B1%2C%22x%22%5D&g=0',
  );
});
