import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { processes } from '../../services/platform/processes.ts';
import { projectFolder } from './install/places.mjs';
import { onlyNeeded } from './part.ts';
import { partsOf } from './parts.ts';
import { makePlan } from './plan.ts';
import { stateFolderAt } from './state.ts';

const state = stateFolderAt(mkdtempSync(join(tmpdir(), 'cartage-plan-')));
const never = new AbortController().signal;

describe('the plan of npm start', () => {
  it('sets every variable that the configuration asks for without a default', async () => {
    const { environment } = await makePlan(state, { PATH: '' });
    const yaml = readFileSync(join(projectFolder, 'deploy/config/sandbox.yaml'), 'utf8');
    const asked = [...yaml.matchAll(/\$\{([A-Z_]+)\}/g)].map(([, name]) => name);
    expect(asked.length).toBeGreaterThan(5);
    expect(asked.filter((name) => !((name ?? '') in environment))).toEqual([]);
  });

  it('keeps the credentials over starts, so that the shop of an earlier one still knows us', async () => {
    const [first, second] = [await makePlan(state, { PATH: '' }), await makePlan(state, { PATH: '' })];
    expect(second.secrets).toEqual(first.secrets);
    expect(first.secrets.webhookSecret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  });

  it('lets a configured OTLP address and a database of the user win', async () => {
    const own = {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318',
      DATABASE_URL: 'postgres://me@db/erp',
    };
    const { environment } = await makePlan(state, { PATH: '', ...own });
    expect(environment.OTEL_EXPORTER_OTLP_ENDPOINT).toBe('http://collector:4318');
    expect(environment.ERP_DATABASE_URL).toBe('postgres://me@db/erp');
  });

  it('lists parts so that each stands after what it needs, our processes all among them', async () => {
    const parts = partsOf(await makePlan(state, { PATH: '' }), never);
    const names = parts.map(({ name }) => name);
    for (const [index, { needs }] of parts.entries()) {
      expect(needs.filter((need) => !names.slice(0, index).includes(need))).toEqual([]);
    }
    const ours = processes.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['kafka', 'registry', 'postgres', ...ours]));
    expect(onlyNeeded(parts, ['registry']).map(({ name }) => name)).toEqual(['kafka', 'registry']);
  });
});
