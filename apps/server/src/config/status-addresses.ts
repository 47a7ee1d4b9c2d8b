import type { HttpAddress, ServerConfig } from './server-config.ts';

/**
 * Where /status is: beside the metrics, as both are for whoever operates the server; without them beside
 * /ready. There is no directive for it, because CoreDNS has none and would refuse the file.
 */
export function statusAddresses({ prometheus, ready }: ServerConfig): readonly HttpAddress[] {
  return prometheus.length > 0 ? prometheus : ready;
}
