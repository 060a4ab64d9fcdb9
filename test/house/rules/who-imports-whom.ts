/** Who may import whom. */
import { importsOf } from '../imports.ts';
import type { Import } from '../imports.ts';
import { isTest, isTypeScript, under } from '../source.ts';
import type { Rule, SourceFile, Violation } from '../source.ts';

/** Folders under services/ that have a main.ts are processes; the others are libraries. */
export function processesOf(files: readonly SourceFile[]): Set<string> {
  const mains = files.flatMap(({ path }) => /^services\/([^/]+)\/main\.ts$/.exec(path)?.[1] ?? []);
  return new Set(mains);
}

export const processesStandAlone: Rule = (files) => {
  const processes = processesOf(files);
  return broken(files.filter(under('services')), (file, { target }) => {
    const own = roomOf(file.path);
    const other = target === null ? null : roomOf(target);
    return other === null || other === own || !processes.has(other)
      ? null
      : {
          what: `imports the process services/${other}`,
          why: 'processes share topics and libraries only: what two of them need belongs in a library, or in an event',
        };
  });
};

export const servicesKnowNoTests: Rule = (files) =>
  broken(files.filter(under('services')), (_file, { target }) =>
    target !== null && /^(test|deploy)\//.test(target)
      ? {
          what: `imports ${target}`,
          why: 'nothing in services/ imports test/ or deploy/: the product must run without them. A test that needs more than its own file belongs in test/',
        }
      : null,
  );

/** Package or room, and the only folder that may import it. */
const gates: { name: string; only: string; why: string }[] = [
  {
    name: 'kafkajs',
    only: 'services/platform/kafka',
    why: 'its traps are answered there once, and another client must be able to take its place',
  },
  {
    name: '@kafkajs/confluent-schema-registry',
    only: 'services/platform/kafka',
    why: 'contracts meet the wire there only',
  },
  { name: 'avsc', only: 'services/platform/kafka', why: 'contracts meet the wire there only' },
  {
    name: 'pg',
    only: 'services/erp',
    why: 'an ERP is reached through its adapter, whatever database it has',
  },
  {
    name: 'mysql2',
    only: 'services/erp/mysql',
    why: 'what its values lose, and its errors mean, is answered there once',
  },
  {
    name: 'undici',
    only: 'services/platform/http',
    why: 'each call out has a deadline and a known outcome because that client gives it one',
  },
  {
    name: 'jsonata',
    only: 'services/platform/expressions',
    why: 'its lists of one and its floats are answered there once, and what it throws is no error',
  },
];

export const gatesAreKept: Rule = (files) =>
  broken(files.filter(under('services')), (file, { packageName }) => {
    const gate = gates.find(({ name, only }) => name === packageName && !under(only)(file));
    return gate ? { what: `imports ${gate.name}, which only ${gate.only} may import`, why: gate.why } : null;
  });

export const magentoKnowsNoKafka: Rule = (files) =>
  broken(files.filter(under('services/magento')), (_file, { target, packageName }) =>
    target?.startsWith('services/platform/kafka/') || packageName === 'kafkajs'
      ? {
          what: 'imports Kafka',
          why: 'the Magento client is a client and no more: what becomes of an answer is decided by the flow that asked',
        }
      : null,
  );

/** Files of schemas/ that are programs or tables, and may read files. */
const schemaPrograms = new Set(['schemas/generate.ts', 'schemas/history.ts', 'schemas/topics.ts']);

export const schemasStandAlone: Rule = (files) =>
  broken(files.filter(under('schemas')), (file, { target, packageName }) => {
    if (target !== null ? target.startsWith('schemas/') : isTest(file)) return null;
    if (packageName?.startsWith('node:') && schemaPrograms.has(file.path)) return null;
    // The type of a byte array, in types that are made.
    if (packageName === 'node:buffer' && file.path === 'schemas/types.ts') return null;
    return {
      what: `imports ${target ?? packageName}`,
      why: 'schemas/ imports nothing of the project and no package: other systems take it as it is',
    };
  });

function broken(
  files: readonly SourceFile[],
  judge: (file: SourceFile, wanted: Import) => Omit<Violation, 'path'> | null,
): Violation[] {
  return files.filter(isTypeScript).flatMap((file) =>
    importsOf(file).flatMap((wanted) => {
      const verdict = judge(file, wanted);
      return verdict ? [{ path: file.path, ...verdict }] : [];
    }),
  );
}

function roomOf(path: string): string | null {
  return /^services\/([^/]+)\//.exec(path)?.[1] ?? null;
}
