import type { Config } from '../../../platform/config/schema.ts';
import { ListTemplate } from '../../mysql/list-template.ts';
import { digestOf, watchedColumns } from '../../streams.ts';
import { keyForm } from '../key-forms.ts';
import type { SourceStream } from '../stream.ts';

/** A stream of the configuration, its SQL compiled for MySQL and MariaDB. */
export interface MysqlStream extends Omit<SourceStream, 'questions'> {
  query: ListTemplate;
  find: ListTemplate;
  /** By the index of the watch; null where a column is the key. */
  vias: (ListTemplate | null)[];
}

/**
 * @param since `$since` of the queries.
 * @throws Rejected when a statement uses a parameter that does not exist there.
 */
export function compileMysqlStreams(config: Config['erp']['streams'], since: string): MysqlStream[] {
  return Object.entries(config).map(([name, stream]) => {
    const compile = (sql: string, part: string, offered: ConstructorParameters<typeof ListTemplate>[1]) =>
      new ListTemplate(sql, offered, `erp.streams.${name}.${part}`);
    return {
      name,
      topic: stream.topic,
      digest: digestOf(stream, since),
      keyColumns: Object.keys(stream.key),
      keyForms: Object.values(stream.key).map(keyForm),
      watches: stream.watch.map(({ table, key }) => ({
        table,
        columns: watchedColumns(key, Object.keys(stream.key)),
      })),
      again: stream.again ?? null,
      query: compile(stream.query!, 'query', { keys: 'list', since: 'value' }),
      find: compile(stream.find, 'find', { records: 'rows' }),
      vias: stream.watch.map(({ via }, index) =>
        via === undefined ? null : compile(via, `watch.${index}.via`, { rows: 'rows' }),
      ),
    };
  });
}
