import { GenericContainer } from 'testcontainers';
import { loopback } from '../../deploy/local/ports.ts';

/**
 * A container whose ports only this machine reaches: broker and database trust whoever comes, and an engine opens
 * ports on all addresses unless it is told. The engine therefore has to run on this machine.
 */
export class LoopbackContainer extends GenericContainer {
  override withExposedPorts(...ports: Parameters<GenericContainer['withExposedPorts']>): this {
    super.withExposedPorts(...ports);
    const bindings = Object.values(this.hostConfig.PortBindings as Record<string, { HostIp?: string }[]>);
    for (const binding of bindings.flat()) binding.HostIp = loopback;
    return this;
  }
}
