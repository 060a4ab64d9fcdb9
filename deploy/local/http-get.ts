import { get } from 'node:http';

export interface Answer {
  status: number;
  body: string;
}

/** One plain GET on loopback; undefined when nobody answers in time. */
export function httpGet(url: string, timeoutMs = 1000): Promise<Answer | undefined> {
  return new Promise((resolve) => {
    const call = get(url, { timeout: timeoutMs, agent: false }, (answer) => {
      let body = '';
      answer.setEncoding('utf8');
      answer.on('data', (text: string) => {
        body += text;
      });
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body }));
      answer.on('error', () => resolve(undefined));
    });
    call.on('timeout', () => call.destroy());
    call.on('error', () => resolve(undefined));
  });
}

/** Whether a readiness address says yes. */
export async function answersOk(url: string): Promise<boolean> {
  return (await httpGet(url))?.status === 200;
}
