import type { ServerConfig } from './server-config.ts';

/** What connections may take, as far as the Corefile says it. */
export function describeStreams({ tcp = {}, timeouts = {} }: ServerConfig): string | undefined {
  const { maxConnections, maxConnectionsPerClient, ipv4Prefix, ipv6Prefix, maxOctets } = tcp;
  const { messageTimeoutMs, writeTimeoutMs, idleTimeoutMs, maxQueries } = timeouts;
  const seconds = (milliseconds: number): string => `${milliseconds / 1000} s`;
  const said = [
    maxConnections !== undefined && `${maxConnections} connections in all`,
    maxConnectionsPerClient !== undefined && `${maxConnectionsPerClient} of one client`,
    ipv4Prefix !== undefined && `a client is an IPv4 /${ipv4Prefix}`,
    ipv6Prefix !== undefined && `or an IPv6 /${ipv6Prefix}`,
    maxOctets !== undefined && `holding ${Math.round(maxOctets / 2 ** 20)} MiB at most`,
    idleTimeoutMs !== undefined && `idle for ${seconds(idleTimeoutMs)}`,
    messageTimeoutMs !== undefined && `a query within ${seconds(messageTimeoutMs)}`,
    writeTimeoutMs !== undefined && `replies taken within ${seconds(writeTimeoutMs)}`,
    maxQueries !== undefined &&
      (maxQueries === 0 ? 'any number of queries' : `${maxQueries} queries each`),
  ].filter((part) => part !== false);
  return said.length === 0 ? undefined : said.join(', ');
}
