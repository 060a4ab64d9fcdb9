/** Real: `cartage recipe` as a process, on the recipe of the guide, with nothing but its file. Double: the ERP of the guide. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { KontorErp } from '../sandbox/http-erp/kontor-erp.ts';
import { guideRecipe } from './guide-recipe.ts';

const erp = new KontorErp(['MUG']);
const folder = mkdtempSync(join(tmpdir(), 'cartage-recipe-'));
const file = (name: string) => join(folder, name);

beforeAll(async () => {
  await erp.standIn.start();
  writeFileSync(file('erp.yaml'), guideRecipe);
  writeFileSync(
    file('order.yaml'),
    'lines: [{ sku: MUG, quantity: "3.0000" }]\nbillingAddress: { city: Graz }\n',
  );
  writeFileSync(
    file('wrong.yaml'),
    guideRecipe.replace('$order.billingAddress.city', '$ordr.billingAddress.city'),
  );
  writeFileSync(file('senseless.yaml'), guideRecipe.replace('billingAddress.city', 'billingAddress.town'));
});
afterAll(async () => {
  await erp.standIn.stop();
  rmSync(folder, { recursive: true });
});

/** With the file alone: where the configuration lies is not even said. */
function recipe(...words: string[]): Promise<{ code: number; out: string }> {
  const env = { PATH: process.env.PATH, KONTOR_URL: erp.standIn.url, KONTOR_KEY: 'key' };
  const main = join(import.meta.dirname, '../../services/cli/main.ts');
  return new Promise((resolve) => {
    execFile(process.execPath, [main, 'recipe', ...words], { env }, (error, out, err) =>
      resolve({ code: error ? Number(error.code) : 0, out: out + err }),
    );
  });
}

it('check: says that all is well, or what is wrong, with the path of the field', async () => {
  expect(await recipe('check', file('erp.yaml'))).toEqual({ code: 0, out: 'ERP: 3 checks ok\nAll well.\n' });
  const path = 'erp.recipe.orders.needs.2.write.body.city';
  const wrong = await recipe('check', file('wrong.yaml'));
  expect([wrong.code, wrong.out]).toEqual([1, expect.stringContaining(`${path}: uses $ordr`)]);
  const senseless = await recipe('check', file('senseless.yaml'));
  expect([senseless.code, senseless.out]).toEqual([
    1,
    expect.stringContaining(`${path} asks for $order.billingAddress.town`),
  ]);
});

it('calls: shows what would be called for the order of a file, key masked, and writes nothing', async () => {
  const { code, out } = await recipe('calls', file('erp.yaml'), '--order', file('order.yaml'));
  expect([code, out]).toEqual([0, expect.stringContaining('orders.create would call')]);
  expect(out).toContain(`POST ${erp.standIn.url}/api/sales`);
  expect(out).toContain('"city": "Graz"');
  expect(out).toMatch(/"sku": "MUG",\s+"pieces": 3,/);
  expect(out).toContain('x-api-key: ***');
  expect(erp.standIn.asked.filter((one) => !one.startsWith('GET'))).toEqual([]);
});

it('calls: shows all of the way, and says in the end all that the ERP lacks', async () => {
  const { code, out } = await recipe('calls', file('erp.yaml'));
  expect(code).toBe(1);
  expect(out).toContain('orders.needs.articles.find asks');
  expect(out).toContain('orders.create would call');
  expect(out).toContain('Kontor has no article SAMPLE-1; Kontor has no article SAMPLE-2.');
});
