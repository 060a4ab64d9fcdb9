import { expect, it } from '@jest/globals';
import type { TopicChange } from '../platform/kafka/topic-admin.ts';
import { topicFindings } from './topic-findings.ts';

const change = (topic: string, action: TopicChange['action']): TopicChange => ({
  topic,
  action,
  detail: action,
});
const told = (changes: TopicChange[]) => topicFindings(changes).map(({ code, what }) => `${code} ${what}`);

it('topics that are not there yet are one finding, whatever else they would get', () => {
  const changes = [
    ...(['created', 'compatibility', 'registered'] as const).map((action) => change('a', action)),
    ...(['created', 'registered'] as const).map((action) => change('b', action)),
  ];
  expect(told(changes)).toEqual(['kafka.created Not made yet: a, b']);
});

it('what else is wanting is told one by one, and a contract that is refused always', () => {
  const changes = [change('a', 'created'), change('a', 'conflict'), change('b', 'settings')];
  expect(told(changes)).toEqual([
    'kafka.created Not made yet: a',
    'kafka.conflict a: conflict',
    'kafka.settings b: settings',
  ]);
});
