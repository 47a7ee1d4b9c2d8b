import type { Logger } from '../sources/contract.ts';
import type { After, ResolverAddress, TargetSource } from './contract.ts';
import { Targets } from './targets.ts';

/** The targets of all gateways: those that ask the same resolvers have them in common. */
export class TargetSources {
  private readonly sources = new Map<string, Targets>();
  private readonly log: Logger;
  private readonly after: After | undefined;
  private closed = false;

  constructor(log: Logger, after?: After) {
    this.log = log;
    this.after = after;
  }

  /** @param resolvers none: those of /etc/resolv.conf. */
  get(resolvers: readonly ResolverAddress[]): TargetSource {
    const key = JSON.stringify(resolvers.map(({ address, port }) => [address, port]));
    let source = this.sources.get(key);
    if (source === undefined) {
      source = new Targets({ resolvers, log: this.log, ...(this.after && { after: this.after }) });
      this.sources.set(key, source);
      if (this.closed) source.close();
    }
    return source;
  }

  /** Ends all sockets and timers; what is known stays. */
  close(): void {
    this.closed = true;
    for (const source of this.sources.values()) source.close();
  }
}
