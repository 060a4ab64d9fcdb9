/**
 * The rules of the house, kept on every file of the project. Each rule is first shown to
 * catch a file made up to break it, and to let its innocent neighbour pass: a rule that catches nothing is none.
 */
import { describe, expect, it } from '@jest/globals';
import { citationsResolve } from './rules/citations.ts';
import { nothingImportsInCircles } from './rules/cycles.ts';
import { oneDialect } from './rules/dialect.ts';
import { filesHaveOneConcern, functionsFitAScreen } from './rules/lengths.ts';
import { lockIsComplete } from './rules/lock.ts';
import { packagesAreDeclaredAndUsed, packagesAreSorted, versionsAreExact } from './rules/packages.ts';
import {
  everyProcessHasARow,
  mainDoesThreeThings,
  onlyConfigReadsTheEnvironment,
} from './rules/processes.ts';
import {
  everyTestRuns,
  kafkaClientsRest,
  noMachineIsNamed,
  nothingIsLeftForLater,
  rootHoldsOnly,
  testsHaveOneTimeLimit,
} from './rules/tidy.ts';
import {
  gatesAreKept,
  magentoKnowsNoKafka,
  processesStandAlone,
  schemasStandAlone,
  servicesKnowNoTests,
} from './rules/who-imports-whom.ts';
import { projectFiles, rootNames } from './source.ts';
import type { Rule, SourceFile, Violation } from './source.ts';

const files = projectFiles();

/** As a reader of the failed test should see them. */
function said(violations: readonly Violation[]): string[] {
  return violations.map(({ path, what, why }) => `${path} ${what}.\n    Why not: ${why}.`);
}

const file = (path: string, text: string): SourceFile => ({ path, text });
const main = file('services/console/main.ts', '');
const manifest = (dependencies: Record<string, string>) =>
  file('package.json', JSON.stringify({ dependencies, devDependencies: {}, optionalDependencies: {} }));

const lock = (packages: object) => file('package-lock.json', JSON.stringify({ packages }));

const lines = (first: string, count: number, last: string) =>
  `${first}\n${'  g();\n'.repeat(count)}${last}\n`;

const documents = [
  file('services/magento/FACTS.md', '## 1. Authentication\n\n## 7. Catalog\n'),
  file('services/README.md', '### 1. Nothing is lost\n\n### 2. Nothing twice\n'),
];

interface Case {
  name: string;
  rule: Rule;
  /** Each breaks the rule. */
  broken: SourceFile[][];
  /** None does. */
  kept: SourceFile[];
}

