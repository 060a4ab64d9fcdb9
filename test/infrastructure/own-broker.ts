import { startKafka, startKafkaProxy } from './main.ts';
import type { KafkaProxy, TestKafka } from './main.ts';

/** A broker of one test file, and a proxy in front of it. */
export class OwnBroker {
  kafka!: TestKafka;
  proxy!: KafkaProxy;

  async start(): Promise<void> {
    this.proxy = await startKafkaProxy();
    this.kafka = await startKafka({ advertisedProxyPort: this.proxy.port });
    this.proxy.forwardTo(this.kafka.proxiedPort!);
  }

  async remove(): Promise<void> {
    await this.kafka?.remove();
    await this.proxy?.close();
  }
}
