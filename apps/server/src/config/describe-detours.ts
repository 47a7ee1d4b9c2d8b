import { typeMnemonic } from '@seamark/protocol';
import { formatHttpAddress } from './http-address.ts';
import type { ForwardConfig, TemplateConfig, UpstreamConfig } from './server-config.ts';

/** Which names go where, and for whom. */
export function describeForward({ from, except, to, clients }: ForwardConfig): string {
  const without = except.length === 0 ? '' : ` without ${except.join(' ')}`;
  const whom = clients === undefined ? 'clients near by' : `clients in ${clients.join(' ')}`;
  return `${from.join(' ')}${without} to ${to.map(describeUpstream).join(' ')}, for ${whom}`;
}

export function describeTemplate({ type, zones, match }: TemplateConfig): string {
  const what = type === 0 ? 'every type' : typeMnemonic(type);
  const which = match.length === 0 ? '' : ` that match ${match.join(' or ')}`;
  return `${what} in ${zones.join(' ')}${which}`;
}

function describeUpstream(upstream: UpstreamConfig): string {
  return 'file' in upstream ? upstream.file : formatHttpAddress(upstream);
}