const cases: Case[] = [
  {
    name: 'processes never import each other',
    rule: processesStandAlone,
    broken: [
      [main, file('services/cli/a.ts', "import { page } from '../console/page.ts';")],
      [main, file('services/erp/a.ts', "export * from '../console/page.ts';")],
      [main, file('services/erp/a.ts', "import type {\n  A,\n} from '../console/page.ts';")],
      [main, file('services/erp/a.ts', "const p = await import('../console/page.ts');")],
    ],
    kept: [
      main,
      file('services/console/a.ts', "import './page.ts'; import { x } from '../erp/x.ts';"),
      file(
        'services/cli/b.ts',
        "// import { page } from '../console/page.ts';\nconst a = `import '../console/x.ts'`;",
      ),
    ],
  },
  {
    name: 'services know neither tests nor deployment',
    rule: servicesKnowNoTests,
    broken: [
      [file('services/erp/a.ts', "import { s } from '../../test/sandbox/s.ts';")],
      [file('services/erp/a.test.ts', "import { s } from '../../deploy/local/s.ts';")],
    ],
    kept: [file('services/erp/a.ts', "import { s } from '../platform/test/s.ts';")],
  },
  {
    name: 'a foreign library has one room',
    rule: gatesAreKept,
    broken: [
      [file('services/console/a.ts', "import { Kafka } from 'kafkajs';")],
      [file('services/cli/a.ts', "import { SchemaRegistry } from '@kafkajs/confluent-schema-registry';")],
      [file('services/platform/flow/a.ts', "import avsc from 'avsc';")],
      [file('services/order-exporter/a.ts', "import type { Pool } from 'pg';")],
      [file('services/erp/sources/a.ts', "import { createPool } from 'mysql2/promise';")],
      [file('services/magento/a.ts', "import { request } from 'undici';")],
      [file('services/erp/recipe/a.ts', "import jsonata from 'jsonata';")],
    ],
    kept: [
      file('services/platform/kafka/a.ts', "import { Kafka } from 'kafkajs'; import avsc from 'avsc';"),
      file('services/erp/replication/a.ts', "import { Client } from 'pg';"),
      file('services/erp/mysql/a.ts', "import { createPool } from 'mysql2/promise';"),
      file('services/platform/http/a.ts', "import { Pool } from 'undici';"),
    ],
  },
  {
    name: 'the Magento client knows no Kafka',
    rule: magentoKnowsNoKafka,
    broken: [[file('services/magento/a.ts', "import type { Bus } from '../platform/kafka/types.ts';")]],
    kept: [file('services/magento/a.ts', "import { Rejected } from '../platform/errors.ts';")],
  },
  {
    name: 'nothing imports in circles',
    rule: nothingImportsInCircles,
    broken: [
      [
        file('services/erp/a.ts', "import { b } from './b.ts';"),
        file('services/erp/b.ts', "import type { C } from './c.ts';"),
        file('services/erp/c.ts', "import type { A } from './a.ts';"),
      ],
      [file('services/erp/a.ts', "import type { A } from './a.ts';")],
    ],
    kept: [
      file('services/erp/a.ts', "import { b } from './b.ts'; import { c } from './c.ts';"),
      file('services/erp/b.ts', "import type { C } from './c.ts';"),
      file('services/erp/c.ts', "import { z } from 'zod';"),
    ],
  },
  {
    name: 'names are written in one dialect',
    rule: oneDialect,
    broken: [
      [file('services/erp/a.ts', 'const DEADLINE_MS = 1;')],
      [file('services/erp/a.ts', 'export const KINDS = [1];')],
      [file('deploy/local/a.ts', 'class A {\n  private readonly a = 1;\n}')],
    ],
    kept: [
      file('services/erp/a.ts', '// const DEADLINE_MS = 1\nconst deadlineMs = 1;\nconst Z = 1;'),
      file('services/erp/b.ts', 'class A {\n  #a = 1;\n  private constructor() {}\n}'),
    ],
  },
  {
    name: 'schemas stand alone',
    rule: schemasStandAlone,
    broken: [
      [file('schemas/a.ts', "import { z } from 'zod';")],
      [file('schemas/a.ts', "import { readFileSync } from 'node:fs';")],
      [file('schemas/a.test.ts', "import { x } from '../services/erp/x.ts';")],
    ],
    kept: [
      file('schemas/a.ts', "import { b } from './b.ts';"),
      file('schemas/a.test.ts', "import { expect } from '@jest/globals';"),
      file('schemas/topics.ts', "import { readFileSync } from 'node:fs';"),
    ],
  },
  {
    name: 'only platform/config reads the environment',
    rule: onlyConfigReadsTheEnvironment,
    broken: [
      [file('services/erp/a.ts', 'const url = process.env.URL;')],
      [file('services/erp/a.ts', "const url = process['env'].URL;")],
      [file('services/cli/main.ts', 'const { env } = process;\nconst a = process.env;')],
    ],
    kept: [
      file('services/platform/config/a.ts', 'const url = process.env.URL;'),
      file('services/erp/a.ts', '// process.env is read elsewhere\nprocess.exit(1);'),
    ],
  },
  {
    name: 'main.ts does three things',
    rule: mainDoesThreeThings,
    broken: [
      [file('services/x/main.ts', "import { connect } from '../erp/connect.ts';")],
      [file('services/x/main.ts', 'work();\n'.repeat(16))],
    ],
    kept: [
      file(
        'services/x/main.ts',
        `/** What it is. */\nimport { readConfiguration } from '../platform/config/read.ts';\nimport {\n  startX,\n} from './x.ts';\n\n${'work();\n'.repeat(15)}`,
      ),
    ],
  },
  {
    name: 'every process has a row in the table of processes',
    rule: everyProcessHasARow,
    broken: [[main, file('services/price-watcher/main.ts', '')]],
    kept: [main, file('services/cli/main.ts', ''), file('services/erp/a.ts', '')],
  },
  {
    name: 'nothing is left for later',
    rule: nothingIsLeftForLater,
    broken: [[file('services/erp/a.ts', '// TODO: retry')]],
    kept: [file('services/erp/a.ts', 'const todos = [];')],
  },
  {
    name: 'every test runs',
    rule: everyTestRuns,
    broken: [
      [file('services/erp/a.test.ts', "it.only('works', () => {});")],
      [file('services/erp/a.test.ts', "describe.skip('all', () => {});")],
      [file('test/a.test.ts', "it\n  .todo('works');")],
      [file('test/helper.ts', 'const maybe = test.skip;')],
    ],
    kept: [
      file('test/a.test.ts', "it('skips what is old', () => {}); list.skip(3);"),
      file('test/deploy/programs.ts', 'const run = found ? it : it.skip;'),
    ],
  },
  {
    name: 'all tests have one time limit',
    rule: testsHaveOneTimeLimit,
    broken: [
      [file('test/a.test.ts', 'jest.setTimeout(60_000);')],
      [file('services/erp/a.test.ts', "it('works', async () => {\n  await work();\n}, 20_000);\n")],
      [file('test/a.test.ts', 'beforeAll(async () => {\n  await start();\n}, 60000);\n')],
    ],
    kept: [
      file('test/a.test.ts', 'return setInterval(() => {\n  send();\n}, 10);\n'),
      file('test/a.ts', 'setTimeout(() => {\n  end();\n}, 5_000);\n'),
    ],
  },
  {
    name: 'a client of Kafka rests while it is idle',
    rule: kafkaClientsRest,
    broken: [
      [file('test/kafka/a.test.ts', 'const kafka = new kafkajs.Kafka({ brokers });')],
      [file('services/platform/kafka/a.ts', 'const kafka = new Kafka(config);')],
    ],
    kept: [
      file('services/platform/kafka/client.ts', 'return new Kafka(config);'),
      file('test/infrastructure/plain-kafka.ts', 'return new kafkajs.Kafka(config);'),
      file('test/bench/a.ts', 'const kafka = new Kafka({ brokers });'),
      file('test/kafka/b.ts', '// not new Kafka()\nconst bus = new KafkaBus();'),
    ],
  },
  {
    name: 'no machine and no registry is named',
    rule: noMachineIsNamed,
    broken: [
      [file('deploy/README.md', 'see /home/someone/cartage')],
      [file('.ci/run', 'cd "/Users/someone/project"')],
      [file('package-lock.json', '{ "resolved": "x" }')],
      [file('.npmrc', 'registry=https://registry.example.org/')],
    ],
    kept: [file('deploy/README.md', 'https://example.org/home/page and ./home/a and /var/lib/x')],
  },
  {
    name: 'citations resolve',
    rule: citationsResolve,
    broken: [
      'R42',
      'design.md, 4',
      'failure 9',
      'issue 3',
      'section 2',
      'FACTS 3',
      'FACTS section 9',
      'FACTS sections 1 and 9',
      'FACTS\n * section 9',
      'promise 7',
      'promises 1 and 7',
      'README.md section 1',
    ].map((citation) => [...documents, file('services/a.ts', `/**\n * Why (${citation}).\n */`)]),
    kept: [
      ...documents,
      file('services/a.ts', '/**\n * Why (FACTS sections 1\n * and 7; promise 2; RFC 9110, section 5).\n */'),
      file('deploy/a.yaml', '# See FACTS.md and FACTS section 7.'),
    ],
  },
  {
    name: 'files have one concern',
    rule: filesHaveOneConcern,
    broken: [[file('services/erp/a.ts', 'f();\n'.repeat(251))]],
    kept: [file('services/erp/a.ts', 'f();\n'.repeat(250))],
  },
  {
    name: 'functions fit a screen',
    rule: functionsFitAScreen,
    broken: [
      [file('services/erp/a.ts', lines('export function f(): { a: string }[] {', 70, '}'))],
      [file('services/erp/a.ts', lines('const f = async (a: string) => {', 70, '};'))],
      [file('schemas/a.ts', lines('class A {\n  async f(x = g({})): Promise<void> {', 70, '}}'))],
      [file('services/erp/b.ts', `function f() {\n${lines('function g() {', 30, '}').repeat(3)}}`)],
    ],
    kept: [
      file('services/erp/a.ts', lines('export function f(): { a: string } {', 68, '}')),
      file('services/erp/b.ts', `class A {\n${lines('g() {', 60, '}').repeat(3)}}`),
      file('services/erp/c.ts', lines('export const table = {', 100, '};')),
    ],
  },
  {
    name: 'packages are declared and used',
    rule: packagesAreDeclaredAndUsed,
    broken: [
      [manifest({ zod: '4.0.0' })],
      [manifest({}), file('services/erp/a.ts', "import { z } from 'zod/v4';")],
    ],
    kept: [
      manifest({ zod: '4.0.0', '@a/b': '1.0.0' }),
      file('services/erp/a.ts', `import { z } from 'zod/v4'; import b from '@a/b/c'; import 'node:fs';`),
    ],
  },
  {
    name: 'packages are sorted',
    rule: packagesAreSorted,
    broken: [[manifest({ zod: '4.0.0', avsc: '5.0.0' })]],
    kept: [manifest({ avsc: '5.0.0', zod: '4.0.0' })],
  },
  {
    name: 'versions are exact',
    rule: versionsAreExact,
    broken: [[manifest({ zod: '^4.0.0' })], [manifest({ zod: 'latest' })]],
    kept: [manifest({ zod: '4.0.0', postgres: '18.4.0-beta.17' })],
  },
  {
    name: 'the lock file is complete',
    rule: lockIsComplete,
    broken: [
      [manifest({ zod: '4.0.0' }), lock({ '': { dependencies: { zod: '3.0.0' } }, 'node_modules/zod': {} })],
      [manifest({ a: '1.0.0' }), lock({ '': { dependencies: { a: '1.0.0' } } })],
      [
        manifest({}),
        lock({ '': {}, 'node_modules/a': { optionalDependencies: { '@a/darwin-arm64': '1.0.0' } } }),
      ],
      // Installed beside another package only, where `a` does not look.
      [
        manifest({}),
        lock({ '': {}, 'node_modules/a': { dependencies: { c: '1' } }, 'node_modules/b/node_modules/c': {} }),
      ],
    ],
    kept: [
      manifest({ a: '1.0.0' }),
      lock({
        '': { dependencies: { a: '1.0.0' } },
        'node_modules/a': { dependencies: { '@b/c': '1', d: '1' } },
        'node_modules/a/node_modules/@b/c': { optionalDependencies: { d: '1' } },
        'node_modules/d': {},
      }),
    ],
  },
];

describe.each(cases)('$name', ({ rule, broken, kept }) => {
  it('says who breaks it, and why it exists', () => {
    for (const offending of broken) {
      const violations = rule(offending);
      expect({ offending, found: violations.length > 0 }).toEqual({ offending, found: true });
      for (const { what, why } of violations) expect(Math.min(what.length, why.length)).toBeGreaterThan(8);
    }
  });

  it('lets what is allowed pass', () => {
    expect(said(rule(kept))).toEqual([]);
  });

  it('is kept', () => {
    expect(said(rule(files))).toEqual([]);
  });
});

describe('the root', () => {
  it('holds the plan of the house and nothing else', () => {
    expect(said(rootHoldsOnly(['src', 'README.md', '.git']))).toHaveLength(1);
    expect(said(rootHoldsOnly(rootNames()))).toEqual([]);
  });
});
